/** Whether settings that are about to hold move who is on now, against those that are deployed. */
import { isDeepStrictEqual } from "node:util";
import { timeText } from "../../messages/render/time-text.ts";
import { wallTimeAt } from "../../sdk/wall-clock.ts";
import type { MoveAtOnce } from "../../settings/feature.ts";
import type { Person } from "../../settings/person.ts";
import type { ParsedRotation } from "../settings/on-call.ts";
import { type Shift, shiftAt } from "./rotation.ts";

/** By the rotations' keys. */
export type Rotations = Readonly<Record<string, ParsedRotation>>;

/** Somebody else would be on at the very moment at which the settings begin to hold. */
export interface RotationMove {
  readonly rotation: string;
  readonly deployed: ParsedRotation;
  /** Absent: the settings have no such rotation any more. */
  readonly wanted: ParsedRotation | undefined;
  readonly before: Shift;
  readonly after: Shift | undefined;
}

const turnOf = ({ insteadOf, person }: Shift): string => insteadOf ?? person;

/** Whether somebody else is on, or somebody else's turn lies under the same stand-in. */
function isMoved(before: Shift, after: Shift | undefined): boolean {
  if (after?.person !== before.person) return true;
  const stoodIn = before.insteadOf !== undefined && after.insteadOf !== undefined;
  return stoodIn && before.insteadOf !== after.insteadOf;
}

/**
 * Who is on by either settings at the same instant, of those rotations where it differs. A rotation
 * that is new moves nobody.
 */
export function rotationMoves(
  deployed: Rotations,
  wanted: Rotations,
  at: Date,
): readonly RotationMove[] {
  return Object.entries(deployed).flatMap(([rotation, given]) => {
    const next = wanted[rotation];
    const before = shiftAt(given, at);
    const after = next && shiftAt(next, at);
    return isMoved(before, after)
      ? [{ rotation, deployed: given, wanted: next, before, after }]
      : [];
  });
}

/**
 * A move in words, with what keeps whoever is on until the hand-over. One that an override makes is
 * meant, and needs nobody's yes.
 * @param people those of the settings that are about to hold
 */
export function moveAtOnce(
  move: RotationMove,
  people: Readonly<Record<string, Person>>,
  at: Date,
): MoveAtOnce {
  const byOverride = move.after !== undefined && turnOf(move.after) === turnOf(move.before);
  return {
    what: whatMoves(move, people),
    remedy: byOverride
      ? "Nobody's turn moves: an override makes it so. Where that is not meant, write the overrides as they were."
      : howToKeep(move, people, at),
    confirm: !byOverride,
  };
}

function whatMoves(
  { rotation, before, after }: RotationMove,
  people: Readonly<Record<string, Person>>,
): string {
  const named = (key: string): string => {
    const name = people[key]?.name;
    return name === undefined || name === key ? key : `${name} (${key})`;
  };
  const now = `rotation ${rotation}: on now is ${named(before.person)}`;
  if (!after) return `${now}; these settings have no such rotation, so nobody of it would be on`;
  if (after.person === before.person)
    return `${now} instead of ${named(turnOf(before))}; with these settings it would be instead of ${named(turnOf(after))}, whose turn it would be from now on`;
  return `${now}; with these settings it would be ${named(after.person)} from now on`;
}

const listText = (people: readonly string[]): string =>
  `[${people.map((person) => JSON.stringify(person)).join(", ")}]`;
const wallText = (at: Date, timeZone: string): string =>
  new Date(wallTimeAt(at, timeZone)).toISOString().slice(0, 16);

/** The list, begun with whoever is next by the other where they are in it. */
function begunWith(person: string, people: readonly string[]): readonly string[] {
  const nth = Math.max(people.indexOf(person), 0);
  return [...people.slice(nth), ...people.slice(0, nth)];
}

function howToKeep(
  { deployed, wanted, before }: RotationMove,
  people: Readonly<Record<string, Person>>,
  at: Date,
): string {
  const own = { ...deployed, overrides: [] };
  const turn = shiftAt(own, at);
  const keep = `To keep ${turn.person} until the hand-over on ${timeText(turn.until, deployed.timeZone)}`;
  if (!wanted) return `${keep}, leave the rotation as it is and remove it then.`;
  const stay = people[turn.person]
    ? ""
    : `, with ${turn.person} still in \`people\` of the settings`;
  const day = wallText(turn.until, deployed.timeZone).slice(0, 10);
  if (hasSameTurns(deployed, wanted) && day > deployed.from) {
    const next = shiftAt(own, turn.until).person;
    const changes = changesFrom(day, next, { deployed, wanted });
    return `${keep}, write people: ${listText(deployed.people)}, changes: [${changes}]${stay}.`;
  }
  const begins = before.insteadOf === undefined ? at : before.until;
  if (begins >= turn.until)
    return "Whoever stands in does so until the hand-over: after it these settings hold.";
  const [from, until] = [begins, turn.until].map((time) => wallText(time, wanted.timeZone));
  return `${keep}, add to overrides: { from: "${from}", until: "${until}", person: "${turn.person}" }${stay}.`;
}

/** The changes as deployed before a day, the wanted list from that day on, and the wanted after it. */
function changesFrom(
  day: string,
  next: string,
  { deployed, wanted }: { readonly deployed: ParsedRotation; readonly wanted: ParsedRotation },
): string {
  const holding = wanted.changes.findLast(({ from }) => from <= day)?.people ?? wanted.people;
  return [
    ...deployed.changes.filter(({ from }) => from < day),
    { from: day, people: begunWith(next, holding) },
    ...wanted.changes.filter(({ from }) => from > day),
  ]
    .map(({ from, people }) => `{ from: "${from}", people: ${listText(people)} }`)
    .join(", ");
}

/** Whether hand-overs are at the same times, so that only the people differ. */
const hasSameTurns = (deployed: ParsedRotation, wanted: ParsedRotation): boolean =>
  deployed.from === wanted.from &&
  deployed.timeZone === wanted.timeZone &&
  isDeepStrictEqual(deployed.handover, wanted.handover);
