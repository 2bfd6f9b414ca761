import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wrongCopy } from "./copies.ts";
import { packageRoot } from "./paths.ts";

test("the settings of this repository use the copy that runs", () => {
  expect(wrongCopy([join(packageRoot, "nightshift.config.ts")])).toBeUndefined();
});

test("a file that finds another copy is named, with both and the remedy", () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-copies-"));
  const other = join(folder, "node_modules", "nightshift");
  mkdirSync(other, { recursive: true });
  writeFileSync(join(other, "package.json"), '{ "name": "nightshift", "version": "9.9.9" }');
  const file = join(folder, "nightshift.config.ts");
  const wrong = wrongCopy([file]) ?? "";
  for (const part of ["two copies", packageRoot, file, "9.9.9", other, "Keep one"])
    expect(wrong).toContain(part);
});

test("where no copy is found, the compiler or Node says so, not this", () => {
  expect(wrongCopy([join(tmpdir(), "nowhere", "nightshift.config.ts")])).toBeUndefined();
});
