/** A bundle takes from Node.js what it names, and loads nothing else of it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pack } from "./pack.ts";

/** What a program prints in a process of its own. */
async function printed(source: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-builtins-"));
  await pack(folder, { source, settings: {} });
  return execFileSync(process.execPath, [join(folder, "index.mjs")], { encoding: "utf8" }).trim();
}

test.each([
  [
    "by name",
    'import { join } from "node:path"; import { EOL } from "os"; console.log(join("a", "b"), EOL === "\\n");',
    "a/b true",
  ],
  [
    "as a whole, and by its names",
    'import path, { sep } from "node:path"; import * as all from "node:path"; console.log(path.sep === sep, all.sep === sep);',
    "true true",
  ],
  [
    "of a part of it",
    'import { setTimeout } from "node:timers/promises"; console.log(await setTimeout(0, "waited"));',
    "waited",
  ],
  [
    "when it is needed",
    'const { createHash } = await import("node:crypto"); console.log(createHash("md5").update("").digest("hex").length);',
    "32",
  ],
])("what is imported %s is there", async (_how, source, expected) => {
  expect(await printed(source)).toBe(expected);
});

test("what reading a module's every name would load stays away", async () => {
  const source = [
    'import { STATUS_CODES } from "node:http";',
    "console.log(STATUS_CODES[200], process.moduleLoadList.some((name) => /undici/.test(name)));",
  ].join("\n");
  const unbundled = execFileSync(process.execPath, ["--input-type=module", "-e", source], {
    encoding: "utf8",
  });
  expect(unbundled.trim()).toBe("OK true");
  expect(await printed(source)).toBe("OK false");
});
