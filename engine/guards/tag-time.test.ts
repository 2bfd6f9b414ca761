/** A tag that is renewed again and again does not hold for ever (rule: unauthenticated-tags). */

import { describe, expect, onTestFinished, test } from "vitest";
import type { Key } from "../../ledger/store.ts";
import { type TagTime, tagTime, tagTimeEnd, tagTimeNow } from "../../ledger/tag-times.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { clockAt, days, after as past } from "../../sdk/time.ts";
import { open } from "../../test/setup/delivery.ts";
import { makeGroups, retention } from "../../test/setup/retention.ts";
import { unreadAt } from "../../test/setup/unread.ts";
import { messages } from "../../testing/delivery.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import { planRun } from "../run/plan.ts";
import { run } from "../run/run.ts";

const start = new Date("2026-11-21T02:00:00Z");
const day = (number: number): Date => past(start, days(number));
const tagUntil = (until: Date) => ({
  target: "sg-1",
  value: `until=${until.toISOString().slice(0, 10)}`,
  until,
});

describe("the time adds up", () => {
  const first = tagTimeNow(undefined, tagUntil(day(12)), start);
  const inDays = ({ used }: TagTime) => used / 86_400_000;

  test("as long as a tag reads so, nothing is added", () => {
    expect(tagTimeNow(first, tagUntil(day(12)), day(5))).toBe(first);
  });
  test.each<[what: string, renewed: number, used: number]>([
    ["of one that is renewed early", 5, 5],
    ["of one that is renewed when it has ended, also after thirty quiet days", 42, 12],
  ])("%s", (_, renewed, used) => {
    const second = tagTimeNow(first, tagUntil(day(renewed + 12)), day(renewed));
    expect([inDays(second), second.renewals]).toEqual([used, 1]);
    const third = tagTimeNow(second, tagUntil(day(renewed + 20)), day(renewed + 1));
    expect([inDays(third), third.renewals]).toEqual([used + 1, 2]);
  });
  test("to the limit, and the day on which that is reached counts whole", () => {
    const text = (time: TagTime) => tagTimeEnd(time, days(14)).toISOString();
    expect(text(first)).toBe("2026-12-05T23:59:59.999Z");
    const second = tagTimeNow(first, tagUntil(day(24)), day(12));
    expect(text(second)).toBe("2026-12-05T23:59:59.999Z");
    const third = tagTimeNow(second, tagUntil(day(40)), day(30));
    expect(tagTimeEnd(third, days(14)) < day(30)).toBe(true);
  });
});

describe("in the ledger", () => {
  const place = { unit: "u", account: "123456789012", region: "eu-west-1" };
  const tag = tagUntil(day(12));
  test("two runs at once count one renewal", async () => {
    const { store } = memoryLedger(clockAt(start));
    await tagTime(store, place, tag, { now: start, record: true });
    const renewed = tagUntil(day(20));
    const both = await Promise.all(
      [1, 2].map(() => tagTime(store, place, renewed, { now: day(8), record: true })),
    );
    expect(both.map(({ renewals }) => renewals)).toEqual([1, 1]);
  });
  test("a plan remembers nothing", async () => {
    const { store } = memoryLedger(clockAt(start));
    await tagTime(store, place, tag, { now: start, record: false });
    const later = await tagTime(store, place, tag, { now: day(3), record: true });
    expect(later.from).toEqual(day(3));
  });
});

describe("a security tag", () => {
  const tags = new Map<string, string>();
  const protecting = {
    ...(retention as AnyAutomation),
    protects: true,
    tags: async ({ logGroupName }: { logGroupName: string }) => {
      const value = tags.get(logGroupName);
      return value === undefined ? {} : { "nightshift:exempt": value };
    },
  } satisfies AnyAutomation;

  async function opened(...groups: string[]) {
    tags.clear();
    const on = await open(protecting, (aws) => makeGroups(aws, ...groups), {}, true);
    onTestFinished(() => on.close());
    let count = 0;
    const now = () => on.host().clock.now();
    const host = () => on.host({ protects: true });
    return {
      ...on,
      now,
      host,
      tag: (name: string, length: number) =>
        void tags.set(name, `until=${past(now(), days(length)).toISOString().slice(0, 10)}`),
      night: async () => {
        const begin = { ...on.start, key: `night-${++count}`, at: now() };
        const { actions } = await run(protecting, begin, host());
        return actions.map(({ outcome, held }) => held?.by ?? outcome);
      },
      notes: async () =>
        (await messages(on)).flatMap(({ facts = {} }) =>
          Object.entries(facts).flatMap(([name, text]) => (name.startsWith("note") ? [text] : [])),
        ),
    };
  }

  test("renewed every twelve days is told each time, and stops holding when it has held for fourteen", async () => {
    const on = await opened("wrong-a");
    const held: number[] = [];
    for (let night = 0; night < 40; night += 1) {
      if (night % 12 === 0) on.tag("wrong-a", 12);
      if ((await on.night())[0] !== "exemption") break;
      held.push(night);
      await on.later(days(1));
    }
    expect(held.length).toBeGreaterThanOrEqual(14);
    expect(held.length).toBeLessThanOrEqual(15);
    const notes = await on.notes();
    expect(notes.map((text) => text.replace(/ on \d{4}.*/, "").replace(/:.*/, ""))).toEqual([
      "The tag nightshift",
      "The tag nightshift",
    ]);
    expect(notes[0]).toMatch(/was renewed on .*but only until .*14 days in all are the most/);
    expect(notes[1]).toMatch(/no longer exempts it from test-retention: .*14 days in all/);
    expect(notes[1]).toContain("npx nightshift exempt wrong-a --from test-retention");
  });
  test("is told once for each renewal, not every night", async () => {
    const on = await opened("wrong-a");
    on.tag("wrong-a", 3);
    for (let renewal = 0; renewal < 3; renewal += 1) {
      for (let night = 0; night < 2; night += 1) {
        expect(await on.night()).toEqual(["exemption"]);
        await on.later(days(1));
      }
      on.tag("wrong-a", 3);
    }
    expect(await on.notes()).toHaveLength(2);
  });
  test("of one thing is none of another's", async () => {
    const on = await opened("wrong-a", "wrong-b");
    on.tag("wrong-a", 12);
    on.tag("wrong-b", 12);
    await on.night();
    await on.later(days(13));
    on.tag("wrong-a", 12);
    tags.delete("wrong-b");
    expect(await on.night()).toEqual(["exemption", "applied"]);
    await on.later(days(4));
    expect(await on.night()).toEqual(["applied"]);
  });
  test("is held by where the ledger cannot say for how long it has exempted", async () => {
    const on = await opened("wrong-a");
    on.tag("wrong-a", 12);
    const host = on.host();
    const isTagTime = ({ pk }: Key) => pk.includes("#tagged#");
    const { actions } = await run(
      protecting,
      { ...on.start, key: "blind" },
      {
        ...host,
        store: unreadAt(host.store, isTagTime, "Throttled: rate exceeded"),
      },
    );
    expect(actions[0]?.held).toEqual({
      by: "exemption",
      why: "it could not be evaluated, so nothing is changed: Throttled: rate exceeded",
    });
  });
  test("is shown by a plan, which remembers nothing", async () => {
    const on = await opened("wrong-a");
    on.tag("wrong-a", 12);
    const { proposals } = await planRun(protecting, { ...on.start, key: "plan" }, on.host());
    expect(proposals[0]?.held?.by).toBe("exemption");
    await on.later(days(3));
    on.tag("wrong-a", 12);
    expect(await on.night()).toEqual(["exemption"]);
    expect(await on.notes()).toEqual([]);
  });
});
