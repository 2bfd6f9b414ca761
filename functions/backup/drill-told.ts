/** What is told of a drill, whatever was restored. */
import type { Message, Severity } from "../../sdk/message.ts";
import { inWords, seconds } from "../../sdk/time.ts";
import type { SetName } from "./backup-set.ts";
import type { DrillResult, DrillWord } from "./drilled.ts";

/** What is to be restored, and what it must come to. */
export interface Drill extends SetName {
  /** What people call what it is a backup of. */
  readonly name?: string;
  /** The recovery time that is promised. */
  readonly slowestMinutes: number;
  /** The function that looks into it, as the settings name it. */
  readonly validator?: string;
}

/** What was looked at, and what was seen of it. */
export interface DrillVerdict {
  readonly result: DrillResult;
  /** In words that follow "… : ". */
  readonly why: string;
}

/** What is known of a drill beside its result. */
export interface DrillStory {
  readonly why: string;
  /** In words, `unknown` where it is. */
  readonly cost: string;
  /** What the last drills of the same took, the oldest first. */
  readonly trend: readonly DrillWord[];
  /** What was compared with what, and what was not. */
  readonly checked: string;
  /** Ids of the backups that were restored. */
  readonly backups: readonly string[];
  /** What a result that is not known means here. */
  readonly unknown: string;
  /** Of what is not restored to find that out. */
  readonly words?: DrillWords;
  /** What else people shall know of it, by name. */
  readonly more?: Readonly<Record<string, string>>;
}

/** How it is told, where it is not by a restore. */
export interface DrillWords {
  readonly good: string;
  readonly bad: string;
  /** What was measured, as a title. */
  readonly time: string;
}

const restoring: DrillWords = {
  good: "was restored and is good",
  bad: "does not restore: it is no backup",
  time: "Recovery time",
};

function titleOf(
  { result }: DrillWord,
  { about, name = about, slot }: Drill,
  { unknown, words = restoring }: DrillStory,
): string {
  const what = `the backup of ${name} of the slot ${slot}`;
  if (result === "good") return `${what} ${words.good}`;
  if (result === "bad") return `${what} ${words.bad}`;
  return `${what} ${unknown}: whether it is good is not known`;
}

const severityOf = ({ result, seconds: took }: DrillWord, { slowestMinutes }: Drill): Severity => {
  if (result === "bad") return "critical";
  return result === "unknown" || took > slowestMinutes * 60 ? "warning" : "info";
};

export function drillMessage(drill: Drill, word: DrillWord, story: DrillStory): Message {
  const { why, cost, trend, checked, backups, words = restoring, more } = story;
  const took = inWords(seconds(word.seconds));
  const former = trend.map(({ seconds: each }) => inWords(seconds(each)));
  const points = [...trend, word].map((each) => [each.at, each.seconds / 60] as const);
  return {
    title: titleOf(word, drill, story),
    severity: severityOf(word, drill),
    facts: {
      found: why,
      [words.time.toLowerCase()]: `${took}, of ${drill.slowestMinutes} minutes that are promised`,
      ...(former.length && { "drills before it": former.join(", ") }),
      cost,
      checked,
      ...more,
    },
    affected: [drill.about, ...backups],
    ...(points.length > 1 && { chart: { title: words.time, unit: "minutes", points } }),
  };
}
