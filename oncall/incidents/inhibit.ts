/**
 * What keeps an incident from being notified: another that is open, as Prometheus Alertmanager's
 * inhibition rules say it.
 */

import type { Match } from "../../settings/match.ts";
import { matches } from "../../settings/match.ts";
import type { Inhibition } from "../settings/on-call.ts";
import type { IncidentSource } from "./store.ts";

/** What it is matched by. */
type Matchable = Pick<IncidentSource, "labels" | "tags">;
const fits = (match: Match, { labels, tags }: Matchable): boolean =>
  matches(match, { ...labels, tags });

/**
 * Whether it may inhibit others while it is open: acknowledged, snoozed and inhibited ones do too,
 * as there.
 */
export const isSource = (one: Matchable, rules: readonly Inhibition[]): boolean =>
  rules.some(({ source }) => fits(source, one));

/**
 * The open incident that inhibits it. One that is both source and target of a rule is not inhibited
 * by another such.
 * @see https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
 */
export function inhibitor(
  one: Matchable,
  sources: readonly IncidentSource[],
  rules: readonly Inhibition[],
): IncidentSource | undefined {
  for (const { source, target, equal = [] } of rules) {
    if (!fits(target, one)) continue;
    const both = fits(source, one);
    const found = sources.find(
      (other) =>
        fits(source, other) &&
        equal.every((name) => other.labels[name] === one.labels[name]) &&
        !(both && fits(target, other)),
    );
    if (found) return found;
  }
  return undefined;
}
