/** docs/mutation.md, from the figures that are kept: `node tools/mutation/page.ts` writes it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { areas } from "./areas.ts";
import { explained } from "./explained.ts";
import {
  type Counts,
  type Figures,
  kept,
  mutationRoot,
  type Survivor,
  sourceOf,
} from "./figures.ts";

export { mutationRoot as root };

export const isExplained = ({ file, code, instead }: Survivor): boolean =>
  explained.some((one) => one.file === file && one.code === code && one.instead === instead);
const percent = (part: number, of: number): string =>
  of ? `${(Math.floor((1000 * part) / of) / 10).toFixed(1)} %` : "–";
const folderOf = (file: string): string => file.slice(0, file.lastIndexOf("/"));
const inCode = (text: string): string =>
  `\`${(text.length > 90 ? `${text.slice(0, 89)}…` : text).replaceAll("`", "'").replaceAll("|", "\\|")}\``;

export interface Sum {
  readonly killed: number;
  readonly explained: number;
  readonly survived: number;
}
const countsOf = (
  file: string,
  { killed, survived }: Counts,
  survivors: readonly Survivor[],
): Sum => {
  const known = survivors.filter((one) => one.file === file && isExplained(one)).length;
  return { killed, explained: known, survived: survived - known };
};
const sum = (all: readonly Sum[]): Sum =>
  all.reduce(
    (to, one) => ({
      killed: to.killed + one.killed,
      explained: to.explained + one.explained,
      survived: to.survived + one.survived,
    }),
    {
      killed: 0,
      explained: 0,
      survived: 0,
    },
  );

/** By file, in order. */
export function byFile(
  figures: Figures = kept(),
): readonly (readonly [file: string, sum: Sum, source: string])[] {
  return Object.values(figures)
    .flatMap(({ files, survivors }) =>
      Object.entries(files).map(
        ([file, counts]) => [file, countsOf(file, counts, survivors), counts.source] as const,
      ),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const row = (name: string, { killed, explained: known, survived }: Sum): string =>
  `| ${name} | ${killed + known + survived} | ${killed} | ${known} | ${survived} | ${percent(killed, killed + known + survived)} |`;
const table = (what: string, rows: readonly string[]): string =>
  [
    `| ${what} | mutants | noticed | cannot be noticed | not noticed | noticed |`,
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");

/** How much of all mutants is noticed: for docs/promises.md. */
export function inShort(figures: Figures = kept()): string {
  const files = byFile(figures);
  const all = sum(files.map(([, counts]) => counts));
  const guards = sum(
    files.filter(([file]) => file.startsWith("engine/guards/")).map(([, counts]) => counts),
  );
  const total = ({ killed, explained: known, survived }: Sum) => killed + known + survived;
  return `${percent(all.killed, total(all))} of ${total(all).toLocaleString("en")} mutants noticed, ${percent(guards.killed, total(guards))} of ${total(guards)} in the guards (docs/mutation.md)`;
}

/** Whether a file is still as it was when it was measured. */
const isAsMeasured = (file: string, source: string): boolean =>
  existsSync(join(mutationRoot, file)) &&
  sourceOf(readFileSync(join(mutationRoot, file), "utf8")) === source;

/** The whole page. */
export function mutationPage(figures: Figures = kept()): string {
  const files = byFile(figures);
  const folders = [...Map.groupBy(files, ([file]) => folderOf(file))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const days = [...new Set(Object.values(figures).map(({ on }) => on))].sort();
  const survivors = Object.values(figures).flatMap((one) => one.survivors);
  const left = survivors.filter((one) => !isExplained(one));
  const none = Object.keys(areas).filter((name) => !(name in figures));
  return `${[
    "# Mutation tests",
    "Written by `npm run mutate` (`node tools/mutation/mutate.ts [AREA…]`). Stryker breaks the code in one place (a condition turned round, a text emptied, a call left out) and runs the tests that come by there; a change that no test notices is a promise that nothing proves. It takes hours on two cores, so it is a nightly command; each area can be run alone, and only what has changed is run again.",
    `Measured ${days.join(", ")}. The tests that need the embedded AWS take no part: one request at a time, they would take days. Left as they are: what reads AWS for the units (all that is asynchronous in them), what they declare (ids, schedules, operations, texts of their pages), statement ids and log lines; and by Stryker itself what stands under a type assertion.`,
    `${inShort(figures)
      .replace(" (docs/mutation.md)", "")
      .replace(/^./, (first) => first.toUpperCase())}.`,
    `## By folder\n\n${table("folder", [
      ...folders.map(([folder, within]) =>
        row(`\`${folder}\``, sum(within.map(([, counts]) => counts))),
      ),
      row("all", sum(files.map(([, counts]) => counts))),
    ])}`,
    `## By file\n\n${table(
      "file",
      files.map(([file, counts]) => row(`\`${file}\``, counts)),
    )}`,
    none.length
      ? `No figure yet for: ${none.map((name) => `${name} (${areas[name]?.mutate.map((one) => `\`${one}\``).join(", ")})`).join("; ")}.`
      : "",
    `## What cannot be noticed\n\n${explained.length ? explained.map(({ file, code, instead, why }) => `- \`${file}\`: ${inCode(code)} → ${inCode(instead)}: ${why}`).join("\n") : "Nothing."}`,
    `## What no test notices yet\n\n${left.length ? left.map(({ file, line, code, instead }) => `- \`${file}:${line}\`: ${inCode(code)} → ${inCode(instead)}`).join("\n") : "Nothing."}`,
  ]
    .filter(Boolean)
    .join("\n\n")}\n`;
}

/** The files that were measured and have changed since, or are gone. */
export const changedSince = (): string[] =>
  byFile().flatMap(([file, , source]) => (isAsMeasured(file, source) ? [] : [file]));

if (import.meta.main) writeFileSync(join(mutationRoot, "docs/mutation.md"), mutationPage());
