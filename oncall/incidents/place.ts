/** What of a group is listed, and what is only counted: a storm must not make it grow. */

import { isWorse } from "../../sdk/severity.ts";
import type { Group, Incident, More } from "./store.ts";

export const counted = (
  more: More,
  { labels: { severity } }: Pick<Incident, "labels">,
  by: number,
): More => ({
  ...more,
  open: { ...more.open, [severity]: Math.max(0, more.open[severity] + by) },
});

/** What has no end of its own would keep its thread open for ever. */
const keepsThread = ({ state, passing, thread }: Incident): boolean =>
  thread !== undefined && !passing && (state === "acknowledged" || state === "snoozed");

/** The alert in which it stands is not over before it is, listed or not. */
function takenAside(more: More, incident: Incident, by: number): More {
  if (!incident.thread || !keepsThread(incident)) return more;
  const { id } = incident.thread;
  const { [id]: before = 0, ...others } = more.taken ?? {};
  const left = Math.max(0, before + by);
  const taken = left > 0 ? { ...others, [id]: left } : others;
  return { ...more, taken: Object.keys(taken).length > 0 ? taken : undefined };
}

export const isListed = ({ incidents }: Group, id: string): boolean =>
  incidents.some((incident) => incident.id === id);

/** Whether it is one of those that its group only counts: what somebody has taken is not. */
export const isCounted = (group: Group, { id, state }: Incident): boolean =>
  state === "open" && !isListed(group, id);

/** The news that has counted one that has never had a place in the list, where there was such. */
export const countedIn = (
  { counted: news }: Group,
  { thread, calledFrom }: Incident,
): Incident["countedIn"] => (news && !thread && calledFrom <= news.at ? news.thread : undefined);

/** Without it among those that are only counted, where it is one. */
export function uncounted(group: Group, was: Incident | undefined): Group {
  if (!was || isListed(group, was.id)) return group;
  if (was.state === "open") return { ...group, more: counted(group.more, was, -1) };
  return { ...group, more: takenAside(group.more, was, -1) };
}

export const withoutIncident = (group: Group, id: string): Group => ({
  ...group,
  incidents: group.incidents.filter((one) => one.id !== id),
  told: group.told && { ...group.told, firing: group.told.firing.filter((one) => one !== id) },
});

export const replaced = (group: Group, incident: Incident): Group => ({
  ...group,
  incidents: group.incidents.map((one) => (one.id === incident.id ? incident : one)),
});

/** Open and held, or open and not: what is muted must not take the place of what is not. */
const alike = ({ incidents }: Group, { held }: Incident): Incident[] =>
  incidents.filter((one) => one.state === "open" && Boolean(one.held) === Boolean(held));

/** Whom a worse one takes the place of: the least bad, the newest of them. */
const least = (incidents: readonly Incident[]): Incident | undefined =>
  incidents.reduce<Incident | undefined>(
    (found, one) => (found && isWorse(one.labels.severity, found.labels.severity) ? found : one),
    undefined,
  );

/** From the list to the counted ones; what was told of it stays told. */
function uncovered(group: Group, incident: Incident): Group {
  const told = group.told?.firing.includes(incident.id);
  const left = withoutIncident(group, incident.id);
  if (incident.state !== "open") return { ...left, more: takenAside(left.more, incident, 1) };
  return {
    ...left,
    more: counted(left.more, incident, 1),
    told: left.told && { ...left.told, more: left.told.more + (told ? 1 : 0) },
  };
}

/** Those that somebody has taken stay listed beside those that nobody has, up to this many times. */
const timesTaken = 3;

/**
 * Puts an incident into the list, in place of a lesser one if need be; where all are as bad it is
 * only counted. What somebody has taken, or is over and not yet told, keeps nobody from it.
 * @returns the group, and the incidents that changed
 */
export function place(
  group: Group,
  incident: Incident,
  most: number,
): { readonly group: Group; readonly changed: readonly Incident[] } {
  if (isListed(group, incident.id))
    return { group: replaced(group, incident), changed: [incident] };
  const listed = { ...group, incidents: [...group.incidents, incident] };
  if (incident.state !== "open") return within(listed, incident, most);
  const others = alike(group, incident);
  if (others.length < most) return within(listed, incident, most);
  const lesser = least(others);
  if (!lesser || !isWorse(incident.labels.severity, lesser.labels.severity))
    return { group: { ...group, more: counted(group.more, incident, 1) }, changed: [incident] };
  return { group: uncovered(listed, lesser), changed: [lesser, incident] };
}

/** Whoever has been taken longest makes room. */
function within(
  group: Group,
  incident: Incident,
  most: number,
): { readonly group: Group; readonly changed: readonly Incident[] } {
  const taken = group.incidents.find(({ state, id, unsaid }) => {
    return state === "acknowledged" && !unsaid && id !== incident.id;
  });
  if (group.incidents.length <= timesTaken * most || !taken) return { group, changed: [incident] };
  return { group: uncovered(group, taken), changed: [taken, incident] };
}

/** How many more of those that wait have a place. */
export const roomIn = (group: Group, most: number): number =>
  Math.max(0, most - group.incidents.filter(({ state, held }) => state === "open" && !held).length);

/**
 * Those that waited take the places that have become free. What was told before is not told anew;
 * nobody is called for what nobody could know by name.
 */
export function moveUp(group: Group, waiting: readonly Incident[], most: number, now: Date): Group {
  let moved = group;
  for (const incident of waiting) {
    if (roomIn(moved, most) === 0) break;
    if (!isCounted(moved, incident)) continue;
    const known = incident.thread !== undefined;
    const listed = known
      ? incident
      : { ...incident, countedIn: countedIn(moved, incident), calledFrom: now, called: 0 };
    const left = uncounted(moved, incident);
    const firing = [...(left.told?.firing ?? []), ...(known ? [incident.id] : [])];
    moved = {
      ...left,
      incidents: [...left.incidents, listed],
      told: left.told && { ...left.told, firing },
    };
  }
  return moved;
}

/** Far below what an item of the ledger may have. */
const mostBytes = 300_000;

/** Whatever its tags and titles: what does not fit is counted, and waits. */
export function fitting(
  group: Group,
  bytesOf: (stored: Group | Incident) => number,
): { readonly group: Group; readonly changed: readonly Incident[] } {
  let left = group;
  const changed: Incident[] = [];
  let bytes = bytesOf(group);
  while (left.incidents.length > 1 && bytes > mostBytes) {
    const taken = left.incidents.filter(({ state }) => state === "acknowledged");
    const open = left.incidents.filter(({ state }) => state === "open");
    const lesser = taken[0] ?? least(open) ?? left.incidents[0];
    if (!lesser) break;
    left = uncovered(left, lesser);
    bytes -= bytesOf(lesser);
    changed.push(lesser);
  }
  return { group: left, changed };
}
