/**
 * What goes wrong on the wire, between the real SDK and the embedded AWS: for each change. All other calls, and all other
 * ways in which one can go wrong, are in test/model/faults.test.ts.
 */
import pMap from "p-map";
import { describe, expect, test } from "vitest";
import { hours } from "../core/time.ts";
import type { Fault } from "../local/fault-proxy.ts";
import type { RecordedCall } from "../local/recorded-call.ts";
import { type Delivery, nextSweep, prepare, problems, type Subject, subjects } from "./setup/delivery.ts";

const isChange = (subject: Subject) => (call: RecordedCall) => subject.changes(call).length > 0;

/** The requests of one clean delivery, in their order. */
const known = new Map<Subject, readonly RecordedCall[]>();
async function clean(subject: Subject): Promise<readonly RecordedCall[]> {
  const before = known.get(subject);
  if (before) return before;
  const delivery = await prepare(subject);
  await delivery.deliver();
  expect(await problems(subject, delivery, new Set())).toEqual([]);
  const calls = [...delivery.proxy.calls];
  await delivery.close();
  known.set(subject, calls);
  return calls;
}

/** Lets a delivery go wrong, then delivers the same trigger again, without faults, until it is carried out. */
async function survives(subject: Subject, fail: (delivery: Delivery, lost: (call: RecordedCall) => void) => void): Promise<string[]> {
  const delivery = await prepare(subject);
  const lost = new Set<number>();
  fail(delivery, ({ index }) => lost.add(index));
  await delivery.deliver().catch(() => {});
  delivery.proxy.revive();
  const result = await delivery.insist();
  // What a guard held, because it could not be evaluated, is the next sweep's.
  if (result.outcome === "held") {
    await delivery.later(hours(1));
    await delivery.deliver({ start: nextSweep(delivery) });
  }
  const found = await problems(subject, delivery, lost);
  await delivery.close();
  return found;
}

/** One delivery for each change of a clean one. @returns what does not end as a clean one does */
async function atEach(subject: Subject, fault: Fault): Promise<string[]> {
  const calls = (await clean(subject)).filter(isChange(subject));
  const arrived = fault === "resetAfter" || fault === "killedAfter";
  const found = await pMap(
    calls,
    async ({ index, operation }) => {
      const left = await survives(subject, ({ proxy }, lost) => proxy.fault(index, fault, { times: 1, onFault: (call) => !arrived && lost(call) })).catch(
        (error: unknown) => [String(error)],
      );
      return left.map((one) => `${fault} at ${index}, ${operation}: ${one}`);
    },
    { concurrency: 3 },
  );
  return found.flat();
}

describe.each(Object.entries(subjects))("%s", { timeout: 120_000 }, (_, subject) => {
  test("every request is throttled, answered 500 and cut off before it passes", async () => {
    const faults: readonly Fault[] = ["throttled", "error500", "reset"];
    const seen = new Map<string, number>();
    const change = isChange(subject);
    const found = await survives(subject, ({ proxy }, lost) => {
      const nth = (call: RecordedCall) => `${call.operation} ${JSON.stringify(call.parameters)}`;
      for (const [at, fault] of faults.entries())
        proxy.fault((call) => (seen.get(nth(call)) ?? 0) === at && (fault === "throttled" || !change(call)), fault, {
          onFault(call) {
            seen.set(nth(call), at + 1);
            lost(call);
          },
        });
    });
    expect(found).toEqual([]);
  });
  test.each(["denied", "expired", "error500", "reset", "resetAfter", "killed", "killedAfter"] as const)("%s: any one change", async (fault) => {
    expect(await atEach(subject, fault)).toEqual([]);
  });
});
