/** A chart as SVG, for a page: no script, no font of its own, every text escaped. */
import type { Chart } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { timeText } from "./time-text.ts";

const [width, height] = [960, 320];
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

/** @returns nothing where there are not two points to draw a line between */
export function chartSvg(
  { title, unit = "", points }: Chart,
  timeZone: string,
  marks: readonly Mark[] = [],
): string | undefined {
  const drawn = points
    .filter(([at, value]) => Number.isFinite(value) && !Number.isNaN(at.getTime()))
    .toSorted(([a], [b]) => a.getTime() - b.getTime());
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
  const text = (x: number, y: number, anchor: "start" | "middle" | "end", words: string) =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(words)}</text>`;
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
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13" fill="#333">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(plot.left, 22, "start", title),
    ...grid,
    `<polyline fill="none" stroke="#2060be" stroke-width="2" points="${drawn.map(([at, value]) => place(across(at), up(value))).join(" ")}"/>`,
    ...shown,
    text(plot.left, height - 14, "start", timeText(first[0], timeZone)),
    text(plot.right, height - 14, "end", timeText(last[0], timeZone)),
    "</svg>",
  ].join("\n")}\n`;
}
