/** What of a bar chart is drawn: the same rows for text, SVG and PNG. */
import type { BarChart } from "../../sdk/message.ts";
import { cut, plain, unlinked } from "../../sdk/plain.ts";

/** More than anybody compares at a glance. */
const mostBars = 20;
const longestLabel = 24;

export interface BarRow {
  /** In one line, safe to show; anybody may have written it. */
  readonly label: string;
  readonly value: number;
  /** Where the bar begins and ends, from 0 at the left to 1 at the right. */
  readonly from: number;
  readonly to: number;
}

const labelText = (label: string): string =>
  cut(plain(unlinked(cut(label, longestLabel))), longestLabel);

/** The drawn bars, all from one zero, and how many more there are. What is no number is left out. */
export function barRows({ bars }: Pick<BarChart, "bars">): {
  readonly rows: readonly BarRow[];
  readonly rest: number;
} {
  const all = bars.filter(([, value]) => Number.isFinite(value));
  const shown = all.slice(0, mostBars);
  const values = shown.map(([, value]) => value);
  // Parts of the largest, so that no sum overflows.
  const largest = Math.max(...values.map(Math.abs)) || 1;
  const floor = Math.min(0, ...values) / largest;
  const span = Math.max(0, ...values) / largest - floor || 1;
  const across = (value: number): number => (value / largest - floor) / span;
  const rows = shown.map(([label, value]) => ({
    label: labelText(label),
    value,
    from: across(Math.min(0, value)),
    to: across(Math.max(0, value)),
  }));
  return { rows, rest: all.length - rows.length };
}
