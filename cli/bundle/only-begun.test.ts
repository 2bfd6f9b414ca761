import { expect, test } from "vitest";
import { withoutCarrying } from "./only-begun.ts";

const left =
  'carry() { throw new Error("left out of Nightshift\'s bundles: flows are carried by their own"); }';

test("of a flow what it does and asks is left out, and how it is taken back stays", () =>
  expect(
    withoutCarrying(
      "export const a = flow({ id, reads, writes: [b, c] as const, longest: hours(1), async carry(x: X) { await d({ carry: e }); }, inverse: [f, g] });",
    ),
  ).toBe(
    `export const a = flow({ id, reads: [], writes: [], longest: hours(1), ${left}, inverse: [f, g] });`,
  ));

test("two in a module, and one that is not exported, are flows too", () =>
  expect(withoutCarrying("const a = flow({ carry });\nexport const b = flow({ carry: c });")).toBe(
    `const a = flow({ ${left} });\nexport const b = flow({ ${left} });`,
  ));

test.each([
  "const a = other({ reads, writes, carry() {} });",
  "const a = automation({ reads, writes, async carry() {} });",
  "const a = flow(definition);",
  "let a: number;",
])("%s stays as it is", (code) => expect(withoutCarrying(code)).toBe(code));
