import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { SignalTold } from "../../messages/outgoing.ts";
import { serialise } from "../../sdk/codec.ts";
import { type Clock, hours, minutes } from "../../sdk/time.ts";
import { plainStore } from "../../test/setup/plain-store.ts";
import { keptLog } from "../../testing/context.ts";
import { createIncidents } from "./service.ts";
import { openIncidents } from "./store.ts";
import { queuedTimers } from "./timers.ts";

/** DynamoDB's. */
const largestItem = 400 * 1024;
const start = new Date("2026-11-21T02:00:00Z");

const wide = fc.constantFrom("x", "é", "漢", "😀", '"', "\\", "\u0001");
const long = fc
  .tuple(wide, fc.integer({ min: 0, max: 6_000 }))
  .map(([character, length]) => character.repeat(length));
const hostile = fc.record({
  title: long,
  key: long,
  tags: fc.dictionary(long, fc.array(long, { maxLength: 12 }), { maxKeys: 25 }),
  affected: fc.array(long, { maxLength: 60 }),
  severity: fc.constantFrom("info" as const, "warning" as const, "critical" as const),
});

test("no item that is kept of incidents comes near 400 KB, whatever their tags, titles and keys; nothing is lost for it", {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostile, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (shapes, taken) => {
        let now = start;
        const clock: Clock = { now: () => now, async sleep() {} };
        const store = plainStore();
        const incidents = createIncidents({
          onCall: { rotations: {} },
          families: { alarm: "signals" },
          whoIsOn: () => [],
          store,
          clock,
          log: keptLog().log,
          timers: queuedTimers(),
        });
        const many = 70;
        const messages = Array.from({ length: many }, (_, nth): SignalTold => {
          const { key, ...shape } = shapes[nth % shapes.length] as (typeof shapes)[0];
          return {
            id: `alarm.${nth}`,
            at: now,
            account: "123456789012",
            region: "eu-central-1",
            unit: "alarm",
            kind: "signal",
            key: `${nth}${key}`,
            ...shape,
          };
        });
        expect(await incidents.take(messages)).toEqual(new Set());
        const { heads } = await openIncidents(store, 500);
        expect(heads).toHaveLength(many);
        if (taken)
          for (const { id } of heads.slice(0, 30))
            await incidents.act({
              id: `act.${id}`,
              verb: "ack",
              incident: id,
              by: "x".repeat(900),
            });
        now = new Date(now.getTime() + hours(5).seconds * 1000);
        await incidents.overdue();
        now = new Date(now.getTime() + minutes(6).seconds * 1000);
        await incidents.overdue();
        const sizes = [...store.all()].map((item) => Buffer.byteLength(serialise(item)));
        expect(Math.max(...sizes)).toBeLessThan(largestItem);
      },
    ),
    { numRuns: 3 },
  );
});
