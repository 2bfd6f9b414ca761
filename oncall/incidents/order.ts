/** What one group of incidents is asked to carry out, and what the ledger keeps of it. */

import { incidentId } from "../../messages/incident-id.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Chart } from "../../sdk/message.ts";
import { cut, plain } from "../../sdk/plain.ts";
import type { Act, Input } from "./machine.ts";
import type { Head, Incident } from "./store.ts";

export type IncidentOrder =
  /** `told`: by itself, as it came. */
  | { readonly kind: "signal"; readonly message: Outgoing; readonly told?: boolean }
  | { readonly kind: "act"; readonly act: Act }
  | { readonly kind: "tick" };

/** Of an incident's facts, so much is kept. */
const [mostFacts, longestFact, mostAffected] = [15, 400, 50];

/** The incident that it is about. */
export function aboutOf(order: IncidentOrder): string | undefined {
  if (order.kind === "signal") return incidentId(order.message);
  return order.kind === "act" ? order.act.incident : undefined;
}

/** Under which it stands in the timeline: the same twice is one. */
export function keyOfOrder(order: IncidentOrder): string | undefined {
  if (order.kind === "signal") return order.message.id;
  return order.kind === "act" ? order.act.id : undefined;
}

/**
 * As the machine takes it.
 * @param known the incident as the ledger has it
 */
export function inputOf(
  order: IncidentOrder,
  known: Head | undefined,
  familyOf: (unit: string) => string,
): Input {
  if (order.kind === "tick") return order;
  if (order.kind === "signal") {
    const { message, told } = order;
    return { kind: "signal", message, family: familyOf(message.unit), known, told, more: true };
  }
  if (!known) throw new NotPossible(`there is no incident ${order.act.incident}`);
  return { kind: "act", act: order.act, known, more: true };
}

/** A record stays small: the newest points, the first bars. */
const keptOf = (chart: Chart): Chart =>
  chart.bars
    ? { ...chart, bars: chart.bars.slice(0, 50).map(([label, value]) => [cut(label, 200), value]) }
    : { ...chart, points: chart.points.slice(-200) };

/** With what a message shows of it: the newest words of the worst, and all that is affected. */
export function headFrom(incident: Incident, order: IncidentOrder, was: Head | undefined): Head {
  const kept = {
    facts: was?.facts ?? {},
    all: was?.all ?? [],
    ...(was?.chart && { chart: was.chart }),
  };
  if (order.kind !== "signal" || incidentId(order.message) !== incident.id || order.message.closes)
    // The group's own list leaves out what only messages show.
    return { ...was, ...incident, ...kept };
  const { facts = {}, affected = [], chart, title } = order.message;
  const all = [...new Set([...kept.all, ...affected.map((name) => cut(plain(name), 200))])].slice(
    0,
    mostAffected,
  );
  if (was && cut(plain(title), 300) !== incident.title) return { ...incident, ...kept, all };
  const few = Object.entries(facts)
    .slice(0, mostFacts)
    .map(([name, value]) => [cut(name, 100), cut(value, longestFact)] as const);
  return {
    ...incident,
    facts: Object.fromEntries(few),
    all,
    ...(chart && { chart: keptOf(chart) }),
  };
}
