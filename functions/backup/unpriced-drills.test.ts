import { afterEach, describe, expect, test } from "vitest";
import { usePrices } from "../../aws/pricing/prices.ts";
import { priceUnknown } from "../../sdk/saving.ts";
import { hours } from "../../sdk/time.ts";
import { testPrices } from "../../test/setup/prices.ts";
import { proposeFor } from "../../testing/propose.ts";
import { shownCost } from "./backup-drill/cost.ts";
import volumes from "./backup-drill/index.ts";
import { turnsOf } from "./backup-drill/rotation.ts";
import { tableDrillCost, tablePricesIn } from "./table-drill/cost.ts";
import tables from "./table-drill/index.ts";

const common = { slot: "2026-11-20", word: undefined, isTurn: true, isKnown: true };
const volume = {
  ...common,
  ...{ about: "vol-1", cost: undefined },
  snapshots: [{ SnapshotId: "snap-1", State: "completed" as const, VolumeSize: 100 }],
};
const BackupArn = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/backup/1";
const table = {
  ...common,
  ...{ about: "orders", tags: [], cost: undefined },
  backup: { BackupArn, BackupStatus: "AVAILABLE" as const, BackupSizeBytes: 10e9 },
};

afterEach(() => usePrices(testPrices));

describe.each([
  [
    "a drill of volumes",
    (config: Readonly<Record<string, unknown>>) => proposeFor(volumes, volume, { config }),
  ],
  [
    "a drill of a table",
    (config: Readonly<Record<string, unknown>>) => proposeFor(tables, table, { config }),
  ],
])("%s whose cost nobody knows", (_, propose) => {
  test("is held as it comes, with the way to know it and the way to be asked", () => {
    usePrices({});
    expect(() => propose({})).toThrow(
      `what its drill would cost is not known: ${priceUnknown}; or let a person be asked (\`unpriced: "ask"\`)`,
    );
  });
  test("is asked for where the settings say so, and nothing in it is a figure", () => {
    usePrices({});
    const proposal = propose({ unpriced: "ask" });
    expect(proposal?.asks).toBe(`what its drill costs is not known: ${priceUnknown}`);
    expect(proposal?.because).toContain("of unknown cost");
    expect(proposal?.because).not.toContain("$");
    expect(proposal?.call.input).not.toHaveProperty("price");
    expect(proposal?.call.input).not.toHaveProperty("prices");
  });
});

test("one that the settings give an instance to look with has no price either, as long as volumes have none", () => {
  usePrices({});
  const check = {
    ...{ subnet: "drill", securityGroups: ["drill"], profile: "drill" },
    ...{ hourly: 0.01 },
  };
  const config = { check, unpriced: "ask" };
  const proposal = proposeFor(volumes, volume, { config });
  expect(proposal?.because).toContain("of unknown cost");
  expect(proposal?.call.input).toMatchObject({ check: { hourly: 0.01 } });
});

test("an unknown cost is shown as unknown, a known one with its source", () => {
  expect(shownCost(undefined, "AWS's price list")).toBe(priceUnknown);
  expect(shownCost(0.2, "AWS's price list of eu-west-1 of 2026-11-20")).toBe(
    "about $0.20, by AWS's price list of eu-west-1 of 2026-11-20",
  );
});

test("where one of the prices of a table is missing, nothing is reckoned", () => {
  const { "eu-central-1": known } = testPrices;
  const { "dynamodb:restore": _, ...rest } = known?.prices ?? {};
  usePrices({ "eu-central-1": { currency: "USD", published: {}, prices: rest } });
  const prices = tablePricesIn("eu-central-1");
  expect(prices).toBeUndefined();
  expect(tableDrillCost({ bytes: 1e9, isCounted: true, span: hours(1) }, prices)).toBeUndefined();
});

test("an unknown cost takes nothing from the budget of the others", () => {
  const all = [
    { about: "a", last: undefined, cost: undefined },
    { about: "b", last: undefined, cost: 5 },
  ];
  expect(turnsOf(all, { places: 2, budget: 5, name: "2026-11-21" }).size).toBe(2);
});
