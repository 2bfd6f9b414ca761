/**
 * What each function's bundle may be, compressed, and of what parts it was when that was written
 * down: `node tools/bench/budgets.ts` takes the present sizes. A bundle that has outgrown its budget
 * fails a test that says which parts grew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundle } from "../../cli/bundle/bundle.ts";

const file = resolve(import.meta.dirname, "..", "generated", "bundle-budgets.json");
/** Bytes that it may grow before somebody has to look. */
const headroom = 1024;

/** A bundle's compressed bytes, and those of its parts before they are minified. */
export interface BundleSize {
  readonly zipped: number;
  readonly parts: Readonly<Record<string, number>>;
}
type Sizes = Readonly<Record<string, BundleSize>>;

/** By the folder of the bundle. */
export const budgets = (): Sizes => JSON.parse(readFileSync(file, "utf8")) as Sizes;

/** @param dist where the bundles lie */
export const sizesIn = (dist: string): Sizes =>
  JSON.parse(readFileSync(join(dist, "sizes.json"), "utf8")) as Sizes;

/** Which parts grew, the most first. */
function growth(now: BundleSize, before: BundleSize): string {
  const names = new Set([...Object.keys(now.parts), ...Object.keys(before.parts)]);
  const grown = [...names]
    .map((name) => ({ name, bytes: (now.parts[name] ?? 0) - (before.parts[name] ?? 0) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  return grown.map(({ name, bytes }) => `${name} by ${bytes} bytes`).join(", ");
}

/** What is larger than it may be, in words. */
export function overBudget(sizes: Sizes, allowed: Sizes): string[] {
  return Object.entries(sizes).flatMap(([folder, now]) => {
    const before = allowed[folder];
    if (!before)
      return [`${folder} has no budget: \`node tools/bench/budgets.ts\` writes its size down`];
    if (now.zipped <= before.zipped) return [];
    const kilobytes = (bytes: number) => (bytes / 1024).toFixed(1);
    return [
      `${folder} has ${kilobytes(now.zipped)} KB compressed, and may have ${kilobytes(before.zipped)}. Before they are minified, these grew: ${growth(now, before)}. Load them when they are needed, or leave them out; where it is worth it, \`node tools/bench/budgets.ts\` takes the size over`,
    ];
  });
}

if (import.meta.main) {
  const dist = resolve(import.meta.dirname, "..", "..", "dist");
  await bundle({ out: dist });
  const taken = Object.entries(sizesIn(dist)).map(([folder, { zipped, parts }]) => [
    folder,
    { zipped: zipped + headroom, parts: Object.fromEntries(Object.entries(parts).sort()) },
  ]);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(taken.sort()), null, 2)}\n`);
}
