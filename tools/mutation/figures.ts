/** What is kept of Stryker's report: counts by file, and each mutant that no test noticed. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const mutationRoot = resolve(import.meta.dirname, "../..");
const file = join(mutationRoot, "tools/mutation/figures.json");

/** A mutation that no test noticed, as the code was written and as it was broken. */
export interface Survivor {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly instead: string;
}
export interface Counts {
  /** Noticed: a test failed, or never ended. */
  readonly killed: number;
  readonly survived: number;
  /** SHA-256 of the source that was measured, its first 12 digits. */
  readonly source: string;
}
export interface Measured {
  /** The day. */
  readonly on: string;
  readonly files: Readonly<Record<string, Counts>>;
  readonly survivors: readonly Survivor[];
}
export type Figures = Readonly<Record<string, Measured>>;

/** Of Stryker's JSON report, what is used here. */
export interface StrykerReport {
  readonly files: Readonly<
    Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>
  >;
}
interface Mutant {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: Position; readonly end: Position };
}
interface Position {
  readonly line: number;
  readonly column: number;
}

export const sourceOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 12);
const noticed = new Set(["Killed", "Timeout"]);
const unnoticed = new Set(["Survived", "NoCoverage"]);

function between(source: string, { start, end }: Mutant["location"]): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.at(-1)?.slice(0, end.column - 1) ?? "";
  const text = [...lines.slice(0, -1), last].join("\n").slice(start.column - 1);
  return text.replace(/\s+/g, " ");
}

/** The figures of one area. */
export function figuresFrom(area: string, { files }: StrykerReport, on = new Date()): Figures {
  const all = Object.entries(files).filter(([, { mutants }]) =>
    mutants.some(({ status }) => noticed.has(status) || unnoticed.has(status)),
  );
  const counted = all.map(([name, { source, mutants }]): [string, Counts] => [
    name,
    {
      killed: mutants.filter(({ status }) => noticed.has(status)).length,
      survived: mutants.filter(({ status }) => unnoticed.has(status)).length,
      source: sourceOf(source),
    },
  ]);
  const survivors = all.flatMap(([name, { source, mutants }]) =>
    mutants
      .filter(({ status }) => unnoticed.has(status))
      .map(({ location, replacement = "" }) => ({
        file: name,
        line: location.start.line,
        code: between(source, location),
        instead: replacement.replace(/\s+/g, " "),
      })),
  );
  return {
    [area]: { on: on.toISOString().slice(0, 10), files: Object.fromEntries(counted), survivors },
  };
}

export const kept = (): Figures =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Figures) : {};
