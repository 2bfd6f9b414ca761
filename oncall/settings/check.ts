/**
 * What is wrong with on-call although each field is well formed: names that lead nowhere, times
 * that collide, circles.
 */

import { problemsOfChannel } from "../../channels/declared.ts";
import { redactText } from "../../sdk/redact.ts";
import { milliseconds } from "../../sdk/time.ts";
import { dayLength, readWallTime } from "../../sdk/wall-clock.ts";
import { endOfMute } from "./ends.ts";
import type { Match, Rotation } from "./on-call.ts";
import type { OnCallPart } from "./parse.ts";

export interface Known {
  /** Ids of the units. */
  readonly units: readonly string[];
  /** Other senders of messages: the watchdog, tell. */
  readonly senders: readonly string[];
  /** Where given, what has ended by then is refused. */
  readonly now?: Date | undefined;
}

/** Never a secret that was put in the place of a name. */
const shown = (name: string): string =>
  /^[\w.@-]{1,40}$/.test(name) && redactText(name) === name ? name : "of that name";
const list = (names: readonly string[]): string =>
  names.length ? `there are ${names.join(", ")}` : "there is none";

/** @returns `field: what is wrong and what to do`, one for each */
export function problemsOf(part: OnCallPart, known: Known): string[] {
  return [
    ...rotations(part),
    ...escalations(part),
    ...quiet(part),
    ...channels(part),
    ...routes(part),
    ...mutes(part, known),
    ...matches(part, known),
  ];
}

const weekdays = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;
const dayText = (wall: number): string => new Date(wall).toISOString().slice(0, 10);

function* rotations({ people, onCall }: OnCallPart): Generator<string> {
  const there = Object.keys(people);
  for (const [key, rotation] of Object.entries(onCall?.rotations ?? {})) {
    const at = `onCall.rotations.${key}`;
    if (there.includes(key))
      yield `${at}: is the key of a person too, so that a step that calls ${key} could mean either: give the rotation another`;
    for (const [nth, person] of rotation.people.entries())
      if (!there.includes(person))
        yield `${at}.people[${nth}]: there is no person ${shown(person)}; ${list(there)}`;
    yield* firstDay(at, rotation);
    yield* overrides(at, rotation.overrides, there);
  }
}

function* firstDay(
  at: string,
  { from, handover }: Pick<Rotation, "from" | "handover">,
): Generator<string> {
  if (handover.every !== "week") return;
  const wall = readWallTime(from) ?? 0;
  const off = (new Date(wall).getUTCDay() - weekdays.indexOf(handover.on) + 7) % 7;
  if (off)
    yield `${at}.from: is the day of the first hand-over, which is on a ${handover.on}, and ${from} is a ${weekdays[new Date(wall).getUTCDay()]}: take ${dayText(wall - off * dayLength)} or ${dayText(wall + (7 - off) * dayLength)}`;
}

function* overrides(
  at: string,
  given: NonNullable<Rotation["overrides"]>,
  people: readonly string[],
): Generator<string> {
  for (const [nth, { from, until, person }] of given.entries()) {
    const here = `${at}.overrides[${nth}]`;
    if (!people.includes(person))
      yield `${here}.person: there is no person ${shown(person)}; ${list(people)}`;
    if (until <= from) yield `${here}.until: ${until} is not after its beginning, ${from}`;
    const other = given.findIndex(
      (one, index) => index < nth && one.from < until && from < one.until,
    );
    if (other >= 0)
      yield `${here}: overlaps overrides[${other}] (${given[other]?.from} to ${given[other]?.until}), so that two would stand in at once: end one where the other begins`;
  }
}

function* escalations({ people, onCall }: OnCallPart): Generator<string> {
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
          yield `${at}.steps[${index}].call[${which}]: there is no rotation or person ${shown(key)}; ${list(callable)}`;
    }
  }
}

function* quiet({ onCall }: OnCallPart): Generator<string> {
  const { from, until } = onCall?.quietHours ?? {};
  if (from !== undefined && from === until)
    yield `onCall.quietHours.until: is ${until} as well, so that it is not clear whether they last a day or no time: name another time`;
}

