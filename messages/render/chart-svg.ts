/** A chart as SVG, for a page: no script, no font of its own, every text escaped. */
import type { BarChart, Chart, TimeSeries } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { barRows } from "./bar-rows.ts";
import { shortText } from "./rounded.ts";
import { drawnPoints } from "./series.ts";
import { timeText } from "./time-text.ts";

const width = 960;
const height = 320;
const plot = { left: 90, right: width - 20, top: 40, bottom: height - 40 } as const;

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string =>
  plain(text).replace(/[&<>"']/g, (character) => escapes[character] ?? "");
const rounded = (value: number): string => String(Number(value.toPrecision(4)));

/** A moment that is marked by a line: when it began, when it was over. */
export interface Mark {
  readonly at: Date;
  readonly text: string;
}

const text = (x: number, y: number, anchor: "start" | "middle" | "end", words: string): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(words)}</text>`;

const page = (high: number, drawn: readonly string[]): string =>
  `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${high}" font-family="sans-serif" font-size="13" fill="#333">`,
    `<rect width="${width}" height="${high}" fill="#fff"/>`,
    ...drawn,
    "</svg>",
  ].join("\n")}\n`;

/**
 * @param timeZone IANA name, for the dates of a time series
 * @param marks of a time series; bars have no time
 * @returns nothing where there is nothing to draw
 */
export const chartSvg = (
  chart: Chart,
  timeZone: string,
  marks: readonly Mark[] = [],
): string | undefined => (chart.bars ? barsSvg(chart) : seriesSvg(chart, timeZone, marks));

const rowHeight = 26;
const barsPlot = { left: 240, right: width - 130, top: 40 } as const;

function barsSvg({ title, unit = "", bars }: BarChart): string | undefined {
  const { rows, rest } = barRows({ bars });
  if (rows.length === 0) return undefined;
  const across = (part: number) => barsPlot.left + part * (barsPlot.right - barsPlot.left);
  const bottom = barsPlot.top + rows.length * rowHeight;
  const drawn = rows.flatMap(({ label, value, from, to }, index) => {
    const top = barsPlot.top + index * rowHeight;
    const [left, right] = [across(from), across(to)];
    const fill = value < 0 ? "#ccdef7" : "#2060be";
    return [
      text(barsPlot.left - 8, top + 17, "end", label),
      `<rect x="${left.toFixed(1)}" y="${top + 4}" width="${(right - left).toFixed(1)}" height="${rowHeight - 8}" fill="${fill}"/>`,
      text(right + 6, top + 17, "start", `${shortText(value)}${unit && ` ${unit}`}`),
    ];
  });
  return page(bottom + 40, [
    text(barsPlot.left, 22, "start", title),
    ...drawn,
    ...(rest > 0 ? [text(barsPlot.left, bottom + 20, "start", `and ${rest} more`)] : []),
  ]);
}

/** @returns nothing where there are not two points to draw a line between */
function seriesSvg(
  { title, unit = "", points }: TimeSeries,
  timeZone: string,
  marks: readonly Mark[],
): string | undefined {
  const drawn = drawnPoints({ points });
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (!first || !last || first[0].getTime() === last[0].getTime()) return undefined;
  const values = drawn.map(([, value]) => value);
  // From zero, so that a small change does not look like a large one.
  const [floor, roof] = [Math.min(0, ...values), Math.max(0, ...values)];
  const span = roof - floor || 1;
  const across = (at: Date) =>
    plot.left +
    ((at.getTime() - first[0].getTime()) / (last[0].getTime() - first[0].getTime())) *
      (plot.right - plot.left);
  const up = (value: number) => plot.bottom - ((value - floor) / span) * (plot.bottom - plot.top);
  const place = (x: number, y: number) => `${x.toFixed(1)},${y.toFixed(1)}`;
  const grid = [floor, floor + span / 2, roof].map(
    (value) =>
      `<line x1="${plot.left}" x2="${plot.right}" y1="${up(value).toFixed(1)}" y2="${up(value).toFixed(1)}" stroke="#ddd"/>${text(plot.left - 8, up(value) + 4, "end", `${rounded(value)}${unit && ` ${unit}`}`)}`,
  );
  const shown = marks
    .filter(({ at }) => at >= first[0] && at <= last[0])
    .map(({ at, text: words }) => {
      const x = across(at).toFixed(1);
      return `<line x1="${x}" x2="${x}" y1="${plot.top}" y2="${plot.bottom}" stroke="#c33" stroke-dasharray="4 3"/>${text(across(at) + 4, plot.top + 12, "start", words)}`;
    });
  return page(height, [
    text(plot.left, 22, "start", title),
    ...grid,
    `<polyline fill="none" stroke="#2060be" stroke-width="2" points="${drawn.map(([at, value]) => place(across(at), up(value))).join(" ")}"/>`,
    ...shown,
    text(plot.left, height - 14, "start", timeText(first[0], timeZone)),
    text(plot.right, height - 14, "end", timeText(last[0], timeZone)),
  ]);
}
