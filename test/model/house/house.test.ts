import { expect, test } from "vitest";
import { atEachCall, watched, watches } from "./watches.ts";

const names = Object.keys(watches) as (keyof typeof watches)[];
test.each(names)("%s", async (name) => {
  const began = performance.now();
  const { house, problems } = await watched(name);
  console.log(name, performance.now() - began, [...house.made].map(([of, { length }]) => `${of} ${length}`).join(", "));
  console.log(house.slack.messages.map(({ text, thread, edited }) => `${thread} ${edited} ${text}`).join("\n"));
  expect(problems).toEqual([]);
});
const every = Number(process.env.EVERY ?? 37);
test.each(names)("%s at each", { timeout: 900_000 }, async (name) => {
  const began = performance.now();
  const { wrong, count } = await atEachCall(name, (nth) => nth % every === 0);
  console.log(name, count, performance.now() - began, Object.keys(wrong).length);
  expect(wrong).toEqual({});
});
