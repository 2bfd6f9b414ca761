/**
 * A chart as a picture: its course over time, with its highest and lowest value and its first and
 * last day.
 */
import type { Chart } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { glyph, glyphHeight, glyphWidth } from "./glyphs.ts";
import { png } from "./png.ts";
import { roundedText } from "./rounded.ts";

const [width, height] = [1200, 420];
const plot = { left: 190, right: width - 30, top: 64, bottom: height - 60 } as const;
/** Dots of a letter are so many pixels wide. */
const dot = 3;

/** White, grey for the grid, dark grey for words, light blue below the line, blue for the line. */
const colours = [
  [255, 255, 255],
  [222, 222, 226],
  [70, 70, 80],
  [204, 222, 247],
  [32, 96, 190],
] as const;
const [white, grid, ink, area, line] = [0, 1, 2, 3, 4] as const;

const rounded = (value: number): string =>
  Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 0.01)
    ? value.toExponential(1)
    : roundedText(value);

/**
 * Of several points in one column the highest counts, so that a spike stays visible.
 * @returns nothing where there are not two points to draw a line between
 */
export function chartPng({ points, unit = "" }: Chart, timeZone: string): Uint8Array | undefined {
  const drawn = points
    .filter(([at, value]) => Number.isFinite(value) && !Number.isNaN(at.getTime()))
    .toSorted(([a], [b]) => a.getTime() - b.getTime());
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (!first || !last || first[0].getTime() === last[0].getTime()) return undefined;
  const values = drawn.map(([, value]) => value);
  const [low, high] = [
    values.reduce((a, b) => Math.min(a, b)),
    values.reduce((a, b) => Math.max(a, b)),
  ];
  // From zero, so that a small change does not look like a large one.
  const [floor, roof] = [Math.min(0, low), Math.max(0, high)];
  const span = roof - floor || 1;

  const pixels = new Uint8Array(width * height).fill(white);
  const set = (x: number, y: number, colour: number) => {
    if (x >= 0 && x < width && y >= 0 && y < height) pixels[y * width + x] = colour;
  };
  const across = (at: Date) =>
    Math.round(
      plot.left +
        ((at.getTime() - first[0].getTime()) / (last[0].getTime() - first[0].getTime())) *
          (plot.right - plot.left),
    );
  const up = (value: number) =>
    Math.round(plot.bottom - ((value - floor) / span) * (plot.bottom - plot.top));

  for (const value of [floor, floor + span / 2, roof])
    for (let x = plot.left; x <= plot.right; x += 1) set(x, up(value), grid);

  const highest = new Map<number, number>();
  for (const [at, value] of drawn)
    highest.set(across(at), Math.max(value, highest.get(across(at)) ?? Number.NEGATIVE_INFINITY));
  const course = [...highest].map(([x, value]) => [x, up(value)] as const);
  for (const [index, [x, y]] of course.entries()) {
    const [nextX, nextY] = course[index + 1] ?? [x, y];
    for (let column = x; column <= nextX; column += 1) {
      const at = (place: number) =>
        nextX === x ? y : Math.round(y + ((nextY - y) * (place - x)) / (nextX - x));
      const [here, next] = [at(column), at(Math.min(column + 1, nextX))];
      for (let row = Math.min(here, up(0)); row <= Math.max(here, up(0)); row += 1)
        if (pixels[row * width + column] !== line) set(column, row, area);
      for (let row = Math.min(here, next) - 2; row <= Math.max(here, next) + 2; row += 1)
        set(column, row, line);
    }
  }

  const write = (text: string, x: number, y: number) => {
    for (const [index, character] of [...text].entries())
      for (const [column, bits] of glyph(character).entries())
        for (let row = 0; row < glyphHeight; row += 1)
          if ((bits >> row) & 1)
            for (let dx = 0; dx < dot; dx += 1)
              for (let dy = 0; dy < dot; dy += 1)
                set(x + (index * glyphWidth + column) * dot + dx, y + row * dot + dy, ink);
  };
  const wide = (text: string) => text.length * glyphWidth * dot;
  const day = (at: Date) =>
    new Intl.DateTimeFormat("en-CA", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    }).format(at);
  const clock = (at: Date) =>
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }).format(at);
  // Within two days the hours matter.
  const hours = last[0].getTime() - first[0].getTime() <= 2 * 86_400_000;
  const when = (at: Date) => (hours ? `${day(at).slice(5)} ${clock(at)}` : day(at));
  const beside = (text: string, y: number) =>
    write(text.slice(0, 9), plot.left - 12 - wide(text.slice(0, 9)), y - (glyphHeight * dot) / 2);
  beside(rounded(roof), up(roof));
  beside(rounded(floor), up(floor));
  write(plain(unit).slice(0, 20), 8, 4);
  write(when(first[0]), plot.left, plot.bottom + 18);
  write(when(last[0]), plot.right - wide(when(last[0])), plot.bottom + 18);
  return png({ width, height, pixels, colours });
}
