/** A bar chart as a picture: a label, a bar and a number in each row. */
import type { BarChart } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { type BarRow, barRows } from "./bar-rows.ts";
import { type Canvas, canvas, lettersHigh, palette, wide } from "./canvas.ts";
import { shortText } from "./rounded.ts";

const width = 1200;
const plot = { left: 460, right: width - 180, top: 44, bottom: 20 } as const;
const rowHeight = 40;

const across = (part: number): number => Math.round(plot.left + part * (plot.right - plot.left));

function drawRow(drawn: Canvas, { label, value, from, to }: BarRow, top: number): void {
  const [left, right] = [across(from), across(to)];
  drawn.write(label, plot.left - 12 - wide(label), top + (rowHeight - lettersHigh) / 2);
  const colour = value < 0 ? palette.area : palette.line;
  for (let x = left; x <= right; x += 1)
    for (let y = top + 6; y < top + rowHeight - 6; y += 1) drawn.set(x, y, colour);
  drawn.write(shortText(value), right + 10, top + (rowHeight - lettersHigh) / 2);
}

/** @returns nothing where there is no bar to draw */
export function barsPng({ unit = "", bars }: BarChart): Uint8Array | undefined {
  const { rows, rest } = barRows({ bars });
  if (rows.length === 0) return undefined;
  const last = plot.top + (rows.length + (rest > 0 ? 1 : 0)) * rowHeight;
  const drawn = canvas(width, last + plot.bottom);
  for (const [index, row] of rows.entries()) drawRow(drawn, row, plot.top + index * rowHeight);
  drawn.write(plain(unit).slice(0, 20), 8, 4);
  if (rest > 0) drawn.write(`and ${rest} more`, plot.left, last - rowHeight + 8);
  return drawn.bytes();
}
