import { expect, test } from "vitest";
import { chunks } from "./chunks.ts";

test("all of a list, in order, in pieces that are no longer than a call takes", () => {
  expect([...chunks([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
  expect([...chunks([1, 2], 2)]).toEqual([[1, 2]]);
  expect([...chunks([], 2)]).toEqual([]);
});
