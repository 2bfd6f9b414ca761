import { expect, test } from "vitest";
import { after, before, days } from "../../sdk/time.ts";
import { importsByLifetime, importsKnown } from "./import-quota.ts";

const now = new Date("2026-11-21T06:00:00Z");
const ago = (count: number): Date => before(now, days(count));

test("known is one import of each certificate within 365 days; ACM tells of no others", () => {
  const all = [ago(1), ago(364), ago(366), undefined].map((ImportedAt) => ({ ImportedAt }));
  expect(importsKnown(all, now)).toBe(2);
});

test.each<[what: string, first: number | undefined, last: number, life: number, imports: number]>([
  ["brought once", 30, 30, 90, 1],
  ["brought once, long ago", 400, 400, 900, 0],
  ["of six days, for a year", 500, 1, 6, 61],
  ["of 47 days, since spring", 200, 10, 47, 5],
  ["whose first import nobody knows", undefined, 10, 47, 1],
  ["whose life is none", 300, 10, 0, 1],
])("by lifetimes, of one %s", (_, first, last, life, imports) => {
  const from = ago(last);
  const span = { first: first === undefined ? first : ago(first), last: ago(last) };
  expect(importsByLifetime({ ...span, from, to: after(from, days(life)) }, now)).toBe(imports);
});
