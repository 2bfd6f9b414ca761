/** Events that are not AWS's own, more of them than anybody reads (rule: events-close-nothing). */

import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { throughSns } from "../../events/samples.ts";
import { features } from "../../features.ts";
import { isUntrusted } from "../../messages/outgoing.ts";
import { outboxIn, untoldOfSource } from "../../messages/share.ts";
import { signal } from "../../sdk/signal.ts";
import { hours, minutes } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import { settingsOf } from "../../settings/settings.ts";
import { messagesIn } from "../../test/model/ledger.ts";
import { account, clock, type Planned, region, store, World } from "../../test/model/world.ts";
import { signalsHandler } from "./signals.ts";

const any = signal({
  id: "any",
  family: "test",
  summary: "Tells every event",
  on: [{ source: "my.app" }, { source: "other.app" }, { source: "aws.health" }],
  fallback: true,
  config: z.strictObject({}),
  detail: z.object({ text: z.string() }),
  tell: ({ text }) => ({ title: text, severity: "info" }),
});
const settings = settingsOf(
  parseSettings({ home: region, untrustedPerHour: 4 }, { features, units: ["any"] }),
  any,
  ["any"],
);
const hear = signalsHandler({
  signals: [{ signal: any, settings }],
  outbox: outboxIn(store, clock),
  log: { info() {}, warn() {}, error() {} },
  clock,
  account,
});
const event = (id: number, source = "my.app") => ({
  id: `${source}-${id}`,
  source,
  "detail-type": "Something",
  account,
  region,
  time: "2026-11-21T01:59:00Z",
  resources: [],
  detail: { text: `${source} ${id}` },
});
const numbers = (length: number) => Array.from({ length }, (_, at) => at);

/** Two o'clock, as the world begins. */
const hour = (world: World) => new Date(Math.floor(world.now / 3_600_000) * 3_600_000);
const deliver = (world: World, given: object, faults: readonly Planned[] = []) =>
  world.process("signals", faults, () => hear(given));
const titles = (world: World) => messagesIn(world.aws).map(({ title }) => title);
const untold = (world: World, source = "my.app", since = hour(world)) =>
  world.process("a person", [], () => untoldOfSource(store, source, since));
const tooMany = "More than 4 events of my.app came since 02:00 UTC: the next ones are not told";

describe("events that are not AWS's own", () => {
  test("are told up to a number an hour; what comes beyond is counted, and that is told at once and at each tenfold", async () => {
    const world = new World(1);
    for (const id of numbers(125)) await deliver(world, event(id));
    expect(titles(world).sort()).toEqual([
      "10 more events of my.app were not told since 02:00 UTC",
      "100 more events of my.app were not told since 02:00 UTC",
      tooMany,
      "my.app 0",
      "my.app 1",
      "my.app 2",
      "my.app 3",
    ]);
    expect(await untold(world)).toBe(121);
    expect(
      messagesIn(world.aws).every(
        (message) =>
          isUntrusted(message) && message.unit === "any" && message.id.startsWith("any."),
      ),
    ).toBe(true);
  });

  test("hide no other source, none of AWS, and nothing of the next hour", async () => {
    const world = new World(1);
    for (const id of numbers(6)) await deliver(world, event(id));
    await deliver(world, event(1, "other.app"));
    for (const id of numbers(6)) await deliver(world, event(id, "aws.health"));
    expect(titles(world)).toEqual(
      expect.arrayContaining(["other.app 1", ...numbers(6).map((id) => `aws.health ${id}`)]),
    );
    world.now += hours(1).seconds * 1000;
    await deliver(world, event(100));
    expect(titles(world)).toContain("my.app 100");
  });

  test("of sources that no signal names count together: a new name is no new share", async () => {
    const world = new World(1);
    for (const id of numbers(9)) await deliver(world, event(id, `made-up-${id}`));
    expect(titles(world).filter((title) => title.startsWith("made-up"))).toHaveLength(4);
    expect(titles(world).filter((title) => title.startsWith("More than 4 events"))).toEqual([
      "More than 4 events of sources that no signal names came since 02:00 UTC: the next ones are not told",
    ]);
  });

  test("that say they are AWS's and did not come from it count together, whatever service they name", async () => {
    const world = new World(1);
    for (const id of numbers(9))
      await deliver(world, throughSns(event(id, id % 2 ? "aws.health" : `aws.made-up-${id}`)));
    expect(titles(world).filter((title) => title.startsWith("aws."))).toHaveLength(4);
    expect(titles(world).filter((title) => title.startsWith("More than 4 events"))).toEqual([
      "More than 4 events of sources that say they are AWS and did not come from it came since 02:00 UTC: the next ones are not told",
    ]);
    for (const id of numbers(6)) await deliver(world, event(id, "aws.health"));
    expect(titles(world)).toEqual(
      expect.arrayContaining(numbers(6).map((id) => `aws.health ${id}`)),
    );
  });

  test.each(numbers(5))(
    "of ten at the same moment exactly as many are told as there is room for (order %i)",
    async (seed) => {
      const world = new World(seed);
      await Promise.all(numbers(10).map((id) => deliver(world, event(id))));
      expect(titles(world).filter((title) => title.startsWith("my.app"))).toHaveLength(4);
      expect(titles(world).filter((title) => title === tooMany)).toHaveLength(1);
      expect([titles(world).length, await untold(world)]).toEqual([5, 6]);
    },
  );

  test("delivered again are no further ones, at the same moment, after others and in the next hour", async () => {
    const world = new World(1);
    await Promise.all(numbers(10).map(() => deliver(world, event(0))));
    for (const id of numbers(4)) await deliver(world, event(id));
    await deliver(world, event(0));
    const since = hour(world);
    world.now += minutes(60).seconds * 1000;
    await deliver(world, event(0));
    expect([titles(world), await untold(world, "my.app", since), await untold(world)]).toEqual([
      numbers(4).map((id) => `my.app ${id}`),
      0,
      0,
    ]);
  });

  test("leave a trace wherever the process dies", async () => {
    for (const fault of ["killed", "killedAfter"] as const)
      for (const at of numbers(8)) {
        const world = new World(1);
        for (const id of numbers(4))
          await deliver(world, event(id), id === 1 ? [{ at, fault }] : []);
        await deliver(world, event(1));
        await deliver(world, event(4), [{ at, fault }]);
        await deliver(world, event(4));
        expect(titles(world).sort()).toEqual([tooMany, ...numbers(4).map((id) => `my.app ${id}`)]);
        expect(await untold(world)).toBeGreaterThan(0);
      }
  });
});
