import { expect, test } from "vitest";
import { chunks, weighedChunks } from "./chunks.ts";

test("all of a list, in order, in pieces that are no longer than a call takes", () => {
  expect([...chunks([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
  expect([...chunks([1, 2], 2)]).toEqual([[1, 2]]);
  expect([...chunks([], 2)]).toEqual([]);
});

test("none of the pieces weighs more than it may; what is too heavy alone is one by itself", () => {
  const cut = (...items: number[]) => [
    ...weighedChunks(items, { length: 3, weight: (item) => item, most: 10 }),
  ];
  expect(cut(1, 2, 3, 4)).toEqual([[1, 2, 3], [4]]);
  expect(cut(5, 5, 1)).toEqual([[5, 5], [1]]);
  expect(cut(6, 5, 20, 1)).toEqual([[6], [5], [20], [1]]);
  expect(cut()).toEqual([]);
});
