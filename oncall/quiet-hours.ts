/** Not by night, below a severity: until when a message waits, by the clocks of those it is for. */

import { newsIn, type Outgoing } from "../messages/outgoing.ts";
import type { Severity } from "../sdk/message.ts";
import { reaches } from "../sdk/severity.ts";
import { dayLength, instantOf, readClockTime, wallTimeAt } from "../sdk/wall-clock.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { onCallAt } from "./rota/rotation.ts";
import type { QuietHours } from "./settings/on-call.ts";

/**
 * The end of the quiet hours that an instant lies in; nothing outside of them. Those from 22:00
 * until 07:00 go over midnight.
 */
export function quietUntil(
  { from, until }: Pick<QuietHours, "from" | "until">,
  timeZone: string,
  at: Date,
): Date | undefined {
  const [begin, end] = [readClockTime(from), readClockTime(until)];
  if (begin === undefined || end === undefined) return undefined;
  const today = Math.floor(wallTimeAt(at, timeZone) / dayLength) * dayLength;
  for (const day of [today - dayLength, today]) {
    const ends = instantOf(day + end + (end <= begin ? dayLength : 0), timeZone);
    if (instantOf(day + begin, timeZone) <= at && at < ends) return ends;
  }
  return undefined;
}

type QuietSettings = Pick<ParsedSettings, "people" | "onCall" | "timeZone">;

/**
 * Until when what is as bad as this is not told: where one of those it is for is awake it is, and
 * otherwise it comes when the first of them is.
 * @param calls keys of `people` who are called for it; nobody: whoever is on call
 */
export function quietFor(
  severity: Severity,
  calls: readonly string[],
  settings: QuietSettings,
  at: Date,
): Date | undefined {
  const quiet = settings.onCall?.quietHours;
  if (!quiet || reaches(severity, quiet.except)) return undefined;
  const ends = zonesOf(calls, settings, at).map((zone) => quietUntil(quiet, zone, at));
  const known = ends.flatMap((end) => end ?? []);
  if (known.length < ends.length) return undefined;
  return known.toSorted((a, b) => a.getTime() - b.getTime())[0];
}

/** Answers to what somebody has just done, and what has a time of its own. */
const atOnce = new Set<Outgoing["kind"]>(["decision", "undo", "exemption", "digest"]);

/**
 * Time zones of those whom a message is for: who is called, else who is on call, else the settings'
 * own.
 */
function zonesOf(
  calls: readonly string[],
  { people, onCall, timeZone }: QuietSettings,
  at: Date,
): string[] {
  const rotations = Object.values(onCall?.rotations ?? {});
  const keys = calls.length ? calls : rotations.map((rotation) => onCallAt(rotation, at));
  const zones = keys.flatMap((key) => people[key]?.timeZone ?? []);
  return zones.length ? zones : [timeZone];
}

/**
 * Until when a message is withheld. Where one of those it is for is awake it is not, and it comes
 * when the first of them is.
 */
export function withheldUntil(
  message: Outgoing,
  settings: QuietSettings,
  at: Date,
): Date | undefined {
  if (atOnce.has(message.kind)) return undefined;
  const news = newsIn(message);
  if (news?.why === "acknowledged" || news?.why === "snoozed") return undefined;
  return quietFor(message.severity, news?.calls ?? [], settings, at);
}
