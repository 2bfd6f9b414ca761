/**
 * The last 24 hours in one message, also when nothing happened: that it comes is itself the news
 * that Nightshift lives.
 */

import { decisionOn } from "../../../ledger/decisions.ts";
import { openFindings } from "../../../ledger/findings.ts";
import { flowsUnderWay } from "../../../ledger/flows.ts";
import { numbersIn } from "../../../ledger/numbers.ts";
import { type PlanInShort, waitingInShort } from "../../../ledger/plans.ts";
import { type RunLine, runById, runsSince } from "../../../ledger/runs.ts";
import type { Store } from "../../../ledger/store.ts";
import type { Outgoing } from "../../../messages/outgoing.ts";
import { type Muted, mutedSince } from "../../../messages/withheld.ts";
import { digest } from "../../../sdk/codec.ts";
import { count } from "../../../sdk/counted.ts";
import { NotPossible } from "../../../sdk/errors.ts";
import { dollars } from "../../../sdk/money.ts";
import { type Saving, savingText } from "../../../sdk/saving.ts";
import { before, days } from "../../../sdk/time.ts";

/** What one unit did, everywhere. */
export interface Tally {
  readonly unit: string;
  readonly runs: number;
  readonly failedRuns: number;
  readonly saw: number;
  readonly did: number;
  readonly held: number;
  readonly failed: number;
  /** Flows that are not over. */
  readonly underWay: number;
  readonly saved: Saving;
}

export interface DayPast {
  readonly tallies: readonly Tally[];
  readonly waiting: readonly Pick<PlanInShort, "id" | "unit" | "region" | "expires">[];
  /** Titles of what the watchdog found and is not over. */
  readonly wrong: readonly string[];
  /** What was not told because it is muted. */
  readonly muted: readonly Pick<Muted, "unit" | "mute">[];
}

const sum = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((total, one) => total + of(one), 0);

/** One sweep sees all, so that what was seen is of the largest, not of all together. */
function tally(
  unit: string,
  lines: readonly RunLine[],
  rest: Pick<Tally, "saved" | "underWay">,
): Tally {
  // The end of flows is no run of its own: what came of them alone is counted.
  const runs = lines.filter(({ ends }) => !ends);
  return {
    unit,
    runs: runs.length,
    failedRuns: runs.filter(({ outcome }) => outcome === "failed").length,
    saw: sum(
      [...Map.groupBy(runs, ({ account, region }) => `${account} ${region}`).values()],
      (some) => Math.max(...some.map(({ found }) => found)),
    ),
    did: sum(lines, ({ applied }) => applied),
    held: sum(lines, ({ held }) => held),
    failed: sum(lines, ({ failed }) => failed),
    ...rest,
  };
}

/** One that cannot be read is not counted, and keeps nobody from the others. */
function unread(error: unknown): undefined {
  if (!(error instanceof NotPossible)) throw error;
}

/** A line says it; of one from before, its run does. */
async function savedBy(store: Store, unit: string, lines: readonly RunLine[]): Promise<Saving> {
  const silent = lines.filter(({ saves, applied }) => saves === undefined && applied > 0);
  const changed = await Promise.all(
    silent.map(({ run }) => runById(store, "unit", unit, run).catch(unread)),
  );
  const numbers = [...lines, ...changed.flatMap((run) => (run ? [numbersIn(run)] : []))];
  return {
    known: sum(numbers, ({ saves = 0 }) => saves),
    unpriced: sum(numbers, ({ unpriced = 0 }) => unpriced),
  };
}

async function flowsOf(store: Store, unit: string): Promise<number> {
  let count = 0;
  for await (const _ of flowsUnderWay(store, unit)) count += 1;
  return count;
}

/** @param units ids of automations and reports */
export async function dayPast(store: Store, units: readonly string[], now: Date): Promise<DayPast> {
  const from = before(now, days(1));
  const tallies = await Promise.all(
    units.map(async (unit) => {
      const lines = await Array.fromAsync(runsSince(store, "unit", unit, from));
      const [saved, underWay] = await Promise.all([
        savedBy(store, unit, lines),
        flowsOf(store, unit),
      ]);
      return tally(unit, lines, { saved, underWay });
    }),
  );
  const waiting = await Promise.all(units.map((unit) => waitingInShort(store, unit, now)));
  const plans = waiting.flatMap((each) => each.plans);
  const undecided = await Promise.all(
    plans.map(async (plan) => ((await decisionOn(store, plan.id).catch(unread)) ? [] : [plan])),
  );
  return {
    tallies,
    waiting: undecided.flat(),
    wrong: [
      ...(await openFindings(store)).map(({ title }) => title),
      ...waiting.flatMap(({ unreadable }) => unreadable),
    ],
    muted: await Array.fromAsync(mutedSince(store, from)),
  };
}

