import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { longest, longestFirst } from "./longest-first.ts";

const root = join(import.meta.dirname, "..");

test("each file that is to begin first is there", () => {
  expect(longest.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("files that take long begin first, in their order, and then the others as they come", () => {
  const [first = "", second = ""] = longest;
  const others = ["test/words.test.ts", "sdk/arn.test.ts"] as const;
  const files = [others[0], second, others[1], first].map((file) => ({
    moduleId: join(root, file),
  }));
  expect(longestFirst(root, files).map(({ moduleId }) => moduleId.slice(root.length + 1))).toEqual([
    first,
    second,
    ...others,
  ]);
});
