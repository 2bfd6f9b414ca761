/**
 * `npm test`: all tests but the proofs, which take minutes for every unit or request and have a command
 * of their own (`npm run test:proofs`). With files named it runs those, whatever they are.
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");

/** Named one by one: chosen by their tag alone, all other files would be loaded and left out. */
function proofs(): string[] {
  const files = globSync("**/*.test.ts", {
    cwd: root,
    exclude: (name) =>
      ["node_modules", "build", "cdk.out", "dist"].includes(name) || name.startsWith("."),
  });
  return files.filter((file) =>
    readFileSync(join(root, file), "utf8").startsWith("// @module-tag proof\n"),
  );
}

function chosen([first, ...others]: readonly string[]): readonly string[] {
  if (first === "--proofs") return ["--project", "tests", ...proofs(), ...others];
  const projects = ["--project", "boundaries", "--project", "tests"];
  return first === undefined
    ? [...projects, "--tagsFilter=!proof"]
    : [...projects, first, ...others];
}

const { status } = spawnSync(process.execPath, [vitest, "run", ...chosen(process.argv.slice(2))], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
