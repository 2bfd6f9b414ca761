import { expect, test } from "vitest";
import { withoutDescriptions } from "./descriptions.ts";

test.each([
  ['z.describe("How long.")', 'z.describe("")'],
  [
    'z.check(z.gte(0), z.describe(\n  "Says \\"so\\" (and how).",\n))',
    'z.check(z.gte(0), z.describe(""))',
  ],
  // What is worked out may be needed, and another's is another's.
  ["z.describe(`of it`)", "z.describe(`of it`)"],
  ['z.describe("a" + name)', 'z.describe("a" + name)'],
  ['test.describe("a")', 'test.describe("a")'],
])("%s is %s in a bundle", (code, expected) => expect(withoutDescriptions(code)).toBe(expected));
