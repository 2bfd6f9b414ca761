/**
 * Where the command line writes to: data on stdout, all else on stderr; colour and tables on a
 * terminal only.
 */
import { styleText } from "node:util";
import { plain } from "../../sdk/plain.ts";
import { createProgress, type ProgressShown } from "./progress.ts";

export interface Stream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

type Style = Parameters<typeof styleText>[0];

export interface Io extends ProgressShown {
  /** Whether a person looks at it. */
  readonly terminal: boolean;
  /**
   * How wide tables may be: a terminal's width, or what `COLUMNS` says. Without either nothing is
   * cut, so that what reads it finds all.
   */
  readonly columns: number;
  /**
   * The whole document that a verb gives, or lines of text. Control characters in it are shown, not
   * obeyed, but for `paint`'s.
   */
  print(text: string): void;
  /** ProgressShown and remarks. Control characters in it are shown, not obeyed. */
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

/** As every terminal has at least. */
const usualWidth = 80;

function widthFor({ isTTY, columns }: Stream, env: NodeJS.ProcessEnv): number {
  const asked = Number(env.COLUMNS);
  if (isTTY) return columns || asked || usualWidth;
  return asked > 0 ? asked : Number.POSITIVE_INFINITY;
}

export function createIo({ stdout, stderr }: Streams): Io {
  const say = (line: string) => void stderr.write(`${line.split("\n").map(plain).join("\n")}\n`);
  return {
    ...createProgress(say),
    terminal: stdout.isTTY === true,
    columns: widthFor(stdout, process.env),
    print: (text) => void stdout.write(shown(text.endsWith("\n") ? text : `${text}\n`)),
    say,
    paint: (style, text) => styleText(style, text, { stream: stdout }),
  };
}
