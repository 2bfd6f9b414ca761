/** What of a group is listed, and what is only counted: a storm must not make it grow. */

import { isWorse } from "../../sdk/severity.ts";
import type { Group, Incident, More } from "./store.ts";

export const counted = (
  { open, resolved }: More,
  { labels: { severity } }: Pick<Incident, "labels">,
  by: number,
): More => ({
  open: { ...open, [severity]: Math.max(0, open[severity] + by) },
  resolved,
});

export const withoutIncident = (group: Group, id: string): Group => ({
  ...group,
  incidents: group.incidents.filter((one) => one.id !== id),
  told: group.told && { ...group.told, firing: group.told.firing.filter((one) => one !== id) },
});

/**
 * Whom a worse one takes the place of: the least bad, the newest of them; never what somebody has
 * taken.
 */
const least = (incidents: readonly Incident[]): Incident | undefined =>
  incidents
    .filter(({ state }) => state === "open")
    .reduce<Incident | undefined>(
      (found, one) => (found && isWorse(one.labels.severity, found.labels.severity) ? found : one),
      undefined,
    );

/** From the list to the counted ones; what was told of it stays told. */
function uncovered(
  group: Group,
  incident: Incident,
): { readonly group: Group; readonly incident: Incident } {
  const told = group.told?.firing.includes(incident.id);
  const left = withoutIncident(group, incident.id);
  return {
    incident: { ...incident, listed: false },
    group: {
      ...left,
      more: counted(left.more, incident, 1),
      told: left.told && { ...left.told, more: left.told.more + (told ? 1 : 0) },
    },
  };
}

/**
 * Puts an incident into the list, in place of a lesser one if need be; where all are as bad it is
 * only counted.
 * @param always a person has to do with it: it is listed whatever there is
 * @returns the group, and the incidents that changed
 */
export function place(
  group: Group,
  incident: Incident,
  most: number,
  always = false,
): { readonly group: Group; readonly changed: readonly Incident[] } {
  const listed = { ...incident, listed: true };
  if (group.incidents.some(({ id }) => id === incident.id))
    return {
      group: {
        ...group,
        incidents: group.incidents.map((one) => (one.id === incident.id ? listed : one)),
      },
      changed: [listed],
    };
  if (group.incidents.length < most)
    return { group: { ...group, incidents: [...group.incidents, listed] }, changed: [listed] };
  const lesser = least(group.incidents) ?? (always ? group.incidents.at(-1) : undefined);
  if (!lesser || !(always || isWorse(incident.labels.severity, lesser.labels.severity)))
    return {
      group: { ...group, more: counted(group.more, incident, 1) },
      changed: [{ ...incident, listed: false }],
    };
  const made = uncovered(group, lesser);
  return {
    group: { ...made.group, incidents: [...made.group.incidents, listed] },
    changed: [made.incident, listed],
  };
}
