/** Carries out what docs/assurance.md counts, whole, and writes the page: `npm run assurance`. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assurancePage } from "./page.ts";

const root = join(import.meta.dirname, "../..");
const proofs = [
  "functions/backup/retention.test.ts",
  "functions/certificates/renew-certificates/crash.test.ts",
];

const { status } = spawnSync(
  process.execPath,
  [join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "tests", ...proofs],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, FC_RUNS: "200", NIGHTSHIFT_ASSURANCE: "1" },
  },
);
if (status === 0) writeFileSync(join(root, "docs/assurance.md"), assurancePage());
process.exitCode = status ?? 1;
