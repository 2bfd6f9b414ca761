/** One call of a unit's run goes wrong, in one way: each call of it, in each way. */

import { createHost } from "../../engine/run/host.ts";
import { runReport } from "../../engine/run/report.ts";
import { features } from "../../features.ts";
import type { Start } from "../../ledger/start.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { noLog } from "../../sdk/log.ts";
import type { AnyReport } from "../../sdk/report.ts";
import { after, minutes } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import { settingsOf } from "../../settings/settings.ts";
import type { Request } from "../../testing/memory/aws.ts";
import type { ReportInMemory } from "../../testing/memory/fixture.ts";
import { canFail, type Fault } from "./faulty.ts";
import { messagesIn, problemsIn, runsIn } from "./ledger.ts";
import { Night, type Sequence, type Step } from "./sequence.ts";
import { account, clients, clock, type Planned, region, store, World } from "./world.ts";

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

const sweep = (given: readonly Planned[] = []): Step => ({
  kind: "sweep",
  times: 1,
  only: [],
  faults: given,
});
const event = (given: readonly Planned[] = []): Step => ({
  kind: "event",
  times: 1,
  only: [0, 1, 2],
  faults: given,
});
const undo = (given: readonly Planned[] = []): Step => ({ kind: "undo", which: 0, faults: given });
const wait: Step = { kind: "wait", span: minutes(20) };

/** What comes before, the step that goes wrong, and what comes after. */
export const scenarios = {
  sweep: { first: [], wrong: sweep, afterwards: [] },
  event: { first: [], wrong: event, afterwards: [] },
  // Who asked for an undo, and is told that it was not carried out, asks again: at once, and later.
  undo: { first: [sweep(), wait], wrong: undo, afterwards: [undo(), wait, undo()] },
} satisfies Record<
  string,
  {
    readonly first: readonly Step[];
    readonly wrong: (given: readonly Planned[]) => Step;
    readonly afterwards: readonly Step[];
  }
>;

export type Case = readonly [unit: string, scenario: keyof typeof scenarios];

/** @returns the night, and what was wrong right after the step that goes wrong */
async function night(
  [subject, name]: Case,
  given: readonly Planned[],
): Promise<{
  readonly night: Night;
  readonly requests: readonly Request[];
  readonly problems: readonly string[];
}> {
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
          return subject.isWrong(aws, target) && said !== "held" && said !== "waiting"
            ? [`${id} is ${outcome} and says of ${target}: ${said}`]
            : [];
        }),
  );
}

const end = ({ world, subject, targets }: Night): unknown => ({
  states: targets.map((target) => subject.state(world.aws, target)),
  effects: targets.map(
    (target) => world.effects.filter((effect) => effect.target === target).length,
  ),
});

export interface Gone {
  /** What does not end as without the fault, by what went wrong. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
  /** How many nights that were. */
  readonly count: number;
}

export interface Wrong extends Planned {
  readonly request: Request;
}
/** Once; as often as one call is tried; and for as long as the process lives. */
const spells = [1, 5, Number.POSITIVE_INFINITY];
export const lossesOf = (requests: readonly Request[]): Wrong[] =>
  requests.flatMap((request, at) =>
    faults.flatMap((fault) =>
      spells.flatMap((lasts) =>
        canFail(request, fault) && (lasts === 1 || lasting.has(fault))
          ? [{ request, at, fault, lasts }]
          : [],
      ),
    ),
  );
const spellWords = new Map([
  [1, ""],
  [5, " five times"],
]);
export const named = ({ fault, lasts = 1, at, request }: Wrong): string =>
  `${fault}${spellWords.get(lasts) ?? " for good"} at ${at}, ${request.operation}`;

/**
 * @param which of all that can go wrong; default: all
 * @param late whether all that is looked at lags by two minutes besides
 */
export async function atEach(
  one: Case,
  which: (one: Planned, number: number) => boolean = () => true,
  late = false,
): Promise<Gone> {
  const always: readonly Planned[] = late ? [{ at: 0, fault: "lagging" }] : [];
  const clean = await night(one, always);
  if (clean.problems.length) return { wrong: { clean: clean.problems }, count: 0 };
  const some = lossesOf(clean.requests).filter((each, number) => which(each, number));
  const wrong: Record<string, readonly string[]> = {};
  for (const each of some) {
    const { night: ended, problems } = await night(one, [each, ...always]);
    const different =
      JSON.stringify(end(ended)) === JSON.stringify(end(clean.night))
        ? []
        : [JSON.stringify(end(ended))];
    if (problems.length + different.length) wrong[named(each)] = [...problems, ...different];
  }
  return { wrong, count: some.length };
}

const reported: Start = {
  kind: "sweep",
  key: "morning",
  region,
  at: new Date("2026-11-21T07:00:00Z"),
};

/** A report, and what it finds. */
export interface Reporting extends ReportInMemory {
  readonly unit: AnyReport;
}

/** What a report told, each message once, after a first delivery with faults and more without. */
async function morning(
  { unit, seed }: Reporting,
  given: readonly Planned[],
): Promise<{
  readonly told: readonly Outgoing[];
  readonly problems: readonly string[];
  readonly requests: readonly Request[];
}> {
  const world = new World(1);
  seed(world.aws);
  const settings = settingsOf(parseSettings({ home: region }, { features, units: [] }), unit, [
    unit.id,
  ]);
  const deliver = async (faulty: readonly Planned[]) => {
    let requests: readonly Request[] = [];
    const outcome = await world.process("a morning", faulty, async (process) => {
      requests = process.requests;
      const host = createHost({
        account,
        settings,
        clock,
        clients,
        store,
        log: noLog,
        deadline: after(clock.now(), minutes(15)),
      });
      return runReport(unit, reported, host).then(
        (result) => result.outcome,
        () => undefined,
      );
    });
    return { outcome, requests };
  };
  const reports = () => messagesIn(world.aws).filter(({ kind }) => kind === "report");
  const first = await deliver(given);
  const problems =
    first.outcome !== undefined && first.outcome !== "failed" && reports().length === 0
      ? [`it is ${first.outcome}, and nothing was told`]
      : [];
  for (let again = 0; again < 3; again += 1) {
    world.now += 20 * 60_000;
    await deliver([]);
  }
  return {
    told: reports(),
    problems: [...problems, ...problemsIn(world.aws)],
    requests: first.requests,
  };
}

/** The same for a report, which changes nothing: what it tells is what it would have told. */
export async function reportAtEach(report: Reporting): Promise<Gone> {
  const said = ({ told }: Awaited<ReturnType<typeof morning>>) =>
    JSON.stringify(told.map(({ title, facts, chart }) => [title, facts, chart]));
  const clean = await morning(report, []);
  const wrong: Record<string, readonly string[]> =
    clean.told.length === 1 ? {} : { clean: [said(clean)] };
  const all = lossesOf(clean.requests);
  for (const each of all) {
    const ended = await morning(report, [each]);
    const different = said(ended) === said(clean) ? [] : [said(ended)];
    if (ended.problems.length + different.length)
      wrong[named(each)] = [...ended.problems, ...different];
  }
  return { wrong, count: all.length };
}
