/**
 * What had backups of ours and is no longer selected: told once, for a plan that somebody shortened
 * by mistake looks like one that has nothing to do.
 */
import * as z from "zod/mini";
import type { AutomationSearch, Remembered } from "../../sdk/automation.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { count } from "../../sdk/counted.ts";
import { type SetName, setId } from "./backup-set.ts";
import { recordedKeep } from "./recorded-keep.ts";
import { keepInWords, retained } from "./retention.ts";
import { wallOfSlot } from "./slot.ts";

/** How a plan's unit knows what it made. */
export interface PlanHistory {
  readonly unit: string;
  readonly remembered: AutomationSearch<z.ZodMiniObject, []>["remembered"];
}

export interface Leaver {
  readonly about: string;
  /** Of what prune-backups will leave, newest first. */
  readonly slots: readonly string[];
  readonly keepText: string;
}

const record = z.object({ call: z.object({ input: z.object({ keep: recordedKeep }) }) });

const wallOf = (slot: string): number => wallOfSlot(slot) ?? Number.NEGATIVE_INFINITY;
const newestFirst = (slots: Iterable<string>): string[] =>
  [...slots].toSorted((a, b) => wallOf(b) - wallOf(a));

/** The newest whose record is there: what only tags call ours is not. */
async function newestKnown(
  about: string,
  slots: readonly string[],
  { unit, remembered }: PlanHistory,
): Promise<Remembered | undefined> {
  for (const slot of slots) {
    const known = await remembered({ unit, target: setId({ about, slot }) });
    if (known) return known;
  }
  return undefined;
}

/** Beside what the record of the newest set says, as prune-backups counts where nobody says other. */
const atLeast = 3;
const together = 16;

/**
 * @param sets all that say that they are the unit's, of whatever slot
 * @param isSelected whether a plan still selects it, by itself or as a part of something
 */
export async function leaversOf(
  sets: readonly SetName[],
  isSelected: (about: string) => boolean,
  history: PlanHistory,
): Promise<Leaver[]> {
  const left = [...Map.groupBy(sets, ({ about }) => about)].filter(([about]) => !isSelected(about));
  const found = await concurrently(
    left,
    async ([about, some]): Promise<Leaver[]> => {
      const slots = newestFirst(new Set(some.map(({ slot }) => slot)));
      const read = record.safeParse(await newestKnown(about, slots, history));
      if (!read.success) return [];
      const { keep } = read.data.call.input;
      const [newest = ""] = slots;
      const kept = retained(slots, (slot) => slot, { keep, atLeast, now: wallOf(newest) });
      return [{ about, slots: newestFirst(kept), keepText: keepInWords(keep) }];
    },
    { concurrency: together },
  );
  return found.flat();
}

/** What a list does not name one by one is counted. */
function listed(all: readonly string[], most: number, more: string): string {
  const others = all.length - most;
  return [...all.slice(0, most), ...(others > 0 ? [`${others} ${more}`] : [])].join(", ");
}

/** So many slots are named. */
const mostNamed = 5;

/**
 * In words that stay the same for as long as it is so: by them it is told once.
 * @param standing what became of it: it is there and not selected, or it is gone
 */
export function leaverWords(
  { about, slots, keepText }: Leaver,
  standing: "left" | "gone",
  remedy: string,
): string {
  const [newest] = slots;
  const named = listed(slots, mostNamed, "older");
  const stay = `${count(slots.length, "set")} of it ${slots.length === 1 ? "stays" : "stay"} (${named}): the retention (${keepText}) deletes none of them, for only newer ones take their place. They stay, and are paid for, until a person deletes them`;
  if (standing === "gone")
    return `${about} is gone; its last backup is of the slot ${newest}. ${stay}.`;
  return `${about} has left the plan and is no longer backed up: its last backup is of the slot ${newest}. ${stay}. ${remedy}`;
}

/** So many are told one by one. */
const mostTold = 20;

/**
 * @param isHere whether what an id names is still there
 * @returns what to tell of them
 */
export function leaversTold(
  leavers: readonly Leaver[],
  isHere: (about: string) => boolean,
  remedy: string,
): string[] {
  const told = leavers.map((each) =>
    leaverWords(each, isHere(each.about) ? "left" : "gone", remedy),
  );
  const more = told.length - mostTold;
  if (more <= 0) return told;
  const rest = `${count(more, "more thing")} with backups of ours left the plan or is gone`;
  return [...told.slice(0, mostTold), rest];
}

interface LookedIn {
  readonly region: string;
  /** Where else the unit looks. */
  readonly regions: readonly string[];
}

/**
 * What the settings name and nothing answers to: a misspelt name is a backup that is never made.
 * @param kind what they are, in the plural
 * @returns what to tell, where there are any
 */
export function unmatchedTold(
  kind: string,
  names: readonly string[],
  { region, regions }: LookedIn,
): string[] {
  if (!names.length) return [];
  const named = listed(names.toSorted(), mostTold, "more");
  const others = regions.filter((each) => each !== region);
  const elsewhere = others.length
    ? `Where ${others.join(", ")} has none of that name either, nothing backs it up`
    : "Nothing backs them up";
  return [
    `The settings name ${kind} that ${region} does not have: ${named}. ${elsewhere}: correct the name, or take it out of the settings.`,
  ];
}
