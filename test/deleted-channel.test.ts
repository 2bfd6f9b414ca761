// @module-tag proof
/** A channel is one folder: without it, and with the lists made anew, the rest compiles. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { generatedIn } from "../tools/generate.ts";

const root = resolve(import.meta.dirname, "..");
/** What is made, not written, and what is no part of the product. */
const left = /^(node_modules|dist|cdk\.out|\.venv|\.nightshift|\.git|docs|test)(\/|$)|\.test\.ts$/;

const kinds = readdirSync(join(root, "channels"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => existsSync(join(root, "channels", name, "setting.ts")))
  .sort();

function product(): string {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-product-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(root, folder, {
    recursive: true,
    filter: (source) => !left.test(relative(root, source)),
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

function compile(folder: string): string {
  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout } = spawnSync(tsc, ["-p", "."], { cwd: folder, encoding: "utf8" });
  return stdout;
}

const deleted = kinds[0] ?? "";

test(`without ${deleted} the rest compiles`, { timeout: 600_000 }, () => {
  const folder = product();
  rmSync(join(folder, "channels", deleted), { recursive: true });
  for (const { file, text } of generatedIn(folder)) writeFileSync(join(folder, file), text);
  expect(compile(folder)).toBe("");
  expect(readFileSync(join(folder, "channels/kinds.ts"), "utf8")).not.toContain(`/${deleted}/`);
});
