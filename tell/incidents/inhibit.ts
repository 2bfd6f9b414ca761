/** What keeps an incident from being notified: another that is open, as Prometheus Alertmanager's inhibition rules say it. */
import type { Labels, Source } from "../../core/ledger/incidents.ts";
import type { Inhibition } from "../../core/on-call.ts";
import { matches } from "./match.ts";

/** Whether it may inhibit others while it is open: acknowledged, snoozed and inhibited ones do too, as there. */
export const isSource = (labels: Labels, rules: readonly Inhibition[]): boolean => rules.some(({ source }) => matches(source, labels));

/**
 * The open incident that inhibits it. One that is both source and target of a rule is not inhibited by another such.
 * @see https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
 */
export function inhibitor(labels: Labels, sources: readonly Source[], rules: readonly Inhibition[]): Source | undefined {
  for (const { source, target, equal = [] } of rules) {
    if (!matches(target, labels)) continue;
    const both = matches(source, labels);
    const found = sources.find(
      (one) => matches(source, one.labels) && equal.every((name) => one.labels[name] === labels[name]) && !(both && matches(target, one.labels)),
    );
    if (found) return found;
  }
  return undefined;
}