function* channels({ channels: there, people, onCall }: OnCallPart): Generator<string> {
  const called = new Set([
    ...Object.values(onCall?.rotations ?? {}).flatMap((rotation) => [
      ...rotation.people,
      ...rotation.overrides.map(({ person }) => person),
    ]),
    ...(onCall?.escalations ?? [])
      .flatMap(({ steps }) => steps.flatMap(({ call }) => call))
      .filter((key) => people[key]),
  ]);
  for (const [key, channel] of Object.entries(there))
    for (const [field, remedy] of problemsOfChannel(channel, { called, people }))
      yield `channels.${key}.${field}: ${remedy}`;
}

function* routes({ routes: given, channels: there }: OnCallPart): Generator<string> {
  const names = ["sns", ...Object.keys(there)];
  const next = new Map<string, { readonly to: string; readonly nth: number }[]>();
  for (const [nth, { channel, match, fallback, email }] of given.entries()) {
    const at = `routes[${nth}]`;
    if (!names.includes(channel))
      yield `${at}.channel: there is no channel ${shown(channel)}; ${list(names)}`;
    else if (email && channel !== "sns")
      yield `${at}.email: only the topic, sns, has subscribers: name addresses in channels.${channel}, or in a route to sns`;
    else if (email && match)
      yield `${at}.email: who subscribes to the topic gets all that goes there, whatever \`match\` says: leave \`match\` out, or route to a channel of kind email`;
    if (fallback === undefined) continue;
    if (!names.includes(fallback))
      yield `${at}.fallback: there is no channel ${shown(fallback)}; ${list(names)}`;
    else if (channel === "sns")
      yield `${at}.fallback: the topic, sns, is what all others fall back to in the end: leave it out`;
    else if (fallback !== "sns")
      next.set(channel, [...(next.get(channel) ?? []), { to: fallback, nth }]);
  }
  const circle = circleIn(next);
  if (circle)
    yield `routes[${circle.nth}].fallback: goes in a circle, ${circle.path.join(" to ")}: let one of them fall back to sns`;
}

/** The first way that leads back to where it began, and the route that closes it. */
function circleIn(
  next: ReadonlyMap<string, readonly { readonly to: string; readonly nth: number }[]>,
): { readonly path: readonly string[]; readonly nth: number } | undefined {
  const clean = new Set<string>();
  const walk = (
    at: string,
    path: readonly string[],
  ): { readonly path: readonly string[]; readonly nth: number } | undefined => {
    for (const { to, nth } of clean.has(at) ? [] : (next.get(at) ?? [])) {
      if (path.includes(to)) return { path: [...path.slice(path.indexOf(to)), to], nth };
      const found = walk(to, [...path, to]);
      if (found) return found;
    }
    clean.add(at);
    return undefined;
  };
  for (const start of next.keys()) {
    const found = walk(start, [start]);
    if (found) return found;
  }
  return undefined;
}

function* mutes({ mutes: given }: OnCallPart, { now }: Known): Generator<string> {
  for (const [nth, { until }] of given.entries()) {
    const end = endOfMute(until);
    if (now && end && end <= now)
      yield `mutes[${nth}].until: ended on ${until}: take the mute out, or give it a new end`;
  }
}

/** Units that a match names exactly must be there, else it fits nothing, silently. */
function* matches(
  { onCall, routes: to, mutes: off }: OnCallPart,
  { units, senders }: Known,
): Generator<string> {
  const all: (readonly [at: string, match: Match | undefined])[] = [
    ...(onCall?.escalations ?? []).map(
      ({ match }, nth) => [`onCall.escalations[${nth}].match`, match] as const,
    ),
    ...(onCall?.inhibit ?? []).flatMap(
      ({ source, target }, nth) =>
        [
          [`onCall.inhibit[${nth}].source`, source],
          [`onCall.inhibit[${nth}].target`, target],
        ] as const,
    ),
    ...to.map(({ match }, nth) => [`routes[${nth}].match`, match] as const),
    ...off.map(({ match }, nth) => [`mutes[${nth}].match`, match] as const),
  ];
  for (const [at, match] of all)
    for (const [nth, unit] of (match?.unit ?? []).entries())
      if (!unit.endsWith("*") && !units.includes(unit) && !senders.includes(unit))
        yield `${at}.unit[${nth}]: there is no unit ${shown(unit)}; ${list([...units, ...senders])}`;
}
