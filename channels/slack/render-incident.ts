/** A group of incidents in Block Kit: how it stands, who is called, which there are. */

import type { IncidentNews, IncidentShown } from "../../messages/incident-news.ts";
import { timeText } from "../../messages/render/text.ts";
import { count } from "../../sdk/counted.ts";
import { worstSeverityFirst } from "../../sdk/severity.ts";
import { harmlessText } from "../mrkdwn.ts";
import { type Block, button, section } from "./blocks.ts";
import { inParts, type SlackOptions, signs } from "./rendered.ts";
import { acts, type IncidentValue, snoozes } from "./value.ts";
import { called, who } from "./who.ts";

const standing: Readonly<Record<IncidentShown["state"], string>> = {
  open: "Open",
  acknowledged: "Taken",
  snoozed: "Snoozed",
  resolved: "Over",
};

/** How all of them stand, where they stand alike. */
function sharedState(
  { state, by, snoozedUntil }: IncidentShown,
  why: IncidentNews["why"],
  { timeZone, member }: SlackOptions,
): string {
  const stands = why === "repeat" && state === "open" ? "Still open" : standing[state];
  const taken = by !== undefined && state !== "open" ? ` by ${who(by, member)}` : "";
  const snoozed = state === "snoozed" && snoozedUntil !== undefined;
  const until = snoozed ? ` until ${timeText(snoozedUntil, timeZone)}` : "";
  return `*${stands}*${taken}${until}`;
}

/** Of those that are only counted. */
const unlistedState = (why: IncidentNews["why"]): string =>
  why === "resolved" ? standing.resolved : standing.open;

/** What is true of the whole group now. */
export function incidentState(
  { why, incidents, calls, open = 0 }: IncidentNews,
  options: SlackOptions,
): Block {
  const [worst] = incidents;
  const states = [...Map.groupBy(incidents, ({ state }) => state)];
  const all = states.length === 1 && worst ? sharedState(worst, why, options) : undefined;
  const mixed = states
    .map(([state, some]) => `${some.length} ${(standing[state] ?? state).toLowerCase()}`)
    .join(", ");
  const are = open === 1 ? "is" : "are";
  const people = calls.slice(0, 20).map((person) => called(person, options.member));
  return section(
    [
      ...(why === "escalated" ? ["*Escalated*: nobody has taken it yet"] : []),
      all ?? `*${mixed || unlistedState(why)}*`,
      ...(open > 0 ? [`${open} more of them ${are} still open`] : []),
      ...(people.length > 0 ? [`Called: ${people.join(", ")}`] : []),
    ],
    { id: inParts.state, most: 1200 },
  );
}

/**
 * The group as its first message shows it: what is known of each, the newest counts. Open and worst
 * first.
 */
export function merged(before: readonly IncidentShown[], news: IncidentNews): IncidentNews {
  const known = new Map([...before, ...news.incidents].map((one) => [one.id, one]));
  return {
    ...news,
    open: undefined,
    incidents: [...known.values()].toSorted(openAndWorstFirst).slice(0, mostKnown),
  };
}
const mostKnown = 30;

/** Open, then taken or snoozed, then over. */
const turnOf = ({ state }: IncidentShown): number => {
  if (state === "resolved") return 2;
  return state === "open" ? 0 : 1;
};
const openAndWorstFirst = (a: IncidentShown, b: IncidentShown): number =>
  turnOf(a) - turnOf(b) || worstSeverityFirst(a.severity, b.severity);

function line(
  { severity, title, state, openedAt, resolvedAt, by, count: times }: IncidentShown,
  { timeZone, member }: SlackOptions,
): string {
  const when = resolvedAt
    ? `over since ${timeText(resolvedAt, timeZone)}`
    : `since ${timeText(openedAt, timeZone)}`;
  const sign = state === "resolved" ? "✅" : (signs[severity] ?? "🔵");
  const taken = state !== "open" && by !== undefined ? ` by ${who(by, member)}` : "";
  const often = times > 1 ? `, ${times} times` : "";
  return `${sign} *${harmlessText(title, 300)}* (${state}${taken}, ${when}${often})`;
}

export function incidentsBlock(
  { incidents, more = 0 }: IncidentNews,
  options: SlackOptions,
): Block {
  const rest = Math.max(0, incidents.length - 20) + more;
  return section(
    [
      ...(incidents.length > 1 ? [`*${count(incidents.length, "incident")}*`] : []),
      ...incidents.slice(0, 20).map((one) => line(one, options)),
      ...(rest > 0 ? [`and ${rest} more`] : []),
    ],
    { id: inParts.incidents, most: 2800 },
  );
}

/** What a person can do while any of them is open. */
export function newsButtons({ group, incidents }: IncidentNews): Block[] {
  const open = incidents.filter(({ state }) => state !== "resolved");
  if (open.length === 0) return [];
  const value: IncidentValue = { group, incidents: open.slice(0, 20).map(({ id }) => id) };
  const elements = [
    ...(open.some(({ state }) => state === "open")
      ? button(acts.acknowledge, "Acknowledge", value, { style: "primary" })
      : []),
    ...snoozes.flatMap((hours) =>
      button(`${acts.snooze}.${hours}`, `Snooze ${hours} h`, { ...value, hours }),
    ),
    // What has no end of its own is over when somebody says so.
    ...button(acts.resolve, "Resolve", value),
  ];
  return elements.length > 0 ? [{ type: "actions", block_id: inParts.actions, elements }] : [];
}
