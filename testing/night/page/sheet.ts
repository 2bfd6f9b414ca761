/** Lines of a page for a terminal, in columns. */
import { styleText } from "node:util";
import type { Severity } from "../../../sdk/message.ts";

export type Style = Parameters<typeof styleText>[0];

export interface Paper {
  /** Characters. */
  readonly width: number;
  /** Nothing is styled on plain paper. */
  readonly coloured: boolean;
}

/** A word that says how it went, and its colour. */
export type RowMark = readonly [word: string, style: Style];

const severities: Readonly<Record<Severity, Style>> = {
  info: "dim",
  warning: "yellow",
  critical: "red",
};
export const markOf = (severity: Severity): RowMark => [severity, severities[severity]];

/** Text in the right column. */
export type Remark = readonly [text: string, style?: Style];

/** Widths of what stands before the reason. */
const columns = { margin: 4, mark: 10, name: 24 } as const;

/** Breaks at spaces; a word that is longer than a line stays whole, so that ids can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Names have no spaces: cut at the width, so that the columns stay. */
const cutUp = (name: string, width: number): string[] =>
  Array.from({ length: Math.ceil(name.length / width) }, (_, at) =>
    name.slice(at * width, (at + 1) * width),
  );

const indent = " ".repeat(columns.margin);
const noMark = " ".repeat(columns.mark);

const modeStyles: Readonly<Record<string, Style>> = { act: "green", ask: "cyan" };

/** A page that is being written, from top to bottom. */
export class Sheet {
  readonly #lines: string[] = [];
  readonly #paper: Paper;

  constructor(paper: Paper) {
    this.#paper = paper;
  }

  style(as: Style, text: string): string {
    return this.#paper.coloured ? styleText(as, text, { validateStream: false }) : text;
  }

  line(text = ""): void {
    this.#lines.push(text);
  }

  paragraph(text: string, as: Style): void {
    for (const line of wrap(text, this.#paper.width - columns.margin))
      this.line(indent + this.style(as, line));
  }

  /** What follows is about `id`. */
  heading(id: string, mode: string, text: string): void {
    const [first = "", ...rest] = wrap(text, this.#paper.width - id.length - mode.length - 4);
    const shownMode = this.style(modeStyles[mode] ?? "dim", mode);
    this.line(`${this.style("bold", id)}  ${shownMode}  ${this.style("dim", first)}`);
    for (const line of rest) this.line(this.style("dim", line));
  }

  /** A marked row: names, one a line, beside the reason. */
  row([mark, as]: RowMark, names: readonly string[], reasons: readonly Remark[]): void {
    const width = this.#paper.width - columns.margin - columns.mark - columns.name;
    const left = names.flatMap((name) =>
      name.length < columns.name ? [name] : cutUp(name, columns.name - 1),
    );
    const right = reasons.flatMap(([text, style]) =>
      wrap(text, width).map((line) => (style ? this.style(style, line) : line)),
    );
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      const first = at === 0 ? this.style(as, mark.padEnd(columns.mark)) : noMark;
      const name = (left[at] ?? "").padEnd(columns.name);
      this.line(`${indent}${first}${name}${right[at] ?? ""}`.trimEnd());
    }
  }

  /** A mark, and text that needs no name beside it. */
  labelled([mark, as]: RowMark, text: string): void {
    const [first = "", ...rest] = wrap(text, this.#paper.width - columns.margin - columns.mark);
    this.line(`${indent}${this.style(as, mark.padEnd(columns.mark))}${first}`);
    for (const line of rest) this.under(line);
  }

  /** Below a label. */
  under(text: string): void {
    this.line(`${indent}${noMark}${text}`);
  }

  /** Below a label, dimmed, in as many lines as it takes. */
  aside(text: string): void {
    for (const line of wrap(text, this.#paper.width - columns.margin - columns.mark))
      this.under(this.style("dim", line));
  }

  /** What a person can type. */
  command(label: string, text: string, about?: string): void {
    const shown = `${this.style("dim", label.padEnd(columns.mark))}${this.style("bold", text)}`;
    this.line(`${indent}${shown}${about ? `  ${this.style("dim", about)}` : ""}`);
  }

  /** Left of the columns. */
  note(text: string): void {
    this.line(`${indent}${this.style("dim", text)}`);
  }

  total(label: string, text: string): void {
    this.line(`${this.style("dim", label.padEnd(columns.margin + columns.mark))}${text}`);
  }

  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}
