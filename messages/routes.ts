/**
 * Which channels get a message, what stands in for one that cannot be reached, and what is muted.
 */

import type { Channel } from "../channels/channel.ts";
import { reaches } from "../sdk/severity.ts";
import { matches } from "../settings/match.ts";
import { builtIn, endOfMute, type Mute, type RouteSetting } from "../settings/route.ts";
import type { DigestTold, Outgoing } from "./outgoing.ts";

/** The part of a route of the settings that matters here. */
export type RouteTo = Pick<RouteSetting, "channel" | "match" | "atLeast" | "fallback">;

/** What a message is routed by. */
export type Routable = Pick<Outgoing, "severity"> &
  Partial<Pick<Outgoing, "unit" | "account" | "region" | "tags" | "kind"> & Pick<DigestTold, "to">>;

/** The folder that a unit lies in; what no unit sent has none. */
export type FamilyOf = (unit: string) => string | undefined;
const noFamily: FamilyOf = () => undefined;

/** Takes what no route wants, and what no other channel takes. */
const [lastResort] = builtIn;

const about = (
  { severity, unit = "", account = "", region = "", tags }: Routable,
  familyOf: FamilyOf,
) => ({
  severity,
  unit,
  account,
  region,
  family: familyOf(unit) ?? "",
  tags,
});

const wants = ({ match = {}, atLeast }: RouteTo, message: Routable, familyOf: FamilyOf): boolean =>
  reaches(message.severity, atLeast ?? "info") && matches(match, about(message, familyOf));

/**
 * The channels whose routes want the message, and the terminal unless a route names it. What no
 * route wants, or only channels that are not there, goes to the topic, so that nothing is lost by a
 * setting.
 */
export function routed<C extends Pick<Channel, "name">>(
  message: Routable,
  routes: readonly RouteTo[],
  channels: readonly C[],
  familyOf: FamilyOf = noFamily,
): C[] {
  const there = new Set(channels.map(({ name }) => name));
  // Nobody but tell itself and who keeps incidents says where a message goes, whatever the routes
  // say.
  const mayName = message.unit === "tell" || message.kind === "incident";
  const to = mayName && Array.isArray(message.to) ? message.to : undefined;
  const wanting = new Set(
    to ?? routes.filter((route) => wants(route, message, familyOf)).map(({ channel }) => channel),
  );
  if (wanting.isDisjointFrom(there)) wanting.add(lastResort);
  const named = new Set(routes.map(({ channel }) => channel));
  return channels.filter(
    ({ name }) => wanting.has(name) || (name === "terminal" && !named.has(name)),
  );
}

/**
 * What stands in for a channel that cannot be reached: asked for again with that one, and so on, it
 * ends with the topic.
 * @returns asks by the route that sent the message there, else by the first that names the channel; nothing for the topic
 */
export const fallbackOf =
  (routes: readonly RouteTo[], familyOf: FamilyOf = noFamily) =>
  (message: Routable, channel: string): string | undefined => {
    if (channel === lastResort) return undefined;
    const naming = routes.filter((route) => route.channel === channel);
    return (
      (naming.find((route) => wants(route, message, familyOf)) ?? naming[0])?.fallback ?? lastResort
    );
  };

/** All that is tried for a message through a channel, in order; the topic is the last. */
export function fallbackChain(
  routes: readonly RouteTo[],
  message: Routable,
  channel: string,
  familyOf: FamilyOf = noFamily,
): string[] {
  const next = fallbackOf(routes, familyOf);
  const chain = [channel];
  for (
    let at = next(message, channel);
    at !== undefined && !chain.includes(at);
    at = next(message, at)
  )
    chain.push(at);
  return chain;
}

/**
 * The mute that a message falls under at a time, the last to end where there are several. A digest
 * counts what was muted, and is told.
 */
export function mutedBy(
  message: Routable,
  mutes: readonly Mute[],
  now: Date,
  familyOf: FamilyOf = noFamily,
): Mute | undefined {
  if (message.kind === "digest") return undefined;
  // An end that cannot be read mutes nothing: told once too often is better than not at all.
  const end = ({ until }: Mute): number => endOfMute(until)?.getTime() ?? 0;
  return mutes
    .filter((mute) => end(mute) > now.getTime() && matches(mute.match, about(message, familyOf)))
    .toSorted((a, b) => end(b) - end(a))[0];
}
