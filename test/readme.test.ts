// @module-tag proof
/** The README's ten minutes, followed literally in a copy: its commands, and its one file. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const copy = mkdtempSync(join(tmpdir(), "nightshift-readme-"));
const readme = readFileSync(join(root, "README.md"), "utf8");
const section = readme.slice(readme.indexOf("## Writing an automation"), readme.indexOf("## More"));
const files = [...section.matchAll(/```ts file=(\S+)\n([\s\S]*?)```/g)].map(
  ([, name = "", text = ""]) => ({ name, text }),
);
const commands = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, text = ""]) =>
  text.split("\n").map((line) => line.replace(/#.*/, "").trim()),
);
const [checklist = ""] = [...section.matchAll(/```text\n([\s\S]*?)```/g)].map(
  ([, text = ""]) => text,
);

/** `npx nightshift …`, or a script of package.json, in the copy. */
function carryOut(command: string) {
  const [first, second, ...args] = command.split(/\s+/);
  const script = first === "npm" ? ["tools/docs.ts"] : ["bin/nightshift.ts", ...args];
  expect(first === "npm" ? command : second).toBe(first === "npm" ? "npm run docs" : "nightshift");
  return spawnSync(process.execPath, script, {
    cwd: copy,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
}

beforeAll(() => {
  const tracked = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  for (const path of tracked.split("\0").filter(Boolean))
    cpSync(join(root, path), join(copy, path), { recursive: true });
  for (const made of ["node_modules", ".venv"]) symlinkSync(join(root, made), join(copy, made));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test("one command and one file make an automation that is registered and owes nothing", {
  timeout: 600_000,
}, () => {
  const [create = "", docs = "", check = ""] = commands.filter(Boolean);
  expect(create).toBe("npx nightshift new automation cost/sandbox-logs");
  const made = carryOut(create);
  expect([made.status, made.stdout]).toEqual([0, expect.stringContaining("functions/registry.ts")]);
  expect(files.map(({ name }) => name)).toEqual(["functions/cost/sandbox-logs/index.ts"]);
  for (const { name, text } of files) writeFileSync(join(copy, name), text);
  expect(carryOut(docs).status).toBe(0);
  const checked = carryOut(check);
  expect(checked.stdout.trim()).toBe(checklist.trim());
  expect(checked.status).toBe(0);
});
