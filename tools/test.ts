/**
 * `npm test`: all tests but the proofs, which take minutes for every unit or request and have a command
 * of their own (`npm run test:proofs`). With files named it runs those, whatever they are.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const asked = process.argv.slice(2);
const which = asked.length ? asked : ["--tagsFilter=!proof"];
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--project", "boundaries", "--project", "tests", ...which],
  { cwd: root, stdio: "inherit" },
);
process.exitCode = status ?? 1;
