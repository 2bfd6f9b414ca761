/** A table as aligned text, as HTML, and as CSV. Whatever stands in a cell is shown, and does nothing. */
import type { Cell, Table } from "../../sdk/message.ts";
import { cut, plain, unlinked } from "../../sdk/plain.ts";

/** So many rows are shown; a file holds all. */
const shownRows = 25;
/** Fits a mail on a desk, and a chat's code block with a few columns. */
const widestCell = 40;

const numberText = (value: number): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: 2 });

const cellText = (cell: Cell): string =>
  typeof cell === "number"
    ? numberText(cell)
    : cut(plain(unlinked(cut(cell, widestCell))), widestCell);

/** Cells beside a row's last are empty, cells beyond the last column are left out. */
const fitted = (row: readonly Cell[], { columns }: Table): Cell[] =>
  columns.map((_, at) => row[at] ?? "");

/** As many rows as are shown, and how many are not. */
function shownOf(
  table: Table,
  most = shownRows,
): {
  readonly rows: readonly (readonly Cell[])[];
  readonly rest: number;
} {
  const rows = table.rows.slice(0, most).map((row) => fitted(row, table));
  return { rows, rest: table.rows.length - rows.length };
}

const restText = (rest: number): string[] => (rest > 0 ? [`and ${rest} more`] : []);

const lengthOf = (text: string): number => [...text].length;

/** Numbers to the right, words to the left. */
function padded(cell: Cell, width: number): string {
  const text = cellText(cell);
  const space = " ".repeat(Math.max(0, width - lengthOf(text)));
  return typeof cell === "number" ? space + text : text + space;
}

/** Lines of the same columns for a font of one width: head, rule, rows, total. */
export function tableLines(table: Table): string[] {
  const { rows, rest } = shownOf(table);
  const total = table.total ? [fitted(table.total, table)] : [];
  const all = [table.columns, ...rows, ...total];
  const widths = table.columns.map((_, at) =>
    Math.max(...all.map((row) => lengthOf(cellText(row[at] ?? "")))),
  );
  const lineOf = (row: readonly Cell[]): string =>
    row
      .map((cell, at) => padded(cell, widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [
    lineOf(table.columns),
    rule,
    ...rows.map(lineOf),
    ...restText(rest),
    ...total.flatMap((row) => [rule, lineOf(row)]),
  ];
}

/**
 * @param escaped makes markup of HTML harmless
 * @param most so many rows are shown; as many as a mail shows where absent
 */
export function tableHtml(table: Table, escaped: (text: string) => string, most?: number): string {
  const { rows, rest } = shownOf(table, most);
  const rowOf = (row: readonly Cell[], tag: "td" | "th"): string => {
    const cells = row.map((cell) => {
      const align = typeof cell === "number" ? "right" : "left";
      return `<${tag} style="padding:2px 16px 2px 0;text-align:${align}">${escaped(cellText(cell))}</${tag}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  };
  const body = [
    rowOf(table.columns, "th"),
    ...rows.map((row) => rowOf(row, "td")),
    ...restText(rest).map((text) => `<tr><td>${escaped(text)}</td></tr>`),
    ...(table.total ? [rowOf(fitted(table.total, table), "th")] : []),
  ];
  return `<table style="border-collapse:collapse;font-size:14px">${body.join("")}</table>`;
}

/**
 * What a spreadsheet would take for a formula is text to it with an apostrophe before it.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const withoutFormula = (text: string): string =>
  /^[\s\p{Cc}]*[=+\-@＝＋－＠|%]/u.test(text) ? `'${text}` : text;

/** @see https://www.rfc-editor.org/rfc/rfc4180 */
function csvCell(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const text = withoutFormula(cell.replaceAll("\0", ""));
  return /^[\w .:/-]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

/** All rows, whole, with the total as the last. */
export const tableCsv = (table: Table): string =>
  [table.columns, ...table.rows, ...(table.total ? [table.total] : [])]
    .map((row) => `${fitted(row, table).map(csvCell).join(",")}\r\n`)
    .join("");
