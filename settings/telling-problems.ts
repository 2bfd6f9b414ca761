/**
 * What is wrong with routes and mutes although each field is well formed: names that lead
 * nowhere, circles.
 */
import type { Known, PlacedMatch } from "./feature.ts";
import { endOfMute } from "./route.ts";
import type { ParsedSettings } from "./settings.ts";
import { listed, shownName } from "./shown.ts";

type TellingParts = Pick<ParsedSettings, "channels" | "routes" | "mutes">;

/** @returns `field: what is wrong and what to do`, one for each */
export function* tellingProblems(
  parts: TellingParts,
  known: Pick<Known, "now">,
): Generator<string> {
  yield* routes(parts);
  yield* mutes(parts, known);
}

function* routes({ routes: all, channels: there }: TellingParts): Generator<string> {
  const names = ["sns", ...Object.keys(there)];
  const next = new Map<string, { readonly to: string; readonly nth: number }[]>();
  for (const [nth, { channel, match, fallback, email }] of all.entries()) {
    const at = `routes[${nth}]`;
    if (!names.includes(channel))
      yield `${at}.channel: there is no channel ${shownName(channel)}; ${listed(names)}`;
    else if (email && channel !== "sns")
      yield `${at}.email: only the topic, sns, has subscribers: name addresses in channels.${channel}, or in a route to sns`;
    else if (email && match)
      yield `${at}.email: who subscribes to the topic gets all that goes there, whatever \`match\` says: leave \`match\` out, or route to a channel of kind email`;
    if (fallback === undefined) continue;
    if (!names.includes(fallback))
      yield `${at}.fallback: there is no channel ${shownName(fallback)}; ${listed(names)}`;
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

function* mutes({ mutes: all }: TellingParts, { now }: Pick<Known, "now">): Generator<string> {
  for (const [nth, { until }] of all.entries()) {
    const end = endOfMute(until);
    if (now && end && end <= now)
      yield `mutes[${nth}].until: ended on ${until}: take the mute out, or give it a new end`;
  }
}

/** What the frame itself matches by. */
export const tellingMatches = ({ routes, mutes }: TellingParts): PlacedMatch[] => [
  ...routes.map(({ match }, nth) => ({ at: `routes[${nth}].match`, match })),
  ...mutes.map(({ match }, nth) => ({ at: `mutes[${nth}].match`, match })),
];

/** Units that a match names exactly must be there, else it fits nothing, silently. */
export function* matchProblems(
  matches: readonly PlacedMatch[],
  { units, senders }: Pick<Known, "units" | "senders">,
): Generator<string> {
  const there = [...units, ...senders];
  for (const { at, match } of matches)
    for (const [nth, unit] of (match?.unit ?? []).entries())
      if (!unit.endsWith("*") && !there.includes(unit))
        yield `${at}.unit[${nth}]: there is no unit ${shownName(unit)}; ${listed(there)}`;
}
