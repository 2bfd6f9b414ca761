/** Years of incidents, with DynamoDB deleting what is past its time to live. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { days, hours, minutes } from "../../sdk/time.ts";
import { world } from "./world.ts";

const settings = {
  people: { ann: {} },
  channels: { a: { kind: "webhook", url: "ssm:/u", secret: "ssm:/s" } },
  routes: [{ channel: "a" }],
  onCall: {
    rotations: {},
    // Of reminders there would be thousands.
    group: { repeat: days(400) },
    escalations: [{ steps: [{ after: minutes(5), call: ["ann"] }] }],
  },
};
const begun = async (start: string) => {
  const got: Outgoing[] = [];
  const w = await world(start, settings, (name) => ({
    name,
    send: async (message) => void got.push(message),
  }));
  return { w, got };
};

test.each([20, 31, 60, 400, 4000])(
  "an alarm that comes again after %i quiet days is told, and called for",
  async (quiet) => {
    const { w, got } = await begun("2026-10-01T10:00:00Z");
    await w.signal({ key: "A" });
    await w.pass(minutes(2));
    await w.ok("A");
    await w.pass(hours(1));
    await w.pass(days(quiet));
    await w.purge();
    const before = got.length;
    await w.signal({ key: "A", title: "A is in ALARM again" });
    await w.pass(minutes(8));
    expect(got.slice(before).map((message) => newsIn(message)?.why)).toEqual([
      "opened",
      "escalated",
    ]);
    expect(new Set(w.told.map(({ id }) => id)).size).toBe(w.told.length);
  },
);

type Happens =
  | { readonly what: "alarm" | "ok" | "ack" | "resolve"; readonly key: string }
  | { readonly what: "pass"; readonly hours: number };
const key = fc.constantFrom("A", "B", "C");
const happens: fc.Arbitrary<Happens> = fc.oneof(
  fc.record({ what: fc.constant("alarm" as const), key }),
  fc.record({ what: fc.constantFrom("ok" as const, "ack" as const, "resolve" as const), key }),
  fc.record({
    what: fc.constant("pass" as const),
    hours: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 24, max: 24 * 900 })),
  }),
);

describe("ten years of it", () => {
  test("every beginning is told within minutes, no id is used twice, and nothing that is open is forgotten", {
    timeout: 600_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happens, { minLength: 5, maxLength: 25 }), async (all) => {
        const { w, got } = await begun("2026-10-01T10:00:00Z");
        const open = new Set<string>();
        let acts = 0;
        for (const one of all) {
          if (one.what === "pass") {
            await w.pass(hours(one.hours));
            await w.purge();
            continue;
          }
          const before = got.length;
          const isNew = one.what === "alarm" && !open.has(one.key);
          acts += 1;
          const act = { id: `act.${acts}`, incident: w.idOf(one.key), by: "ann" };
          if (one.what === "alarm") await w.signal({ key: one.key });
          if (one.what === "ok") await w.ok(one.key);
          if (one.what === "ack" && open.has(one.key))
            await w.incidents.act({ ...act, verb: "ack" });
          if (one.what === "resolve" && open.has(one.key))
            await w.incidents.act({ ...act, verb: "resolve", reason: "done" });
          if (one.what === "alarm") open.add(one.key);
          if (one.what === "ok" || one.what === "resolve") open.delete(one.key);
          await w.pass(minutes(11));
          const opened = got
            .slice(before)
            .filter((message) => newsIn(message)?.why === "opened")
            .flatMap((message) => newsIn(message)?.incidents ?? []);
          if (isNew) expect(opened.map(({ id }) => id)).toContain(w.idOf(one.key));
        }
        const ids = w.told.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect([...new Set(got.map(({ id }) => id))]).toHaveLength(got.length);
        await w.purge();
        for (const name of open) {
          const item = await w.store.get({ pk: `incident#${w.idOf(name)}`, sk: "incident" });
          expect(item?.state).toMatch(/open|acknowledged/);
        }
      }),
      { numRuns: 60 },
    );
  });
});
