import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { generatedIn } from "../tools/generate.ts";

const root = resolve(import.meta.dirname, "..");

test.each(generatedIn(root))("$file is what its folders make it", ({ file, text }) => {
  expect(readFileSync(join(root, file), "utf8"), "stale: run `npm run generate`").toBe(text);
});
