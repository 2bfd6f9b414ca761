/**
 * What is wrong with on-call although each field is well formed: names that lead nowhere, times
 * that collide.
 */
import { milliseconds } from "../../sdk/time.ts";
import { dayLength, readWallTime } from "../../sdk/wall-clock.ts";
import { weekdayOf, weekdays } from "../../sdk/weekdays.ts";
import type { PlacedMatch } from "../../settings/feature.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { listed, shownName } from "../../settings/shown.ts";
import type { Override, ParsedRotation, Rotation } from "./on-call.ts";

type OnCallParts = Pick<ParsedSettings, "people" | "onCall">;

/** @returns `field: what is wrong and what to do`, one for each */
export function* onCallProblems(parts: OnCallParts): Generator<string> {
  yield* rotations(parts);
  yield* escalations(parts);
  yield* quiet(parts);
}

const dayText = (wall: number): string => new Date(wall).toISOString().slice(0, 10);

function* rotations({ people, onCall }: OnCallParts): Generator<string> {
  const there = Object.keys(people);
  for (const [key, rotation] of Object.entries(onCall?.rotations ?? {})) {
    const at = `onCall.rotations.${key}`;
    if (there.includes(key))
      yield `${at}: is the key of a person too, so that a step that calls ${key} could mean either: give the rotation another`;
    yield* missing(`${at}.people`, rotation.people, there);
    yield* firstDay(at, rotation);
    yield* changes(at, rotation, there);
    yield* overrides(at, rotation.overrides, there);
  }
}

function* missing(
  at: string,
  list: readonly string[],
  people: readonly string[],
): Generator<string> {
  for (const [nth, person] of list.entries())
    if (!people.includes(person))
      yield `${at}[${nth}]: there is no person ${shownName(person)}; ${listed(people)}`;
}

/** Each begins with a hand-over, after the one before it. */
function* changes(
  at: string,
  rotation: Pick<ParsedRotation, "from" | "handover" | "changes">,
  people: readonly string[],
): Generator<string> {
  let before = rotation.from;
  for (const [nth, change] of rotation.changes.entries()) {
    const here = `${at}.changes[${nth}]`;
    yield* missing(`${here}.people`, change.people, people);
    yield* firstDay(here, { from: change.from, handover: rotation.handover });
    if (change.from <= before)
      yield `${here}.from: ${change.from} is not after ${before}, from which the list before it holds: changes are in the order of their days`;
    before = change.from;
  }
}

function* firstDay(
  at: string,
  { from, handover }: Pick<Rotation, "from" | "handover">,
): Generator<string> {
  if (handover.every !== "week") return;
  const wall = readWallTime(from) ?? 0;
  const off = (weekdayOf(wall) - weekdays.indexOf(handover.on) + 7) % 7;
  if (off)
    yield `${at}.from: is the day of the first hand-over, which is on a ${handover.on}, and ${from} is a ${weekdays[weekdayOf(wall)]}: take ${dayText(wall - off * dayLength)} or ${dayText(wall + (7 - off) * dayLength)}`;
}

function* overrides(
  at: string,
  all: readonly Override[],
  people: readonly string[],
): Generator<string> {
  for (const [nth, { from, until, person }] of all.entries()) {
    const here = `${at}.overrides[${nth}]`;
    if (!people.includes(person))
      yield `${here}.person: there is no person ${shownName(person)}; ${listed(people)}`;
    if (until <= from) yield `${here}.until: ${until} is not after its beginning, ${from}`;
    const other = all.findIndex(
      (earlier, index) => index < nth && earlier.from < until && from < earlier.until,
    );
    if (other >= 0)
      yield `${here}: overlaps overrides[${other}] (${all[other]?.from} to ${all[other]?.until}), so that two would stand in at once: end one where the other begins`;
  }
}

function* escalations({ people, onCall }: OnCallParts): Generator<string> {
  if (!onCall) return;
  const callable = [...Object.keys(onCall.rotations), ...Object.keys(people)];
  const all = onCall.escalations.findIndex(
    ({ match }) => !match || Object.values(match).every((field) => field === undefined),
  );
  for (const [nth, { steps }] of onCall.escalations.entries()) {
    const at = `onCall.escalations[${nth}]`;
    if (all >= 0 && nth > all)
      yield `${at}: is never reached, because escalations[${all}] fits everything: put it before that one`;
    for (const [index, { after, call }] of steps.entries()) {
      const before = steps[index - 1];
      if (before && milliseconds(after) <= milliseconds(before.after))
        yield `${at}.steps[${index}].after: ${after.seconds} s is not later than the step before it, ${before.after.seconds} s: both count from when the incident was opened`;
      for (const [which, key] of call.entries())
        if (!callable.includes(key))
          yield `${at}.steps[${index}].call[${which}]: there is no rotation or person ${shownName(key)}; ${listed(callable)}`;
    }
  }
}

function* quiet({ onCall }: OnCallParts): Generator<string> {
  const { from, until } = onCall?.quietHours ?? {};
  if (from !== undefined && from === until)
    yield `onCall.quietHours.until: is ${until} as well, so that it is not clear whether they last a day or no time: name another time`;
}

/** Keys of `people` whom a rotation or a step calls. */
export function* peopleCalled({ people, onCall }: OnCallParts): Generator<string> {
  for (const rotation of Object.values(onCall?.rotations ?? {})) {
    yield* rotation.people;
    for (const { people: later } of rotation.changes) yield* later;
    yield* rotation.overrides.map(({ person }) => person);
  }
  for (const { steps } of onCall?.escalations ?? [])
    for (const { call } of steps) yield* call.filter((key) => people[key]);
}

/** All that on-call matches by. */
export function* onCallMatches({ onCall }: OnCallParts): Generator<PlacedMatch> {
  for (const [nth, { match }] of (onCall?.escalations ?? []).entries())
    yield { at: `onCall.escalations[${nth}].match`, match };
  for (const [nth, { source, target }] of (onCall?.inhibit ?? []).entries()) {
    yield { at: `onCall.inhibit[${nth}].source`, match: source };
    yield { at: `onCall.inhibit[${nth}].target`, match: target };
  }
}
