import { DeleteSnapshotCommand, DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { expect, onTestFinished, test } from "vitest";
import type { Store } from "../../../ledger/store.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { tagIn } from "../backup-set.ts";
import { copyPlace, type SeedCopy, seedCopy } from "./fixture.ts";
import unit from "./index.ts";

const there = "us-east-1";
const nights = (...slots: string[]): SeedCopy[] => slots.map((slot) => ({ slot, name: slot }));
const three = nights("2026-11-19", "2026-11-20", "2026-11-21");

async function opened(copies: readonly SeedCopy[], regions: readonly string[] = [there]) {
  const ids = new Map<string, string>();
  const seed = async (aws: TestAccount, store: Store) => {
    const place = await copyPlace(aws, store, there);
    for (const copy of copies) ids.set(copy.name, await seedCopy(place, copy));
  };
  const config = { regions, atLeast: 1 };
  const delivery = await open(unit, seed, { config, irreversible: "act" }, true);
  onTestFinished(() => delivery.close());
  return { delivery, ids };
}

async function namesThere({ aws }: TestDelivery): Promise<string[]> {
  const ec2 = aws.client(EC2Client, { region: there });
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  return Snapshots.flatMap((each) => tagIn(each, "Name") ?? []).sort();
}

test("what the retention of the newest no longer asks for goes, in the region that it lies in", async () => {
  const old = nights("2026-11-10", "2026-11-11");
  const { delivery } = await opened([...old, ...three]);
  const run = await delivery.deliver();
  expect(run.actions.map(({ because }) => because)).toEqual(
    Array(2).fill(expect.stringMatching(/^the retention \(daily=2 monthly=2, at least 1\) /)),
  );
  // The first of the month stays: 10 November, before which there is none.
  expect(await namesThere(delivery)).toEqual(["2026-11-10", "2026-11-20", "2026-11-21"]);
});

test("nothing goes where the settings name no region", async () => {
  const { delivery } = await opened([...nights("2026-11-10", "2026-11-11"), ...three], []);
  expect((await delivery.deliver()).actions).toEqual([]);
});

test("the newest was deleted there: the one before is then the last whole copy, and stays", async () => {
  const { delivery, ids } = await opened(nights("2026-11-20", "2026-11-21"));
  const SnapshotId = ids.get("2026-11-21");
  const ec2 = delivery.aws.client(EC2Client, { region: there });
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
  await delivery.deliver();
  expect(await namesThere(delivery)).toEqual(["2026-11-20"]);
});

test("half of a copy stays as long as no whole one is newer", async () => {
  const half: SeedCopy = { slot: "2026-11-22", name: "half", size: 2, ledger: "left" };
  const { delivery } = await opened([...three, half]);
  await delivery.deliver();
  expect(await namesThere(delivery)).toContain("half");
});

test("one whose copying goes on is left to it, and deleted when that has failed", async () => {
  const { delivery } = await opened([
    ...three,
    { slot: "2026-11-18", name: "half", size: 2, ledger: "begun" },
    { slot: "2026-11-17", name: "left", size: 2, ledger: "left" },
  ]);
  await delivery.deliver();
  const names = await namesThere(delivery);
  expect([names.includes("half"), names.includes("left")]).toEqual([true, false]);
});

test.each([
  "DescribeSnapshots",
  "DescribeLockedSnapshots",
  "DescribeImages",
  "DescribeSnapshotAttribute",
])("%s fails there: nothing is deleted", async (operation) => {
  const all = [...nights("2026-11-10", "2026-11-11"), ...three];
  const { delivery } = await opened(all);
  delivery.proxy.fault((call) => call.operation === operation, "denied");
  await expect(delivery.deliver()).rejects.toThrow();
  expect(await namesThere(delivery)).toHaveLength(all.length);
});

test.each([{ regions: ["mars"] }, { region: [] }, { atLeast: 0 }])(
  "config %o is refused",
  (config) => expect(unit.config.safeParse(config).success).toBe(false),
);
