import { beforeEach, describe, expect, test } from "vitest";
import { featuresAtRun } from "../features.run.ts";
import { features } from "../features.ts";
import type { RunResult } from "../ledger/result.ts";
import type { Store } from "../ledger/store.ts";
import { after, before, clockAt, days, hours, minutes } from "../sdk/time.ts";
import { parseSettings } from "../settings/parse.ts";
import { memoryLedger } from "../testing/memory/ledger.ts";
import { quietBy } from "./feature-at-run.ts";
import { type KeptMessage, post, untold } from "./outbox.ts";
import type { Outgoing, RunTold } from "./outgoing.ts";
import { mutedSince, withheldBy } from "./withheld.ts";
import { releaseWithheld, withholding } from "./withhold.ts";

const night = new Date("2026-11-21T02:00:00Z");
const morning = new Date("2026-11-21T07:02:00Z");
const place = { account: "123456789012", home: "eu-central-1" };
const settings = parseSettings(
  {
    home: place.home,
    onCall: { rotations: {}, quietHours: { from: "22:00", until: "07:00" } },
    mutes: [
      {
        match: { unit: ["log-retention"] },
        until: "2026-11-30",
        owner: "ann",
        reason: "migration",
      },
    ],
  },
  { features, units: ["open-ingress", "log-retention"] },
);
const message = (id: string, given: Partial<RunTold> = {}): RunTold => ({
  id: `open-ingress.${id}`,
  at: night,
  account: place.account,
  region: place.home,
  unit: "open-ingress",
  kind: "run",
  severity: "info",
  title: `${id} was closed`,
  run: { plan: null } as RunResult,
  ...given,
});
const asking = {
  plan: { id: "open-ingress.p", hash: "h", expires: after(night, days(3)) },
} as RunResult;

let store: Store;
beforeEach(() => {
  store = memoryLedger(clockAt(night)).store;
});
const posted = async (one: Outgoing): Promise<KeptMessage> => {
  const step = post(`unit#${one.unit}`, one);
  await store.transact([step]);
  return { pk: `unit#${one.unit}#outbox`, sk: `${one.at.toISOString()}#${one.id}`, message: one };
};
const withhold = async (one: Outgoing, channels = ["team"], now = night) =>
  withholding({
    settings,
    quiet: await quietBy(featuresAtRun, settings),
    familyOf: () => "security",
    store,
    clock: clockAt(now),
  })(await posted(one), channels);
const release = async (now: Date) => {
  const again: string[] = [];
  const count = await releaseWithheld(
    store,
    place,
    async (messages) => void again.push(...messages.map(({ message: { id } }) => id)),
    now,
  );
  const told = (
    await Array.fromAsync(untold(store, "watch", new Date(0), after(now, hours(1))))
  ).map(({ message: one }) => one);
  return { count, again, told };
};

test("what is muted is not told, and it is recorded by whom and why", async () => {
  const muted = message("a", { id: "log-retention.a", unit: "log-retention" });
  expect(await withhold(muted)).toBe("muted");
  expect(await withhold(muted)).toBe("muted");
  expect(await Array.fromAsync(mutedSince(store, before(night, hours(1))))).toEqual([
    expect.objectContaining({
      id: "log-retention.a",
      title: "a was closed",
      mute: { until: "2026-11-30", owner: "ann", reason: "migration" },
    }),
  ]);
  expect(await Array.fromAsync(mutedSince(store, after(night, hours(1))))).toEqual([]);
  expect((await store.get({ pk: "told#log-retention.a", sk: "muted" }))?.body).toMatchObject({
    mute: { owner: "ann" },
  });
});

test("what is worth telling at night is told at night, and by day everything", async () => {
  expect([
    await withhold(message("a", { severity: "critical" })),
    await withhold(message("b"), ["team"], after(morning, minutes(1))),
  ]).toEqual([undefined, undefined]);
  expect(await withheldBy(store, after(morning, days(1)), undefined, 10)).toEqual([]);
});

