import { expect, test } from "vitest";
import { alikeTo } from "./alike.ts";
import { allows } from "./simulate.ts";

const account = "111111111111";
const table = `arn:aws:dynamodb:eu-west-1:${account}:table/nightshift`;
const writes = (...like: string[]) => ({
  Effect: "Allow" as const,
  Action: ["dynamodb:PutItem"],
  Resource: [table],
  Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": like } },
});
const partitions = ["unit#a#runs", "unit#a#lock#x", "unit#ab#runs", "undo#a", "watch#", "told#1"];

test.each<[name: string, statements: ReturnType<typeof writes>[], groups: string[][]]>([
  ["no condition", [], [partitions]],
  [
    "a unit's own",
    [writes("unit#a#*")],
    [
      ["unit#a#runs", "unit#a#lock#x"],
      ["unit#ab#runs", "undo#a", "watch#", "told#1"],
    ],
  ],
  [
    "several, one within another",
    [writes("unit#a#*", "unit#?#lock#*"), writes("undo#a")],
    [["unit#a#runs"], ["unit#a#lock#x"], ["unit#ab#runs", "watch#", "told#1"], ["undo#a"]],
  ],
])("%s: what is answered of one holds for all of its group", async (_, Statement, groups) => {
  const policy = { Version: "2012-10-17" as const, Statement };
  expect(alikeTo(policy, partitions)).toEqual(groups);
  for (const group of groups) {
    const answers = await Promise.all(
      group.map((partition) =>
        allows(
          policy,
          {
            role: "nightshift-a",
            action: "dynamodb:PutItem",
            resource: table,
            context: { "dynamodb:LeadingKeys": [partition] },
          },
          account,
        ),
      ),
    );
    expect(new Set(answers).size).toBe(1);
  }
});
