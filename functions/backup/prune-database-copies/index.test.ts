import { DeleteDBSnapshotCommand, RDSClient } from "@aws-sdk/client-rds";
import { expect, onTestFinished, test } from "vitest";
import type { Store } from "../../../ledger/store.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { makeInstance } from "../database-backups/fixture.ts";
import { copyName, copyNamesIn, type SeedDatabaseCopy, seedDatabaseCopy } from "./fixture.ts";
import unit from "./index.ts";

const there = "us-east-1";
const nights = (...slots: string[]): SeedDatabaseCopy[] => slots.map((slot) => ({ slot }));
const three = nights("2026-11-19", "2026-11-20", "2026-11-21");

async function opened(copies: readonly SeedDatabaseCopy[], regions: readonly string[] = [there]) {
  const seed = async (aws: TestAccount, store: Store) => {
    await makeInstance(aws, "orders", {});
    for (const copy of copies) await seedDatabaseCopy({ aws, store, to: there }, copy);
  };
  const config = { regions, atLeast: 1 };
  const delivery = await open(unit, seed, { config, irreversible: "act" }, true);
  onTestFinished(() => delivery.close());
  return delivery;
}

test("what the retention of the newest no longer asks for goes, in the region that it lies in", async () => {
  const delivery = await opened([...nights("2026-11-10", "2026-11-11"), ...three]);
  const run = await delivery.deliver();
  expect(run.actions.map(({ because }) => because)).toEqual(
    Array(2).fill(expect.stringMatching(/^the retention \(daily=2 monthly=2, at least 1\) /)),
  );
  expect(await copyNamesIn(delivery.aws, there)).toEqual(
    ["2026-11-10", "2026-11-20", "2026-11-21"].map((slot) => copyName(slot, "eu-west-1")),
  );
  // What they are copies of is another pruner's business.
  expect(await copyNamesIn(delivery.aws, delivery.aws.region)).toHaveLength(5);
});

test("nothing goes where the settings name no region", async () => {
  const delivery = await opened([...nights("2026-11-10", "2026-11-11"), ...three], []);
  expect((await delivery.deliver()).actions).toEqual([]);
});

test("the newest was deleted there: the one before is then the last good copy, and stays", async () => {
  const delivery = await opened(nights("2026-11-20", "2026-11-21"));
  await delivery.aws
    .client(RDSClient, { region: there })
    .send(
      new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: copyName("2026-11-21", "eu-west-1") }),
    );
  await delivery.deliver();
  expect(await copyNamesIn(delivery.aws, there)).toEqual([copyName("2026-11-20", "eu-west-1")]);
});

test.each(["DescribeDBSnapshots", "DescribeDBClusterSnapshots", "DescribeDBSnapshotAttributes"])(
  "%s fails there: nothing is deleted",
  async (operation) => {
    const all = [...nights("2026-11-10", "2026-11-11"), ...three];
    const delivery = await opened(all);
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await copyNamesIn(delivery.aws, there)).toHaveLength(all.length);
  },
);

test.each([{ regions: ["mars"] }, { region: [] }, { atLeast: 0 }])(
  "config %j is refused",
  (config) => expect(unit.config.safeParse(config).success).toBe(false),
);
