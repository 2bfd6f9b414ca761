/**
 * A chart as text: one column for each point or group of points, with what it ends on; or one line
 * for each bar.
 */
import type { BarChart, Chart, TimeSeries } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { barRows } from "./bar-rows.ts";
import { roundedText as rounded, shortText } from "./rounded.ts";
import { drawnPoints } from "./series.ts";

const heights = "▁▂▃▄▅▆▇█";
/** Fits a mail on a telephone. */
const widest = 60;

/** The date in the reader's own time zone, as `2026-11-20`. */
const dayIn = (timeZone: string) => {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return (at: Date): string => format.format(at);
};

/** @param timeZone IANA name, for the dates of a time series */
export const chartText = (chart: Chart, timeZone: string): string =>
  chart.bars ? barsText(chart) : seriesText(chart, timeZone);

/** With its label and its number it still fits a mail on a telephone. */
const longestBar = 24;

/** One line for each; what is below zero is drawn light. */
function barsText({ title, unit, bars }: BarChart): string {
  const { rows, rest } = barRows({ bars });
  if (rows.length === 0) return `${plain(title)}: no data`;
  const widest = Math.max(...rows.map(({ label }) => [...label].length));
  const longest = Math.max(...rows.map(({ from, to }) => to - from)) || 1;
  const lines = rows.map(({ label, value, from, to }) => {
    const space = " ".repeat(widest - [...label].length);
    const length = Math.ceil(((to - from) / longest) * longestBar);
    const bar = (value < 0 ? "░" : "█").repeat(length);
    return `${label}${space} ${bar} ${shortText(value)}`;
  });
  const heading = unit ? `${plain(title)} (${plain(unit)})` : plain(title);
  return [heading, ...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
}

/**
 * Draws columns from zero (or from the lowest value below it) to the highest. More points than columns
 * are grouped, and each column shows the highest of its group, so that a spike stays visible.
 */
function seriesText({ title, unit, points }: TimeSeries, timeZone: string): string {
  const drawn = drawnPoints({ points });
  const [first] = drawn;
  const last = drawn.at(-1);
  if (!first || !last) return `${plain(title)}: no data`;

  const group = Math.ceil(drawn.length / widest);
  const columns = Array.from({ length: Math.ceil(drawn.length / group) }, (_, at) =>
    Math.max(...drawn.slice(at * group, (at + 1) * group).map(([, value]) => value)),
  );
  const least = drawn.reduce((low, point) => (point[1] < low[1] ? point : low), first);
  const most = drawn.reduce((high, point) => (point[1] > high[1] ? point : high), first);
  const floor = Math.min(0, least[1]);
  const height = most[1] - floor || 1;
  const line = columns
    .map(
      (value) => heights[Math.max(0, Math.ceil(((value - floor) / height) * heights.length) - 1)],
    )
    .join("");

  const day = dayIn(timeZone);
  const quantity = (value: number) => (unit ? `${rounded(value)} ${plain(unit)}` : rounded(value));
  const each = group > 1 ? `, each column the highest of ${group}` : "";
  return [
    `${plain(title)}, ${day(first[0])} to ${day(last[0])}${each}`,
    line,
    `lowest ${quantity(least[1])} on ${day(least[0])}, highest ${quantity(most[1])} on ${day(most[0])}, last ${quantity(last[1])}`,
  ].join("\n");
}
