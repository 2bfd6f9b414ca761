// @module-tag proof
/** A feature is a folder: who deletes it and makes the lists anew has a project that compiles. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const bin = join(root, "node_modules/.bin");
/** What is made, and what is there for tests alone. */
const leftOut = new Set([
  "node_modules",
  "dist",
  "cdk.out",
  ".venv",
  ".nightshift",
  ".git",
  "test",
]);
const isProduct = (path: string): boolean => !path.endsWith(".test.ts");

let copy = "";
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "nightshift-without-"));
  for (const name of readdirSync(root).filter((entry) => !leftOut.has(entry)))
    cpSync(join(root, name), join(copy, name), { recursive: true, filter: isProduct });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** @returns what the command printed, nothing where it succeeded */
function failureIn(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(join(bin, command), args, {
    cwd: copy,
    encoding: "utf8",
  });
  return status === 0 ? "" : `${command} ended with ${status}:\n${stdout}${stderr}`;
}

test("with oncall/ deleted the rest compiles, settings with `onCall` do not, and others are read", () => {
  rmSync(join(copy, "oncall"), { recursive: true });
  expect(failureIn("node", "tools/generate.ts")).toBe("");
  expect(failureIn("tsc", "-p", ".")).toBe("");

  const written = `${["import type { Settings }", '"./settings/settings.ts";'].join(" from ")}
export default { home: "eu-central-1", onCall: { rotations: {} } } satisfies Settings<object>;
`;
  writeFileSync(join(copy, "with-on-call.ts"), written);
  // That file alone, and what it needs: the rest has compiled.
  const alone = { extends: "./tsconfig.json", include: [], files: ["with-on-call.ts"] };
  writeFileSync(join(copy, "tsconfig.alone.json"), JSON.stringify(alone));
  expect(failureIn("tsc", "-p", "tsconfig.alone.json")).toContain("'onCall' does not exist");

  const reading = `const [{ features }, { parseSettings }] = await Promise.all(
  ["features", "settings/parse"].map((file) => import(\`./\${file}.ts\`)),
);
const read = (more) => parseSettings({ home: "eu-central-1", ...more }, { features, units: [] });
if (read({}).functions.includes("incidents")) throw new Error("incidents without a feature");
try { read({ onCall: { rotations: {} } }); } catch { process.exit(0); }
throw new Error("settings of a feature that is not there were read");
`;
  writeFileSync(join(copy, "reading.mjs"), reading);
  expect(failureIn("node", "reading.mjs")).toBe("");
}, 600_000);
