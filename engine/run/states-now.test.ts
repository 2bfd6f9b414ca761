import { describe, expect, test } from "vitest";
import type { ActionRecord } from "../../ledger/actions.ts";
import { differencesOf } from "./states-now.ts";

const before = { type: "gp3", iops: 4000, tags: { Name: "data" } };
const taking = (made: string[]) => ({
  record: { target: "vol-1", within: null, before } as unknown as ActionRecord,
  made,
});
const seen = (states: Readonly<Record<string, unknown>>) =>
  new Map(Object.entries(states).map(([id, state]) => [id, { state, within: null }])) as never;

describe("in what something came back otherwise", () => {
  test.each<[what: string, made: string[], states: Record<string, unknown>, differs: unknown]>([
    ["itself, as it was", [], { "vol-1": before }, []],
    ["under another id", ["vol-2"], { "vol-2": before }, [["id", "vol-1", "vol-2"]]],
    [
      "under another id, and slower",
      ["vol-2"],
      { "vol-2": { ...before, iops: 3000 } },
      [
        ["id", "vol-1", "vol-2"],
        ["iops", "4000", "3000"],
      ],
    ],
    [
      "itself, without its tags",
      [],
      { "vol-1": { ...before, tags: {} } },
      [["tags", '{"Name":"data"}', "{}"]],
    ],
    ["not there yet", ["vol-2"], {}, []],
    ["beside others of the same container", ["vol-2"], { "vol-3": {} }, []],
  ])("%s", (_, made, states, differs) => {
    const found = differencesOf(taking(made), seen(states));
    expect(found.map(({ field, before: was, after: is }) => [field, was, is])).toEqual(differs);
  });

  test("is not said of what could not be looked at", () => {
    expect(differencesOf(taking([]), new Error("denied"))).toEqual([]);
  });
});
