/** What all units did in some days that are over, by the lines and actions that their runs left. */
import { isDone } from "../../ledger/actions.ts";
import { decisionOn } from "../../ledger/decisions.ts";
import { openFindings } from "../../ledger/findings.ts";
import { runOf } from "../../ledger/ids.ts";
import { keys } from "../../ledger/keys.ts";
import { actionsIn, linesBetween, type OnUnreadable, type RunLines } from "../../ledger/past.ts";
import { waitingInShort } from "../../ledger/plans.ts";
import type { RunLine } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import type {
  DaysAsked,
  PastDays,
  PastFailure,
  PastPlan,
  PastReader,
  PastUnit,
} from "../../sdk/past.ts";
import type { Host } from "./host.ts";
import { failedRunsIn, unitTally } from "./past-unit.ts";

/** Units that are read at a time: there are many. */
const together = 8;

interface Asking {
  readonly store: Store;
  readonly asked: DaysAsked;
  readonly now: Date;
  readonly leftOut: OnUnreadable;
}

const sum = (lines: readonly RunLine[], of: (line: RunLine) => number): number =>
  lines.reduce((total, line) => total + of(line), 0);

/** A run's lines together; `of` names the run whose actions they are about. */
function byRun(lines: readonly RunLine[], of: (line: RunLine) => string): RunLines[] {
  const groups = Map.groupBy(lines, of);
  return [...groups].map(([run, [first, ...rest]]) => [{ ...(first as RunLine), run }, ...rest]);
}

/** One that did something, or tried to: of all others no action is recorded that says more. */
const isOfActions = ({ applied, failed, begun = 0 }: RunLine): boolean =>
  applied + failed + begun > 0;

interface UnitPast {
  readonly tally: PastUnit;
  readonly open: readonly PastFailure[];
}

async function pastOf(unit: string, { store, asked, leftOut }: Asking): Promise<UnitPast> {
  const lines = await linesBetween(store, { writer: "unit", unit }, asked, leftOut);
  const undone = await linesBetween(store, { writer: "undo", unit }, asked, leftOut);
  const taken = new Map<string, Date>();
  for (const some of byRun(undone, ({ run }) => runOf(run)))
    for await (const { record, at } of actionsIn(store, { writer: "undo", unit }, some, leftOut))
      if (record.undoes !== undefined && isDone(record)) taken.set(record.undoes, at);
  const tally = unitTally(unit, { asked, taken });
  for (const some of byRun(lines.filter(isOfActions), ({ run }) => run)) {
    let failed = 0;
    for await (const action of actionsIn(store, { writer: "unit", unit }, some, leftOut)) {
      if (action.record.outcome === "failed") failed += 1;
      tally.take(action);
    }
    tally.unnamed(some, sum(some, (line) => line.failed) - failed);
  }
  const counts = {
    runs: lines.filter(({ ends }) => !ends).length,
    failedRuns: lines.filter(({ died }) => died).length,
    changed: sum(lines, ({ applied }) => applied),
    failed: sum(lines, (line) => line.failed),
    takenBack: sum(undone, ({ applied }) => applied),
    undoFailed: sum(undone, (line) => line.failed),
    held: sum(lastOfEachPlace(lines), (line) => line.held),
  };
  return {
    tally: { unit, ...counts, ...tally.sums() },
    open: [...tally.open(), ...failedRunsIn(unit, lines)],
  };
}

const lastOfEachPlace = (lines: readonly RunLine[]): RunLine[] => {
  const looks = lines.filter(({ ends, died }) => !(ends || died));
  const places = Map.groupBy(looks, ({ account, region }) => `${account} ${region}`);
  return [...places.values()].flatMap((some) => some.at(-1) ?? []);
};

/** Whether somebody decided on it; what cannot be read is told, and the plan with it. */
async function isDecided(plan: string, { store, leftOut }: Asking): Promise<boolean> {
  try {
    return (await decisionOn(store, plan)) !== undefined;
  } catch (error) {
    if (!(error instanceof Error && error.name === "NotPossible")) throw error;
    leftOut(error.message);
    return false;
  }
}

async function waitingOf(unit: string, asking: Asking): Promise<PastPlan[]> {
  const { store, now, leftOut } = asking;
  const { plans, unreadable } = await waitingInShort(store, unit, now);
  for (const why of unreadable) leftOut(why);
  const waiting: PastPlan[] = [];
  for (const { id, account, region, expires, changes, why } of plans)
    if (!(await isDecided(id, asking)))
      waiting.push({ id, unit, account, region, expires, changes, why });
  return waiting;
}

/** Every unit that was ever deployed with this ledger, and since when that is known. */
async function knownUnits({ store, leftOut }: Asking): Promise<[unit: string, since?: Date][]> {
  const known: [string, Date?][] = [];
  const unreadable = ({ why }: { readonly why: string }) => leftOut(why);
  for await (const { sk, body } of store.query(keys.unitsKnown, { unreadable })) {
    const { since } = (body ?? {}) as { readonly since?: unknown };
    known.push(since instanceof Date ? [sk, since] : [sk]);
  }
  return known;
}

/**
 * @param now by which plans wait
 * @throws where the ledger cannot be read: never less than there is
 */
export async function pastDays(store: Store, asked: DaysAsked, now: Date): Promise<PastDays> {
  const unreadable = new Set<string>();
  const leftOut = (why: string): void => void unreadable.add(why);
  const asking: Asking = { store, asked, now, leftOut };
  const known = await knownUnits(asking);
  const ids = known.map(([unit]) => unit);
  const there = known.flatMap(([unit, since]) => (since && since >= asked.until ? [] : [unit]));
  const each = await concurrently(there, (unit) => pastOf(unit, asking), { concurrency: together });
  const plans = await concurrently(ids, (unit) => waitingOf(unit, asking), {
    concurrency: together,
  });
  return {
    units: each.map(({ tally }) => tally),
    open: each.flatMap(({ open }) => open).sort((a, b) => b.at.getTime() - a.at.getTime()),
    waiting: plans.flat().sort((a, b) => a.expires.getTime() - b.expires.getTime()),
    wrong: (await openFindings(store)).map(({ title }) => title),
    begun: known.flatMap(([unit, since]) =>
      since && since >= asked.since && since < asked.until ? [unit] : [],
    ),
    unreadable: [...unreadable],
  };
}

export const pastReader = ({
  store,
  settings,
  clock,
}: Pick<Host, "store" | "settings" | "clock">): PastReader => ({
  timeZone: settings.timeZone,
  between: (asked) => pastDays(store, asked, clock.now()),
});
