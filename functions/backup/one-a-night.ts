/**
 * Whose turn it is where a night has one drill and never two at once, and where the ledger says what
 * was drilled: of tables and of databases.
 */
import { digest } from "../../sdk/codec.ts";
import { compareText } from "../../sdk/compare.ts";
import { after, before, days, hours } from "../../sdk/time.ts";
import { turnsOf } from "./backup-drill/rotation.ts";
import { type SetName, setId } from "./backup-set.ts";
import { type DrillWord, recordedDrill } from "./drilled.ts";
import type { PlanHistory } from "./left-plan.ts";

/** So many are looked up at once. */
export const lookedUpTogether = 16;
/** Of more things than this so many are drawn by lot: a night drills one of them. */
const mostLookedUp = 200;
/** So many of a thing's newest backups are looked up for its last drill. */
const mostSlots = 30;
/** What was drilled since belongs to the same night. */
const night = hours(20);

/** What the night is, and what it may cost. */
export interface DrillNight extends PlanHistory {
  readonly now: Date;
  /** Days. */
  readonly again: number;
  /** US dollars. */
  readonly budget: number;
}

/** @returns what the last drill of it found out, unless that was taken back */
export async function drillWordOf(
  set: SetName,
  { unit, remembered }: PlanHistory,
): Promise<DrillWord | undefined> {
  const record = recordedDrill.safeParse(await remembered({ unit, target: setId(set) }));
  return record.success ? record.data.output : undefined;
}

/** The newest backup of something, and when anything of that was drilled. */
export type WaitingBackup<B> = B & {
  /** US dollars; nothing where nobody knows. */
  readonly cost: number | undefined;
  readonly last: Date | undefined;
  /** What its own last drill found out. */
  readonly word: DrillWord | undefined;
};

const newestFirst = (a: SetName, b: SetName): number => compareText(b.slot, a.slot);

/**
 * @param ofOne all good backups of one thing
 * @returns the newest, where there is one
 */
export async function waitingOf<B extends SetName>(
  ofOne: readonly B[],
  costOf: (backup: B) => number | undefined,
  drillNight: DrillNight,
): Promise<WaitingBackup<B>[]> {
  const [newest, ...older] = ofOne.toSorted(newestFirst).slice(0, mostSlots);
  if (!newest) return [];
  const word = await drillWordOf(newest, drillNight);
  let last = word?.at;
  for (const each of older) {
    if (last) break;
    last = (await drillWordOf(each, drillNight))?.at;
  }
  return [{ ...newest, cost: costOf(newest), last, word }];
}

/** So many drills before it are told with one. */
const mostTold = 20;

/**
 * @param slots of the thing's backups that are still there
 * @returns what the last drills of it took, the oldest first
 */
export async function drillTrend(
  about: string,
  slots: Iterable<string>,
  history: PlanHistory,
): Promise<DrillWord[]> {
  const newest = [...new Set(slots)].sort(compareText).slice(-mostSlots);
  const words: DrillWord[] = [];
  for (const slot of newest) {
    const word = await drillWordOf({ about, slot }, history);
    if (word) words.push(word);
  }
  return words.sort((a, b) => a.at.getTime() - b.at.getTime()).slice(-mostTold);
}

/** It is not to be drilled again now. */
export const isSettled = (
  word: DrillWord | undefined,
  { now, again }: Pick<DrillNight, "now" | "again">,
): boolean => word !== undefined && (word.result === "good" || after(word.at, days(again)) > now);

const nameOf = ({ now }: DrillNight): string => now.toISOString().slice(0, 10);

/** @returns the backups of each thing; of so many that a night cannot look them up, some by lot */
export function drawnByLot<B extends SetName>(
  backups: readonly B[],
  drillNight: DrillNight,
): readonly (readonly B[])[] {
  const all = [...Map.groupBy(backups, ({ about }) => about).values()];
  if (all.length <= mostLookedUp) return all;
  const lot = ([first]: readonly B[]) => digest(`${nameOf(drillNight)} ${first?.about}`);
  return all.toSorted((a, b) => compareText(lot(a), lot(b))).slice(0, mostLookedUp);
}

/**
 * @param isFree nothing is there that a drill made
 * @returns one, or none
 */
export function turnOfNight<B extends SetName>(
  all: readonly WaitingBackup<B>[],
  isFree: boolean,
  drillNight: DrillNight,
): ReadonlySet<WaitingBackup<B>> {
  const { now, budget } = drillNight;
  const isTonight = ({ last }: WaitingBackup<B>) => last !== undefined && last > before(now, night);
  return turnsOf(
    all.filter(({ word }) => !isSettled(word, drillNight)),
    { places: isFree && !all.some(isTonight) ? 1 : 0, budget, name: nameOf(drillNight) },
  );
}
