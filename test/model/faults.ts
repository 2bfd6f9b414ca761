/** One call of a unit's run goes wrong, in one way: each call of it, in each way. */
import { minutes } from "../../core/time.ts";
import { canFail, type Fault } from "./faulty.ts";
import { runsIn } from "./ledger.ts";
import type { Request } from "./memory/aws.ts";
import { Night, type Sequence, type Step } from "./sequence.ts";
import type { subjects } from "./subjects.ts";
import type { Planned } from "./world.ts";

const faults = [
  "killed",
  "killedAfter",
  "throttled",
  "denied",
  "expired",
  "error",
  "error503",
  "conflict",
  "reset",
  "lost",
  "timeout",
  "timeoutAfter",
  "malformed",
  "emptyPage",
  "inside",
  "partial",
  "stale",
  "lagging",
] as const satisfies readonly Fault[];

/** What may go on for as long as the process lives. */
const lasting = new Set<Fault>([
  "throttled",
  "denied",
  "expired",
  "error",
  "error503",
  "reset",
  "lost",
  "timeout",
  "timeoutAfter",
  "malformed",
  "inside",
  "partial",
]);

const sweep = (given: readonly Planned[] = []): Step => ({ kind: "sweep", times: 1, only: [], faults: given });
const event = (given: readonly Planned[] = []): Step => ({ kind: "event", times: 1, only: [0, 1, 2], faults: given });
const undo = (given: readonly Planned[] = []): Step => ({ kind: "undo", which: 0, faults: given });
const wait: Step = { kind: "wait", span: minutes(20) };

/** What comes before, the step that goes wrong, and what comes after. */
export const scenarios = {
  sweep: { first: [], wrong: sweep, afterwards: [] },
  event: { first: [], wrong: event, afterwards: [] },
  // Who asked for an undo, and is told that it was not carried out, asks again: at once, and later.
  undo: { first: [sweep(), wait], wrong: undo, afterwards: [undo(), wait, undo()] },
} satisfies Record<string, { readonly first: readonly Step[]; readonly wrong: (given: readonly Planned[]) => Step; readonly afterwards: readonly Step[] }>;

export type Case = readonly [unit: keyof typeof subjects, scenario: keyof typeof scenarios];

/** @returns the night, and what was wrong right after the step that goes wrong */
async function night(
  [subject, name]: Case,
  given: readonly Planned[],
): Promise<{ readonly night: Night; readonly requests: readonly Request[]; readonly problems: readonly string[] }> {
  const { first, wrong, afterwards } = scenarios[name];
  const sequence: Sequence = { subject, targets: 2, seed: 1, mode: "act", steps: [] };
  const one = new Night(sequence);
  for (const step of first) await one.step(step);
  await one.step(wrong(given));
  const { requests } = one;
  const problems = name === "undo" ? [] : silent(one);
  for (const step of afterwards) await one.step(step);
  return { night: one, requests, problems: [...problems, ...(await one.settle())] };
}

/** What is still wrong, although a run that ended well says nothing of it. */
function silent({ world: { aws }, subject, targets }: Night): string[] {
  return runsIn(aws).flatMap(({ id, outcome, actions }) =>
    outcome === "failed"
      ? []
      : targets.flatMap((target) => {
          const said = actions.find((action) => action.target === target)?.outcome;
          return subject.isWrong(aws, target) && said !== "held" && said !== "waiting" ? [`${id} is ${outcome} and says of ${target}: ${said}`] : [];
        }),
  );
}

const end = ({ world, subject, targets }: Night): unknown => ({
  states: targets.map((target) => subject.state(world.aws, target)),
  effects: targets.map((target) => world.effects.filter((effect) => effect.target === target).length),
});

export interface Gone {
  /** What does not end as without the fault, by what went wrong. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
  /** How many nights that were. */
  readonly count: number;
}

/**
 * @param which of all that can go wrong, by its number; default: all
 * @param late whether all that is looked at lags by two minutes besides
 */
export async function atEach(one: Case, which: (number: number) => boolean = () => true, late = false): Promise<Gone> {
  const always: readonly Planned[] = late ? [{ at: 0, fault: "lagging" }] : [];
  const clean = await night(one, always);
  if (clean.problems.length) return { wrong: { clean: clean.problems }, count: 0 };
  const all = clean.requests.flatMap((request, at) =>
    faults.flatMap((fault) =>
      [false, true].flatMap((lasts) => (canFail(request, fault) && !(lasts && !lasting.has(fault)) ? [{ request, at, fault, lasts }] : [])),
    ),
  );
  const wrong: Record<string, readonly string[]> = {};
  const some = all.filter((_, number) => which(number));
  for (const { request, at, fault, lasts } of some) {
    const { night: ended, problems } = await night(one, [{ at, fault, lasts }, ...always]);
    const different = JSON.stringify(end(ended)) === JSON.stringify(end(clean.night)) ? [] : [JSON.stringify(end(ended))];
    if (problems.length + different.length) wrong[`${fault}${lasts ? " for good" : ""} at ${at}, ${request.operation}`] = [...problems, ...different];
  }
  return { wrong, count: some.length };
}
