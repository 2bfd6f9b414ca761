/** Who is called when nobody takes an incident. */

import { after, milliseconds, minutes, type Span, seconds } from "../../sdk/time.ts";
import { matches } from "../../settings/match.ts";
import type { Escalation } from "../settings/on-call.ts";
import type { MachineSettings } from "./settings.ts";
import type { Incident } from "./store.ts";

type Escalating = Pick<MachineSettings, "escalations">;

export const escalationFor = (
  { labels, tags }: Pick<Incident, "labels" | "tags">,
  { escalations }: Escalating,
): Escalation | undefined =>
  escalations.find(({ match = {} }) => matches(match, { ...labels, ...(tags && { tags }) }));

/** One call of an escalation: since its clock began, and who. */
interface Call {
  readonly after: Span;
  readonly keys: readonly string[];
  /** Everybody is called together, and nobody else will be. */
  readonly last?: true;
}

/** Where there is one step, at once, the end comes after this. */
const leastGap = minutes(15);

/** How long after the last step is the end, or the next round: as long as that step waited. */
function gapAfter({ steps, again }: Escalation): Span {
  if (again) return again.after;
  const [last, before] = [steps.at(-1), steps.at(-2)];
  const gap = (last?.after.seconds ?? 0) - (before?.after.seconds ?? 0);
  return gap > 0 ? seconds(gap) : leastGap;
}

/** The call with this number, from 0; nothing where there are no more. */
function callNumber(escalation: Escalation, number: number): Call | undefined {
  const { steps, again } = escalation;
  const rounds = 1 + (again?.times ?? 0);
  const round = Math.floor(number / steps.length);
  const whole = seconds((steps.at(-1)?.after.seconds ?? 0) + gapAfter(escalation).seconds);
  const step = steps[number % steps.length];
  if (!step || number > rounds * steps.length) return undefined;
  if (round < rounds)
    return { after: seconds(round * whole.seconds + step.after.seconds), keys: step.call };
  return {
    after: seconds(rounds * whole.seconds),
    keys: steps.flatMap(({ call }) => call),
    last: true,
  };
}

function nextOf(incident: Incident, settings: Escalating): Call | undefined {
  if (incident.state !== "open" || incident.held) return undefined;
  const escalation = escalationFor(incident, settings);
  return escalation && callNumber(escalation, incident.called);
}

/** When its next step is due, if nobody takes it before. */
export function nextCall(incident: Incident, settings: Escalating): Date | undefined {
  const call = nextOf(incident, settings);
  return call && after(incident.calledFrom, call.after);
}

/**
 * Of the calls that are due, the first that reaches somebody who is awake: they are called whoever
 * else is within quiet hours.
 * @returns its number
 */
export function awakeCall(
  incident: Incident,
  now: Date,
  settings: Pick<MachineSettings, "escalations" | "whoIsOn" | "audience">,
): number | undefined {
  const escalation = escalationFor(incident, settings);
  if (!escalation) return undefined;
  for (let number = 0; ; number += 1) {
    const call = callNumber(escalation, number);
    if (!call || after(incident.calledFrom, call.after) > now) return undefined;
    const people = call.keys.flatMap((key) => settings.whoIsOn(key, now));
    if (people.length && !settings.audience?.asleep(incident, people, now)) return number;
  }
}

/** When the next of its calls would be due, although it is not told now. */
export function callWhileHeld(
  incident: Incident,
  now: Date,
  settings: Escalating,
): Date | undefined {
  const escalation = escalationFor(incident, settings);
  for (let number = 0; escalation; number += 1) {
    const call = callNumber(escalation, number);
    if (!call) return undefined;
    const due = after(incident.calledFrom, call.after);
    if (due > now) return due;
  }
  return undefined;
}

export interface Called {
  readonly incident: Incident;
  /** Keys of `people`. */
  readonly people: readonly string[];
  /** Of the steps: rotations or people for whom nobody is on. */
  readonly nobody: readonly string[];
  /** It was the last: nobody else will be called. */
  readonly last: boolean;
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
  const until = new Date(now.getTime() + milliseconds(settings.wait));
  return dueBy(until).map((incident) => taken(incident, now, { until, settings }));
}

function taken(
  incident: Incident,
  now: Date,
  { until, settings }: { readonly until: Date; readonly settings: MachineSettings },
): Called {
  let left = incident;
  const keys: string[] = [];
  let last = false;
  for (
    let call = nextOf(left, settings);
    call && after(left.calledFrom, call.after) <= until;
    call = nextOf(left, settings)
  ) {
    keys.push(...call.keys);
    last = call.last === true;
    left = { ...left, called: left.called + 1 };
  }
  const on = [...new Set(keys)].map((key) => ({ key, people: settings.whoIsOn(key, now) }));
  return {
    incident: left,
    people: [...new Set(on.flatMap(({ people }) => people))],
    nobody: on.flatMap(({ key, people }) => (people.length ? [] : [key])),
    last,
  };
}
