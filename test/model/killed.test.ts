/** The process dies before or after any AWS or ledger call: every index, for each base scenario. */
import { expect, test } from "vitest";
import { hours, minutes } from "../../sdk/time.ts";
import { carryOut, Night, type Sequence, type Step } from "./sequence.ts";
import type { Fault, Planned } from "./world.ts";

const sweep = (faults: readonly Planned[] = []): Step => ({
  kind: "sweep",
  times: 1,
  only: [],
  faults,
});
const event = (faults: readonly Planned[] = []): Step => ({
  kind: "event",
  times: 1,
  only: [0, 1, 2],
  faults,
});
const spoil: readonly Step[] = [0, 1, 2].map((which) => ({ kind: "spoil", which }));
const ask: Step = { kind: "settings", mode: "ask", cap: 25, coolDown: minutes(30) };

/** What comes before, and the step that dies. */
const scenarios: Readonly<
  Record<
    string,
    {
      readonly first: readonly Step[];
      readonly dies: (faults: readonly Planned[]) => Step;
      readonly afterwards: readonly Step[];
    }
  >
> = {
  "a sweep": { first: [], dies: sweep, afterwards: [] },
  "an event": { first: [], dies: event, afterwards: [{ kind: "wait", span: hours(1) }, sweep()] },
  "a sweep, while an event is under way": {
    first: [],
    dies: (faults) => ({ kind: "together", steps: [sweep(faults), event()] }),
    afterwards: [],
  },
  "an approval": {
    first: [ask, sweep()],
    dies: (faults) => ({ kind: "approve", which: 0, faults }),
    afterwards: [],
  },
  "an undo": {
    first: [sweep()],
    dies: (faults) => ({ kind: "undo", which: 0, faults }),
    afterwards: [{ kind: "wait", span: hours(1) }, sweep(), sweep()],
  },
  "an undo of an undo": {
    first: [sweep(), { kind: "undo", which: 0, faults: [] }],
    dies: (faults) => ({ kind: "redo", which: 0, faults }),
    afterwards: [],
  },
  "the second night": {
    first: [sweep(), { kind: "wait", span: hours(24) }, ...spoil],
    dies: sweep,
    afterwards: [],
  },
};

/** How many calls the longest process of a sequence makes. */
async function callsOf(sequence: Sequence): Promise<number> {
  const night = new Night(sequence);
  for (const step of sequence.steps) await night.step(step);
  return night.longest;
}

/** All of them in `npm run prove`. */
const subjects = process.env.FC_RUNS
  ? (["retention", "stopping", "equipping"] as const)
  : (["equipping"] as const);
const names = Object.keys(scenarios);

test.each(subjects.flatMap((subject) => names.map((name) => [subject, name] as const)))(
  "%s: %s",
  async (subject, name) => {
    const scenario = scenarios[name];
    if (!scenario) throw new Error(name);
    const { first, dies, afterwards } = scenario;
    const sequence = (faults: readonly Planned[]): Sequence => ({
      subject,
      targets: process.env.FC_RUNS ? 2 : 1,
      seed: 1,
      mode: "act",
      steps: [...first, dies(faults), ...afterwards],
    });
    const count = await callsOf(sequence([]));
    expect(count).toBeGreaterThan(15);
    const wrong: Record<string, string[]> = {};
    for (const fault of ["killed", "killedAfter"] satisfies Fault[])
      for (let at = 0; at < count; at += 1) {
        const problems = await carryOut(sequence([{ at, fault }]));
        if (problems.length) wrong[`${fault} ${at}`] = problems;
      }
    expect(wrong).toEqual({});
  },
  120_000,
);
