/** How many sets another retention would keep: counted by the same pure function that prunes. */
import { count } from "../../../sdk/counted.ts";
import { sumOf } from "../../../sdk/sum.ts";
import { after, hours } from "../../../sdk/time.ts";
import { type Keep, keepInWords, retained } from "../retention.ts";
import { wallOfSlot } from "../slot.ts";
import type { KeptBackup } from "./kept.ts";

/** All sets of one plan that were made with one retention. */
interface Retained {
  readonly plan: string;
  readonly keep: Keep;
  /** Of each thing its slots. */
  readonly things: readonly (readonly string[])[];
}

export interface RetentionsAsked {
  readonly compare: readonly Keep[];
  readonly atLeast: number;
  readonly now: Date;
}

/** What one retention makes of the sets that are there. */
export interface Compared {
  readonly keep: Keep;
  /** How many of those that are there it keeps. */
  readonly keeps: number;
  /** The most that it keeps of each thing in the long run. */
  readonly most: number;
}

export interface PlanCompared {
  readonly plan: string;
  readonly sets: number;
  readonly things: number;
  /** What the newest sets were made with. */
  readonly now: Compared;
  readonly others: readonly Compared[];
}

const kinds = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;

const scaled = (keep: Keep, by: (number: number) => number): Keep => ({
  hourly: by(keep.hourly),
  daily: by(keep.daily),
  weekly: by(keep.weekly),
  monthly: by(keep.monthly),
  yearly: by(keep.yearly),
});

const halfAndTwice = (keep: Keep): Keep[] => [
  scaled(keep, (number) => Math.ceil(number / 2)),
  scaled(keep, (number) => number * 2),
];

/** No place on earth is further ahead. */
const furthestAhead = hours(14);

function judged({ things }: Retained, keep: Keep, { atLeast, now }: RetentionsAsked): Compared {
  const wall = after(now, furthestAhead).getTime();
  const kept = things.map(
    (slots) => retained(slots, (slot) => slot, { keep, atLeast, now: wall }).size,
  );
  // The first of a month may be a Sunday's and a day's too: it is kept once.
  const most = Math.max(atLeast, sumOf(kinds.map((kind) => keep[kind])));
  return { keep, keeps: sumOf(kept), most };
}

const wallOf = (slot: string): number => wallOfSlot(slot) ?? Number.NEGATIVE_INFINITY;

/** Of one thing: its slots, and how its newest set was made to be kept, as the pruners go by. */
function thingOf(sets: readonly KeptBackup[]) {
  const slots = new Set(sets.flatMap(({ slot }) => slot ?? []));
  const newest = sets.toSorted((a, b) => wallOf(b.slot ?? "") - wallOf(a.slot ?? "")).at(0);
  return { slots: [...slots], keep: newest?.keep, plan: newest?.plan.name ?? "" };
}

/** Copies have a region of their own. */
const thingKey = ({ plan, region, about }: KeptBackup): string => `${plan.name} ${region} ${about}`;

/** @returns by plan and retention; what does not say how long it is to be kept is left out */
export function comparedRetentions(
  kept: readonly KeptBackup[],
  comparing: RetentionsAsked,
): PlanCompared[] {
  const ours = kept.filter(({ plan, slot, isFailed }) => plan.by === "ours" && slot && !isFailed);
  const things = [...Map.groupBy(ours, thingKey).values()].map(thingOf);
  const groups = Map.groupBy(
    things.flatMap(({ slots, keep, plan }) => (keep ? [{ slots, keep, plan }] : [])),
    ({ plan, keep }) => `${plan} ${keepInWords(keep)}`,
  );
  return [...groups.values()].flatMap((members): PlanCompared[] => {
    const [first] = members;
    if (!first) return [];
    const { plan, keep } = first;
    const group = { plan, keep, things: members.map(({ slots }) => slots) };
    const asked = comparing.compare.length ? comparing.compare : halfAndTwice(keep);
    const others = asked.filter((other) => keepInWords(other) !== keepInWords(keep));
    return [
      {
        plan,
        sets: sumOf(group.things.map(({ length }) => length)),
        things: members.length,
        now: judged(group, keep, comparing),
        others: others.map((other) => judged(group, other, comparing)),
      },
    ];
  });
}

function otherInWords({ keep, keeps, most }: Compared, now: Compared): string {
  const words = keepInWords(keep);
  const longRun = `at most ${most} of each thing in the long run`;
  if (keeps < now.keeps) return `${words} would keep ${now.keeps - keeps} fewer, ${longRun}`;
  if (keeps > now.keeps) return `${words} would keep ${keeps - now.keeps} more, ${longRun}`;
  if (most > now.most)
    return `${words} would keep as many of those that are there, and ${longRun} in place of ${now.most}; what is deleted already does not come back`;
  return `${words} would keep as many of those that are there, ${longRun}`;
}

/** `120 sets of 10 things: daily=7 keeps 110 of them; …` */
export function comparedInWords({ sets, things, now, others }: PlanCompared): string {
  const spare = sets - now.keeps;
  const pruned = spare ? `, and ${spare} may be pruned` : "";
  const first = `${count(sets, "set")} of ${count(things, "thing")}: ${keepInWords(now.keep)} keeps ${now.keeps}${pruned}`;
  return [first, ...others.map((other) => otherInWords(other, now))].join("; ");
}
