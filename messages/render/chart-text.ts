/** A chart as text: one column for each point or group of points, with what it ends on. */
import type { Chart } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { roundedText as rounded } from "./rounded.ts";

const bars = "▁▂▃▄▅▆▇█";
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

/**
 * Draws bars from zero (or from the lowest value below it) to the highest. More points than columns
 * are grouped, and each column shows the highest of its group, so that a spike stays visible.
 * @param timeZone IANA name, for the dates
 */
export function chartText({ title, unit, points }: Chart, timeZone: string): string {
  const drawn = points
    .filter(([at, value]) => Number.isFinite(value) && !Number.isNaN(at.getTime()))
    .toSorted(([a], [b]) => a.getTime() - b.getTime());
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
    .map((value) => bars[Math.max(0, Math.ceil(((value - floor) / height) * bars.length) - 1)])
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
