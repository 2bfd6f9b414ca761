/** `new` refuses what is in the way, and then writes nothing. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { registry } from "../../functions/registry.ts";
import { cli } from "./cli.ts";

const root = join(import.meta.dirname, "../..");
const [taken = ""] = Object.keys(registry);
const state = () => [
  readdirSync(join(root, "functions"), { recursive: true, encoding: "utf8" }).sort(),
  readFileSync(join(root, "functions/registry.ts"), "utf8"),
];

test.each([
  [
    "an id that is taken",
    ["automation", `elsewhere/${taken}`],
    /^nightshift: there is a unit .+ already/,
  ],
  ["an id in capitals", ["automation", "cost/Idle"], /is no <family>\/<id>: write both in small/],
  ["no family", ["report", "idle"], /is no <family>\/<id>/],
  ["a path", ["report", "cost/idle/more"], /is no <family>\/<id>/],
  ["a way out of the folder", ["report", "../idle"], /is no <family>\/<id>/],
  ["an id that is too long", ["signal", `cost/${"x".repeat(41)}`], /at most 40 characters/],
  ["the name of a function", ["signal", "cost/tell-all"], /must not begin with tell/],
  ["another kind", ["widget", "cost/idle"], /is no kind of unit: write automation, report, signal/],
])("%s", async (_, args, says) => {
  const before = state();
  const { code, err, out } = await cli("new", ...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(says);
  expect(state()).toEqual(before);
});

test("check of a unit that there is not", async () => {
  const { code, err } = await cli("check", `${taken}x`);
  expect([code, err]).toEqual([2, expect.stringContaining(`did you mean ${taken}?`)]);
});
