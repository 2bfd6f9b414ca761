/** The table in docs/performance.md, as the bench has measured it. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type BenchRun, tableOf } from "./row.ts";

const page = resolve(import.meta.dirname, "..", "..", "docs", "performance.md");
const [begin, end] = ["<!-- measured -->", "<!-- /measured -->"];

/** The part of the page that is written from the figures. */
export const measuredPart = ({ date, machine, figures }: BenchRun): string =>
  `${begin}\nMeasured on ${date}: ${machine}.\n\n${tableOf(figures)}\n${end}`;

/** Writes it into the page. */
export function pageWith(bench: BenchRun): void {
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for the figures`);
  writeFileSync(page, text.slice(0, from) + measuredPart(bench) + text.slice(to + end.length));
}
