/**
 * What the engine and its bundles cost, beside what they may: `npm run bench`.
 * `--json FILE` writes it for docs/performance.md, `--custodian PROGRAM` also measures Cloud
 * Custodian, `--tests` also how long the tests take, `--only core,memory,bundles,wall,tests` some of
 * it: of the rest the file keeps what it has.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../cli/bundle/bundle.ts";
import { bundleRows } from "./bench/bundle-rows.ts";
import { coreRows } from "./bench/core-rows.ts";
import { memoryRows } from "./bench/memory-rows.ts";
import { pageWith } from "./bench/page.ts";
import { type BenchRun, type Figure, machine, measured, notMeasured } from "./bench/row.ts";
import { wallRows } from "./bench/wall-rows.ts";

const root = resolve(import.meta.dirname, "..");
const everything = "core,memory,bundles,wall,tests";
const { values } = parseArgs({
  options: {
    json: { type: "string" },
    custodian: { type: "string" },
    tests: { type: "boolean", default: false },
    only: { type: "string", default: everything },
  },
});

/** Minutes of all tests; it is long, and needs a quiet machine. */
function testRows(): Figure[] {
  const target = { what: "npm test", target: 4, unit: "min" };
  if (!values.tests) return [notMeasured(target, "`--tests`, on a machine that does nothing else")];
  const began = performance.now();
  const { status } = spawnSync("npm", ["test"], { cwd: root, stdio: "ignore" });
  if (status !== 0) throw new Error("npm test fails: its time says nothing");
  return [measured(target, [(performance.now() - began) / 60_000])];
}

const scratch = mkdtempSync(join(tmpdir(), "nightshift-bench-"));
const parts: Readonly<Record<string, () => Promise<Figure[]> | Figure[]>> = {
  core: coreRows,
  memory: () => memoryRows(scratch),
  async bundles() {
    await bundle();
    return bundleRows(join(root, "dist"), scratch);
  },
  wall: () => wallRows(scratch, values.custodian),
  tests: testRows,
};

const figures: Figure[] = [];
try {
  for (const part of values.only.split(",")) figures.push(...((await parts[part]?.()) ?? []));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.table(
  figures.map(({ what, target, unit, figure, ratio, spread }) => ({
    what,
    target: `${target} ${unit}`.trim(),
    measured: figure ?? "not measured",
    "of the target": ratio ?? "",
    spread: spread?.join(" to ") ?? "",
  })),
);
/** What was measured now, in the place of what the file has. */
function withKept(file: string): Figure[] {
  if (values.only === everything || !existsSync(file)) return figures;
  const kept = (JSON.parse(readFileSync(file, "utf8")) as BenchRun).figures;
  const now = new Map(figures.map((each) => [each.what, each]));
  const known = new Set(kept.map(({ what }) => what));
  return [
    ...kept.map((each) => now.get(each.what) ?? each),
    ...figures.filter(({ what }) => !known.has(what)),
  ];
}

if (values.json !== undefined) {
  const file = resolve(values.json);
  const date = new Date().toISOString().slice(0, 10);
  const bench: BenchRun = { date, machine: machine(), figures: withKept(file) };
  // A spread is one line, as the formatter has it.
  const text = JSON.stringify(bench, null, 2).replace(
    /\[\s+([\d.]+),\s+([\d.]+)\s+\]/g,
    (_, from: string, to: string) => `[${from}, ${to}]`,
  );
  writeFileSync(file, `${text}\n`);
  if (file === join(root, "docs", "performance.json")) pageWith(bench);
}
