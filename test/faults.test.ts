/**
 * What goes wrong on the wire, between the real SDK and the embedded AWS. All other calls, and all
 * other ways in which one can go wrong, are in test/model/faults.test.ts.
 */
import { describe, expect, test } from "vitest";
import { hours } from "../sdk/time.ts";
import { nextSweep, type TestDelivery } from "../testing/delivery.ts";
import type { Fault } from "../testing/fault-proxy.ts";
import type { RecordedCall } from "../testing/recorded-call.ts";
import { prepare, problems, type Subject, subjects } from "./setup/delivery.ts";

const isChange = (subject: Subject) => (call: RecordedCall) => subject.changes(call).length > 0;

/**
 * Lets a delivery go wrong, then delivers the same trigger again, without faults, until it is
 * carried out.
 */
async function survives(
  subject: Subject,
  fail: (delivery: TestDelivery, lost: (call: RecordedCall) => void) => void,
): Promise<string[]> {
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

/** Lets the first change of a delivery go wrong. @returns what does not end as a clean one does */
async function atTheFirst(subject: Subject, fault: Fault): Promise<string[]> {
  const arrived = fault === "resetAfter" || fault === "killedAfter";
  return survives(subject, ({ proxy }, lost) =>
    proxy.fault(isChange(subject), fault, { times: 1, onFault: (call) => !arrived && lost(call) }),
  );
}

describe.each(Object.entries(subjects))("%s", { timeout: 600_000 }, (_, subject) => {
  test("every request is throttled, answered 500 and cut off before it passes", async () => {
    const faults: readonly Fault[] = ["throttled", "error500", "reset"];
    const seen = new Map<string, number>();
    const change = isChange(subject);
    const found = await survives(subject, ({ proxy }, lost) => {
      const nth = (call: RecordedCall) => `${call.operation} ${JSON.stringify(call.parameters)}`;
      for (const [at, fault] of faults.entries())
        proxy.fault(
          (call) => (seen.get(nth(call)) ?? 0) === at && (fault === "throttled" || !change(call)),
          fault,
          {
            onFault(call) {
              seen.set(nth(call), at + 1);
              lost(call);
            },
          },
        );
    });
    expect(found).toEqual([]);
  });
  test.each([
    "denied",
    "expired",
    "error500",
    "reset",
    "resetAfter",
    "killed",
    "killedAfter",
  ] as const)("its change: %s", async (fault) => {
    expect(await atTheFirst(subject, fault)).toEqual([]);
  });
});
