import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { allGenerated } from "../tools/generate.ts";

const root = resolve(import.meta.dirname, "..");

test.each(allGenerated(root))("$file is what it is made from", ({ file, text }) => {
  expect(readFileSync(join(root, file), "utf8"), "stale: run `npm run generate`").toBe(text);
});
