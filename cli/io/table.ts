/**
 * Rows under a heading, as wide as whoever reads them has room for. An id is never cut: it must be
 * copied whole.
 */
import { plain } from "../../sdk/plain.ts";
import type { Io } from "./io.ts";

export interface Column {
  readonly title: string;
  /** What may be cut, down to so many characters; what is cut ends in `…`. Absent: never cut. */
  readonly least?: number;
  /** Stands on a line of its own below the others where there is no room beside them. */
  readonly below?: boolean;
  /** Is left out where there is no room even for its least. */
  readonly optional?: boolean;
}

const gap = "  ";
const indent = "    ";

/** Takes two columns of a terminal; combining marks take none. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uff01-\uff60]|\p{Emoji_Presentation}/u;

/** How many columns of a terminal a text takes. */
export const widthOf = (text: string): number =>
  [...text.replace(/\p{M}/gu, "")].reduce(
    (sum, character) => sum + (wide.test(character) ? 2 : 1),
    0,
  );

/** At most so wide; what is cut ends in `…`. */
function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (widthOf(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

const padded = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - widthOf(text)));

const sumOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + gap.length * Math.max(0, widths.length - 1);

/** The widest that may give way does so first. */
function narrowed(
  widths: readonly number[],
  least: readonly (number | undefined)[],
  room: number,
): readonly number[] {
  const narrow = [...widths];
  for (let over = sumOf(narrow) - room; over > 0; over -= 1) {
    const [widest] = narrow
      .map((width, at) => ({ at, width, spare: width - (least[at] ?? width) }))
      .filter(({ spare }) => spare > 0)
      .sort((a, b) => b.width - a.width);
    if (!widest) break;
    narrow[widest.at] = widest.width - 1;
  }
  return narrow;
}

interface Laid {
  /** Columns of the first line, and how wide each is. */
  readonly beside: readonly { readonly at: number; readonly width: number }[];
  /** Columns that have a line of their own. */
  readonly under: readonly number[];
}

function laidOut(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number,
): Laid {
  const natural = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[at] ?? ""))),
  );
  const leastOf = (at: number) => Math.min(columns[at]?.least ?? Infinity, natural[at] ?? 0);
  const fits = sumOf(natural) <= room;
  const all = [...columns.keys()];
  const under = fits ? [] : all.filter((at) => columns[at]?.below);
  const needed = all.filter((at) => !under.includes(at) && !columns[at]?.optional);
  const beside = all.filter((at) => {
    if (under.includes(at) || !columns[at]?.optional) return needed.includes(at);
    return sumOf([...needed, at].map(leastOf)) <= room;
  });
  const widths = narrowed(
    beside.map((at) => natural[at] ?? 0),
    beside.map((at) => columns[at]?.least),
    room,
  );
  return { beside: beside.map((at, nth) => ({ at, width: widths[nth] ?? 0 })), under };
}

/** Cells are made safe here. @returns lines under a heading, no wider than `io.columns` */
export function table(
  io: Pick<Io, "columns" | "paint">,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const safe = rows.map((row) => row.map(plain));
  const { beside, under } = laidOut(columns, safe, io.columns);
  const line = (cells: readonly string[]) =>
    beside
      .map(({ at, width }) => padded(fitted(cells[at] ?? "", width), width))
      .join(gap)
      .trimEnd();
  const below = (cells: readonly string[]) =>
    under.flatMap((at) => (cells[at] ? [indent + shortened(columns[at], cells[at], io)] : []));
  const head = columns.map(({ title }) => title);
  return [io.paint("bold", line(head)), ...safe.flatMap((row) => [line(row), ...below(row)])].join(
    "\n",
  );
}

/** Of a line of its own: what may be cut is, an id is not. */
const shortened = (
  column: Column | undefined,
  cell: string,
  { columns }: Pick<Io, "columns">,
): string => (column?.least === undefined ? cell : fitted(cell, columns - indent.length));
