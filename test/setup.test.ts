/** What every command of a checkout begins with: it installs, and touches nothing else. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** A clone in which all is installed already. */
function clone(): string {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-setup-"));
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const path of ["tools/setup.mjs", ".githooks"])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  write("package.json", '{ "name": "nightshift" }');
  write("package-lock.json", '{ "packages": { "": {} } }');
  write("node_modules/.package-lock.json", '{ "packages": {} }');
  write("node_modules/.bin/node", "");
  write("testing/requirements.txt", "moto");
  write(".venv/installed", createHash("sha256").update("moto").digest("hex"));
  write(".venv/bin/python", "#!/bin/sh\n");
  chmodSync(join(folder, ".venv/bin/python"), 0o755);
  expect(spawnSync("git", ["init", "--quiet"], { cwd: folder }).status).toBe(0);
  return folder;
}

test("leaves git's settings as they are", () => {
  const folder = clone();
  const settings = () => readFileSync(join(folder, ".git/config"), "utf8");
  const before = settings();
  const { status, stderr } = spawnSync(process.execPath, ["tools/setup.mjs"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  expect(settings()).toBe(before);
});

test("no script but `hooks` sets git up", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const setting = Object.entries(scripts).filter(([, script]) => /\bgit\b/.test(script));
  expect(setting.map(([name]) => name)).toEqual(["hooks"]);
});
