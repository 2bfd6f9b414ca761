/**
 * What a cold start pays for: size and load time of each bundle, as a ratio to a module that is
 * empty. `npm run bench`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle } from "../cli/bundle/bundle.ts";

const starts = 15;
const root = resolve(import.meta.dirname, "..");

/** Milliseconds that importing takes in a process of its own; the median of several. */
function load(file: string): number {
  const source = `const began = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - began);`;
  const times = Array.from({ length: starts }, () =>
    Number(
      execFileSync(process.execPath, ["--input-type=module", "-e", source], {
        env: { ...process.env, AWS_REGION: "eu-central-1", POWERTOOLS_DEV: "false" },
      }),
    ),
  );
  return times.sort((a, b) => a - b)[Math.floor(starts / 2)] ?? Number.NaN;
}

await bundle();
const scratch = mkdtempSync(join(tmpdir(), "nightshift-bench-"));
try {
  const empty = join(scratch, "empty.mjs");
  writeFileSync(empty, "export const handler = async () => {};\n");
  const nothing = load(empty);
  const folder = join(root, "dist", "functions");
  const rows = readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "index.mjs")))
    .map((name) => {
      const sources = readdirSync(join(folder, name)).filter((file) => file.endsWith(".mjs"));
      const contents = sources.map((file) => readFileSync(join(folder, name, file)));
      const bytes = contents.reduce((sum, { length }) => sum + length, 0);
      const zipped = contents.reduce(
        (sum, content) => sum + gzipSync(content, { level: 9 }).length,
        0,
      );
      const time = load(join(folder, name, "index.mjs"));
      return {
        bundle: name,
        KB: Math.round(bytes / 1024),
        "zipped KB": Math.round(zipped / 1024),
        "load ms": Math.round(time),
        "times an empty module": Math.round(time / nothing),
      };
    });
  console.table(rows);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
