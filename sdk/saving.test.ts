import { expect, test } from "vitest";
import { priceUnknown, savingOf, savingText } from "./saving.ts";

const hint = "(see npx nightshift prices)";

test.each<[known: number, unpriced: number, text: string | undefined]>([
  [0, 0, undefined],
  [12, 0, "saves $12.00 a month"],
  [0, 3, `price unknown ${hint}`],
  [12, 2, `saves at least $12.00 a month; 2 without a known price ${hint}`],
])("%d dollars, and %d without a price", (known, unpriced, text) => {
  expect(savingText({ known, unpriced })).toBe(text);
});

test("a sum counts what has no price beside it, never as 0 and nothing else", () => {
  const saving = savingOf([
    { savesPerMonth: 5 },
    { savesPerMonth: null, unpriced: true },
    { savesPerMonth: null },
  ]);
  expect(saving).toEqual({ known: 5, unpriced: 1 });
});

test("an amount is written as its reader writes it, with or without a verb", () => {
  const amount = (dollars: number) => `${dollars} USD`;
  expect(savingText({ known: 5, unpriced: 0 }, { verb: "", amount })).toBe("5 USD a month");
  expect(savingText({ known: 0, unpriced: 1 }, { verb: "" })).toBe(priceUnknown);
});
