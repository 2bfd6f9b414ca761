/** Who is called when nobody takes an incident. */

import { after } from "../../sdk/time.ts";
import { matches } from "../../settings/match.ts";
import type { EscalationStep } from "../settings/on-call.ts";
import type { MachineSettings } from "./settings.ts";
import type { Incident } from "./store.ts";

export const stepsFor = (
  { labels, tags }: Pick<Incident, "labels" | "tags">,
  { escalations }: Pick<MachineSettings, "escalations">,
): readonly EscalationStep[] =>
  escalations.find(({ match = {} }) => matches(match, { ...labels, tags }))?.steps ?? [];

/** When its next step is due, if nobody takes it before. */
export function nextCall(
  incident: Incident,
  settings: Pick<MachineSettings, "escalations">,
): Date | undefined {
  const step =
    incident.state === "open" ? stepsFor(incident, settings)[incident.called] : undefined;
  return step && after(incident.calledFrom, step.after);
}

export interface Called {
  readonly incident: Incident;
  /** Keys of `people`. */
  readonly people: readonly string[];
  /** Of the steps: rotations or people for whom nobody is on. */
  readonly nobody: readonly string[];
}

/**
 * Takes the steps that are due. Those of others in the group that are due within `wait` are taken
 * along, so that a storm calls once.
 * @returns those that are called for, with their steps counted
 */
export function escalate(
  incidents: readonly Incident[],
  now: Date,
  settings: MachineSettings,
): Called[] {
  const dueBy = (until: Date) =>
    incidents.filter((incident) => {
      const at = nextCall(incident, settings);
      return at !== undefined && at <= until;
    });
  if (!dueBy(now).length) return [];
  const until = after(now, settings.wait);
  return dueBy(until).map((incident) => {
    const steps = stepsFor(incident, settings);
    let called = incident.called;
    const keys: string[] = [];
    for (
      let step = steps[called];
      step && after(incident.calledFrom, step.after) <= until;
      step = steps[called]
    ) {
      keys.push(...step.call);
      called += 1;
    }
    const on = [...new Set(keys)].map((key) => ({ key, people: settings.whoIsOn(key, now) }));
    return {
      incident: { ...incident, called },
      people: [...new Set(on.flatMap(({ people }) => people))],
      nobody: on.flatMap(({ key, people }) => (people.length ? [] : [key])),
    };
  });
}
