import { deleteRetentionPolicy, putRetentionPolicy } from "nightshift/aws/logs/log-group";
import { expect, test } from "vitest";
import unit from "./index.ts";

const context = {
  account: "123456789012",
  region: "eu-central-1",
  now: new Date("2026-11-21T03:30:00Z"),
  since: undefined,
  config: unit.config.parse({}),
};
const logGroupName = "/dev/checkout";

test("a group that keeps for ever keeps for 14 days, and undo takes that away again", () => {
  expect(unit.propose({ logGroupName }, context)).toEqual({
    because: "it keeps its events for ever",
    call: putRetentionPolicy({ logGroupName, retentionInDays: 14 }),
  });
  const about = { target: logGroupName, within: undefined };
  expect(unit.restore?.calls({ retentionInDays: undefined }, about)).toEqual(
    deleteRetentionPolicy({ logGroupName }),
  );
});

test("a group that keeps for less is left alone", () => {
  expect(unit.propose({ logGroupName, retentionInDays: 7 }, context)).toBeUndefined();
});

test.each([{ days: 13 }, { prefix: "/" }, { perfix: "/dev/" }])(
  "config %o is refused",
  (config) => {
    expect(unit.config.safeParse(config).success).toBe(false);
  },
);