const shortly = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
const said = (
  parts: readonly (readonly [count: number, words: (count: number) => string])[],
): string => parts.flatMap(([count, words]) => (count ? [words(count)] : [])).join(", ");

/** Of one of several: what to do where a price is not known is said of all of them. */
function savesShown({ known, unpriced }: Saving): string {
  if (known <= 0) return unpriced ? "price unknown" : "";
  return `saves ${unpriced ? "at least " : ""}${dollars(known)} a month`;
}

function tallyText({ runs, ...tally }: Omit<Tally, "unit">): string {
  const times = runs === 1 ? "once" : `${runs} times`;
  return said([
    [1, () => (runs ? `ran ${times}, saw ${tally.saw}` : "did not run")],
    [tally.did, (number) => `did ${number}`],
    [tally.held, (number) => `held ${number}`],
    [tally.failed, (number) => `${number} failed`],
    [tally.failedRuns, (number) => `${number} of its runs failed`],
    [tally.underWay, (number) => `${count(number, "flow")} under way`],
    [savesShown(tally.saved) ? 1 : 0, () => savesShown(tally.saved)],
  ]);
}

const sawNothing = ({
  runs,
  saw,
  did,
  held,
  failed,
  failedRuns,
  underWay,
  saved,
}: Tally): boolean =>
  runs > 0 && saw + did + held + failed + failedRuns + underWay + saved.unpriced === 0;
const didNotRun = ({ runs, did, failed, underWay }: Tally): boolean =>
  runs + did + failed + underWay === 0;

/** A line each of what did something, or saw something; the others are named together. */
function unitFacts(tallies: readonly Tally[]): [string, string][] {
  const quiet = [
    ["saw nothing", tallies.filter(sawNothing)],
    ["did not run", tallies.filter(didNotRun)],
  ] as const;
  const others = tallies.filter((one) => !sawNothing(one) && !didNotRun(one));
  return [
    ...others.map(({ unit, ...one }): [string, string] => [unit, tallyText(one)]),
    ...quiet.flatMap(([what, some]): [string, string][] =>
      some.length
        ? [[what, `${count(some.length, "unit")}: ${some.map(({ unit }) => unit).join(", ")}`]]
        : [],
    ),
  ];
}

/** @param region the home region */
export function digestMessage(
  { tallies, waiting, wrong, muted }: DayPast,
  { account, home }: { readonly account: string; readonly home: string },
  now: Date,
): Outgoing {
  const total = (of: (one: Tally) => number) => sum(tallies, of);
  const [runs, failed, saved] = [
    total((one) => one.runs),
    total((one) => one.failed + one.failedRuns),
    { known: total((one) => one.saved.known), unpriced: total((one) => one.saved.unpriced) },
  ];
  const saves = savingText(saved);
  const title = `The last 24 hours: ${said([
    [1, () => (runs ? `${count(runs, "run")} saw ${total((one) => one.saw)}` : "nothing ran")],
    [total((one) => one.did), (count) => `changed ${count}`],
    [total((one) => one.held), (count) => `held ${count}`],
    [failed, (count) => `failed ${count} times`],
    [total((one) => one.underWay), (number) => `${count(number, "flow")} under way`],
    [waiting.length, (plans) => `${count(plans, "plan waits", "plans wait")} for you`],
    [
      wrong.length,
      (things) => `${count(things, "thing is", "things are")} wrong with Nightshift itself`,
    ],
    [muted.length, (count) => `${count} muted`],
    [saves ? 1 : 0, () => saves ?? ""],
  ])}`;
  const mutes = Map.groupBy(
    muted,
    ({ unit, mute: { until, owner, reason } }) => `${unit}, until ${until} (${owner}): ${reason}`,
  );
  return {
    id: `digest.${digest([account, now.toISOString().slice(0, 10)]).slice(0, 32)}`,
    at: now,
    account,
    region: home,
    unit: "watchdog",
    kind: "digest",
    severity: failed || wrong.length ? "warning" : "info",
    title,
    facts: Object.fromEntries([
      ...waiting.map(({ id, unit, region, expires }): [string, string] => [
        `waiting: ${unit} in ${region}, until ${shortly(expires)}`,
        `npx nightshift approve ${id}`,
      ]),
      ...wrong.map((what, at): [string, string] => [
        `wrong${wrong.length > 1 ? ` ${at + 1}` : ""}`,
        what,
      ]),
      ...unitFacts(tallies),
      ...[...mutes].map(([what, some], at): [string, string] => [
        `muted${mutes.size > 1 ? ` ${at + 1}` : ""}`,
        `${some.length} of ${what}`,
      ]),
    ]),
  };
}
