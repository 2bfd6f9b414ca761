// @module-tag proof
/**
 * Promises that hold for whole sequences of what may happen, in accounts in memory
 * (docs/promises.md).
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hours, minutes, seconds } from "../../sdk/time.ts";
import { carryOut, type Sequence, type Step } from "./sequence.ts";
import type { Fault, Planned } from "./world.ts";

/** The same in each `npm test`; another each time in `npm run prove`, unless it is given. */
const seed = Number(process.env.FC_SEED ?? (process.env.FC_RUNS ? Date.now() % 1_000_000_000 : 1));
const runs = Number(process.env.FC_RUNS ?? 1000);

const which = fc.nat(7);
const fault = fc.constantFrom<Fault>(
  "killed",
  "killed",
  "killedAfter",
  "killedAfter",
  "throttled",
  "lost",
  "error",
  "conflict",
);
const faults: fc.Arbitrary<readonly Planned[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc.array(fc.record({ at: fc.nat(45), fault }), { minLength: 1, maxLength: 3 }),
  },
);
const single: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("sweep", "sweep", "event"),
      times: fc.oneof(
        { weight: 30, arbitrary: fc.constant(1) },
        { weight: 10, arbitrary: fc.constant(2) },
        { weight: 1, arbitrary: fc.constant(100) },
      ),
      only: fc.array(which, { minLength: 1, maxLength: 3 }),
      faults,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("again", "approve", "undo", "undo", "redo"),
      which,
      faults,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("deny", "echo", "spoil", "spoil", "tag", "untag", "exempt", "unexempt"),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("stop", "resume", "resume") }) },
);
const settings: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("settings"),
  mode: fc.constantFrom("act", "act", "act", "ask", "watch"),
  cap: fc.constantFrom(1, 2, 3, 25),
  coolDown: fc.constantFrom(minutes(30), seconds(0)),
});
const wait: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("wait"),
  span: fc.constantFrom(
    seconds(30),
    minutes(17),
    minutes(31),
    hours(6),
    hours(23.9),
    hours(24),
    hours(15 * 24),
  ),
});
const together: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("together"),
  steps: fc.array(single, { minLength: 2, maxLength: 3 }),
});

const sequences: fc.Arbitrary<Sequence> = fc.record({
  subject: fc.constantFrom("retention", "stopping", "equipping"),
  targets: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
  mode: fc.constantFrom("act", "act", "act", "ask"),
  steps: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: single },
      { weight: 2, arbitrary: wait },
      { weight: 2, arbitrary: together },
      { weight: 1, arbitrary: settings },
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
});

describe("whole sequences", () => {
  test(`${runs} of them keep every promise (FC_SEED=${seed})`, {
    timeout: Math.max(60_000, runs * 200),
  }, async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        expect(await carryOut(sequence)).toEqual([]);
      }),
      { seed, numRuns: runs },
    );
  });
});
