/**
 * A time series as a picture: its course, with its highest and lowest value and its first and last
 * day.
 */
import type { TimeSeries } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { type Canvas, canvas, lettersHigh, palette, wide } from "./canvas.ts";
import { shortText } from "./rounded.ts";
import { drawnPoints } from "./series.ts";

const [width, height] = [1200, 420];
const plot = { left: 190, right: width - 30, top: 64, bottom: height - 60 } as const;

/** What of a series is drawn, and how it lies in the picture. */
interface Frame {
  readonly points: TimeSeries["points"];
  readonly first: Date;
  readonly last: Date;
  readonly floor: number;
  readonly roof: number;
  /** In pixels, from the left. */
  across(at: Date): number;
  /** In pixels, from the top. */
  up(value: number): number;
}

/** @returns nothing where there are not two points to draw a line between */
function frameOf(series: TimeSeries): Frame | undefined {
  const points = drawnPoints(series);
  const [first, last] = [points[0]?.[0], points.at(-1)?.[0]];
  if (!first || !last || first.getTime() === last.getTime()) return undefined;
  const lasts = last.getTime() - first.getTime();
  const values = points.map(([, value]) => value);
  // From zero, so that a small change does not look like a large one.
  const floor = values.reduce((a, b) => Math.min(a, b), 0);
  const roof = values.reduce((a, b) => Math.max(a, b), 0);
  const span = roof - floor || 1;
  return {
    points,
    first,
    last,
    floor,
    roof,
    across: (at) =>
      Math.round(plot.left + ((at.getTime() - first.getTime()) / lasts) * (plot.right - plot.left)),
    up: (value) => Math.round(plot.bottom - ((value - floor) / span) * (plot.bottom - plot.top)),
  };
}

function drawGrid(drawn: Canvas, { floor, roof, up }: Frame): void {
  const span = roof - floor || 1;
  for (const value of [floor, floor + span / 2, roof])
    for (let x = plot.left; x <= plot.right; x += 1) drawn.set(x, up(value), palette.grid);
}

type Place = readonly [x: number, y: number];

/** Of several points in one column the highest counts, so that a spike stays visible. */
function courseOf({ points, across, up }: Frame): Place[] {
  const highest = new Map<number, number>();
  for (const [at, value] of points) {
    const x = across(at);
    highest.set(x, Math.max(value, highest.get(x) ?? Number.NEGATIVE_INFINITY));
  }
  return [...highest].map(([x, value]) => [x, up(value)]);
}

/** From one place of the course to the next: the line, and the area between it and zero. */
function drawStretch(drawn: Canvas, [x, y]: Place, [nextX, nextY]: Place, zero: number): void {
  const heightAt = (column: number) =>
    nextX === x ? y : Math.round(y + ((nextY - y) * (column - x)) / (nextX - x));
  for (let column = x; column <= nextX; column += 1) {
    const [here, next] = [heightAt(column), heightAt(Math.min(column + 1, nextX))];
    for (let row = Math.min(here, zero); row <= Math.max(here, zero); row += 1)
      if (!drawn.has(column, row, palette.line)) drawn.set(column, row, palette.area);
    for (let row = Math.min(here, next) - 2; row <= Math.max(here, next) + 2; row += 1)
      drawn.set(column, row, palette.line);
  }
}

/** Within two days the hours matter. */
function whenText({ first, last }: Frame, timeZone: string): (at: Date) => string {
  const days = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  if (last.getTime() - first.getTime() > 2 * 86_400_000) return (at) => days.format(at);
  const times = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (at) => `${days.format(at).slice(5)} ${times.format(at)}`;
}

function writeAxes(drawn: Canvas, frame: Frame, timeZone: string): void {
  const { first, last, floor, roof, up } = frame;
  const beside = (value: number) => {
    const text = shortText(value).slice(0, 9);
    drawn.write(text, plot.left - 12 - wide(text), up(value) - lettersHigh / 2);
  };
  beside(roof);
  beside(floor);
  const when = whenText(frame, timeZone);
  drawn.write(when(first), plot.left, plot.bottom + 18);
  drawn.write(when(last), plot.right - wide(when(last)), plot.bottom + 18);
}

/** @returns nothing where there are not two points to draw a line between */
export function seriesPng(series: TimeSeries, timeZone: string): Uint8Array | undefined {
  const frame = frameOf(series);
  if (!frame) return undefined;
  const drawn = canvas(width, height);
  drawGrid(drawn, frame);
  const course = courseOf(frame);
  for (const [index, place] of course.entries())
    drawStretch(drawn, place, course[index + 1] ?? place, frame.up(0));
  writeAxes(drawn, frame, timeZone);
  drawn.write(plain(series.unit ?? "").slice(0, 20), 8, 4);
  return drawn.bytes();
}
