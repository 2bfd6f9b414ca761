/**
 * How long bundling takes with forty units more: copies of one, in a project of their own.
 * `node tools/bench/copies.ts [number]`; the targets are 30 s cold and 3 s with one unit changed.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..", "..");
const project = join(root, ".nightshift", "copies");
const count = Number(process.argv[2] ?? 40);
const original = "functions/cost/log-retention/index.ts";

const idOf = (nth: number): string => `copy-${nth}`;
const fileOf = (nth: number): string => join(project, "functions", "copies", idOf(nth), "index.ts");

function write(): void {
  rmSync(project, { recursive: true, force: true });
  const text = readFileSync(join(root, original), "utf8").replaceAll('"../../../', `"${root}/`);
  const ids = Array.from({ length: count }, (_, nth) => nth);
  for (const nth of ids) {
    mkdirSync(join(fileOf(nth), ".."), { recursive: true });
    const own = text
      .replace('id: "log-retention"', `id: "${idOf(nth)}"`)
      .replace('family: "cost"', 'family: "copies"');
    writeFileSync(fileOf(nth), own);
  }
  const own = ids.map(
    (nth) => `    "${idOf(nth)}": () => ${`import(${JSON.stringify(fileOf(nth))})`},`,
  );
  const settings = [
    "export default {",
    '  home: "eu-central-1",',
    "  own: {",
    ...own,
    "  },",
    "};",
  ];
  writeFileSync(join(project, "nightshift.config.ts"), `${settings.join("\n")}\n`);
}

/** Seconds that the bundle step takes in a process of its own. */
function bundling(): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [join(root, "bin", "bundle.ts")], {
    cwd: project,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - began) / 1000;
}

write();
const cold = bundling();
const warm = bundling();
appendFileSync(fileOf(0), '\nconsole.debug("changed");\n');
const changed = bundling();
rmSync(project, { recursive: true, force: true });
console.table({ units: count, cold, warm, changed });