describe("what comes in quiet hours", () => {
  test("is told together when they end, worst first, once", async () => {
    for (const one of ["a", "b"]) expect(await withhold(message(one))).toBe("withheld");
    expect(await withhold(message("c", { severity: "warning", at: after(night, hours(1)) }))).toBe(
      "withheld",
    );
    expect(await release(before(morning, minutes(1)))).toMatchObject({ count: 0, told: [] });

    const { count, told } = await release(morning);
    expect(count).toBe(3);
    expect(told).toEqual([
      expect.objectContaining({
        title: "While it was quiet 3 things happened, the worst: c was closed",
        severity: "warning",
        kind: "digest",
        unit: "tell",
        to: ["team"],
        facts: {
          "1. 2026-11-21 03:00 UTC, open-ingress in eu-central-1": "c was closed",
          "2. 2026-11-21 02:00 UTC, open-ingress in eu-central-1": "a was closed",
          "3. 2026-11-21 02:00 UTC, open-ingress in eu-central-1": "b was closed",
          "what now": expect.any(String),
        },
      }),
    ]);
    expect(await release(after(morning, minutes(15)))).toMatchObject({
      count: 0,
      told: { length: 1 },
    });
  });

  test("is told where it would have gone", async () => {
    await withhold(message("a"), ["team"]);
    await withhold(message("b"), ["security", "team"]);
    await withhold(message("c"), ["team", "security"]);
    const { told } = await release(morning);
    expect(
      told
        .map((told) => [
          told.kind === "digest" ? told.to?.toSorted().join() : undefined,
          told.title,
        ])
        .sort(),
    ).toEqual([
      ["security,team", "While it was quiet 2 things happened"],
      ["team", "While it was quiet: a was closed"],
    ]);
  });

  test("and waits for a decision is told by itself, with all that it takes to decide", async () => {
    await withhold(message("a", { severity: "warning", run: asking }));
    await withhold(message("b"));
    expect(await release(morning)).toMatchObject({
      count: 2,
      again: ["open-ingress.a"],
      told: [{ title: "While it was quiet: b was closed" }],
    });
    expect(await release(morning)).toMatchObject({ count: 0, again: [] });
  });

  test("of an incident only its end is told then: what is still open is told where it goes on", async () => {
    const held = { until: new Date("2026-11-21T07:00:00Z") };
    const base = { ...message("x"), run: undefined, kind: "incident", to: ["team"], held } as const;
    const about = (why: "opened" | "resolved", key: string): Outgoing => ({
      ...base,
      id: `incident.${key}.${why}`,
      unit: "incidents",
      title: `${key} ${why}`,
      news: { why, group: "g", incidents: [], calls: [] },
    });
    for (const one of [about("opened", "a"), about("opened", "b"), about("resolved", "b")])
      expect(await withhold(one)).toBe("withheld");
    expect(await release(morning)).toMatchObject({
      count: 3,
      told: [{ title: "While it was quiet: b resolved" }],
    });
    expect(await release(morning)).toMatchObject({ count: 0 });
  });

  test("is named as far as anybody reads, and counted beyond: a storm is one message", async () => {
    for (let nth = 0; nth < 100; nth += 1) await withhold(message(`m-${nth}`));
    const { count, told } = await release(morning);
    expect(count).toBe(100);
    expect(told.map(({ facts = {} }) => [Object.keys(facts).length, facts["not listed"]])).toEqual([
      [27, "75 more"],
    ]);
  });

  test("is told once where two tell it at the same moment", async () => {
    for (const one of ["a", "b", "c"]) await withhold(message(one));
    const both = await Promise.all([release(morning), release(morning)]);
    expect(both.map(({ count }) => count).sort()).toEqual([0, 3]);
    expect((await release(morning)).told).toHaveLength(1);
  });

  test("of the next night is told the next morning", async () => {
    await withhold(message("a"));
    await release(morning);
    const next = after(night, days(1));
    await withhold(message("b", { at: next }), ["team"], next);
    expect(await release(after(morning, hours(12)))).toMatchObject({ count: 0 });
    expect(await release(after(morning, days(1)))).toMatchObject({
      count: 1,
      told: [{}, { title: "While it was quiet: b was closed" }],
    });
  });

  test("stays on the list where telling fails", async () => {
    await withhold(message("a", { run: asking }));
    await expect(
      releaseWithheld(store, place, () => Promise.reject(new Error("tell is away")), morning),
    ).rejects.toThrow("tell is away");
    expect(await release(morning)).toMatchObject({ again: ["open-ingress.a"] });
  });
});
