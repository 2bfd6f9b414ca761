/**
 * Where the command line writes to: data on stdout, all else on stderr; colour and tables on a
 * terminal only.
 */
import { styleText } from "node:util";
import { plain } from "../../sdk/plain.ts";

export interface Stream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

type Style = Parameters<typeof styleText>[0];

export interface Io {
  /** Whether a person looks at it, and how wide. */
  readonly terminal: boolean;
  readonly columns: number;
  /**
   * The whole document that a verb gives, or lines of text. Control characters in it are shown, not
   * obeyed, but for `paint`'s.
   */
  print(text: string): void;
  /** Progress and remarks. Control characters in it are shown, not obeyed. */
  say(line: string): void;
  /** On stdout only: colour, unless `NO_COLOR` or no terminal says otherwise. */
  paint(style: Style, text: string): string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and weights, which is all that `paint` makes
const painted = /(\u001b\[[0-9;]*m)/;
const shown = (text: string): string =>
  text
    .split(painted)
    .map((part, at) => (at % 2 ? part : part.split("\n").map(plain).join("\n")))
    .join("");

export const createIo = ({ stdout, stderr }: Streams): Io => ({
  terminal: stdout.isTTY === true,
  columns: stdout.columns ?? 120,
  print: (text) => void stdout.write(shown(text.endsWith("\n") ? text : `${text}\n`)),
  say: (line) => void stderr.write(`${line.split("\n").map(plain).join("\n")}\n`),
  paint: (style, text) => styleText(style, text, { stream: stdout }),
});

/**
 * Rows under a heading: a table on a terminal, else columns parted by spaces. Cells are made safe
 * here.
 */
export async function table(
  io: Io,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<string> {
  const safe = rows.map((row) => row.map(plain));
  if (!io.terminal) {
    const widths = head.map((name, at) =>
      Math.max(name.length, ...safe.map((row) => row[at]?.length ?? 0)),
    );
    return [head, ...safe]
      .map((row) =>
        row
          .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
          .join("  ")
          .trimEnd(),
      )
      .join("\n");
  }
  const { default: Table } = await import("cli-table3");
  const made = new Table({
    head: head.map((name) => io.paint("bold", name)),
    colWidths: fitting(head, safe, io.columns),
    style: { head: [], border: [], compact: true },
    wordWrap: true,
  });
  made.push(...safe.map((row) => [...row]));
  return made.toString();
}

/**
 * Widths that fit: the widest column gives way first, down to its longest word, so that an id is
 * never cut.
 */
function fitting(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): number[] {
  const padding = 2;
  const cells = head.map((name, at) => [name, ...rows.map((row) => row[at] ?? "")]);
  const widths = cells.map((column) => padding + Math.max(...column.map((cell) => cell.length)));
  const least = cells.map(
    (column) =>
      padding + Math.max(...column.flatMap((cell) => cell.split(" ").map((word) => word.length))),
  );
  for (
    let over = widths.reduce((sum, width) => sum + width + 1, 1) - columns;
    over > 0;
    over -= 1
  ) {
    const [widest] = widths
      .map((width, at) => ({ at, spare: width - (least[at] ?? 0), width }))
      .filter(({ spare }) => spare > 0)
      .sort((a, b) => b.width - a.width);
    if (!widest) break;
    widths[widest.at] = widest.width - 1;
  }
  return widths;
}
