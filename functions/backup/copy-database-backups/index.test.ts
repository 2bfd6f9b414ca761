import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import type { DeclaredRegion } from "../../../sdk/elsewhere.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { nextSweep, notesIn, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { copyTagOf } from "../copy-backups/copy.ts";
import { makeCluster, makeInstance } from "../database-backups/fixture.ts";
import { type SeedDatabaseBackup, seedDatabaseBackup } from "../prune-database-backups/fixture.ts";
import type { OwnSnapshot } from "../prune-database-backups/pieces.ts";
import { databaseCopiesIn } from "./fixture.ts";
import unit from "./index.ts";

const there = "us-east-2";
const key = `arn:aws:kms:${there}:123456789012:key/11111111-2222-3333-4444-555555555555`;
const keep = { hourly: 0, daily: 7, weekly: 4, monthly: 12, yearly: 0 };

describe("what is proposed", () => {
  const snapshot: OwnSnapshot & { keep: typeof keep | undefined } = {
    about: "db:orders",
    slot: "2026-11-21",
    id: "snapshot:nightshift-orders-1",
    name: "nightshift-orders-1",
    arn: "arn:aws:rds:eu-west-1:123456789012:snapshot:nightshift-orders-1",
    kind: "instance",
    status: "available",
    tags: [
      { Key: "team", Value: "shop" },
      { Key: tagOf.action, Value: "a-1" },
    ],
    resource: "db-1",
    engine: "oracle-ee",
    gibibytes: 20,
    madeAt: undefined,
    keep,
  };
  const to = { region: there as DeclaredRegion };
  const found = { snapshot, to, copies: [] as OwnSnapshot[] };
  test("a copy, with the snapshot's own tags and not ours", () =>
    expect(proposeFor(unit, found)).toMatchObject({
      because: `it has no copy in ${there}`,
      call: { input: { tags: [{ Key: "team", Value: "shop" }], madeBy: "a-1", to: there } },
    }));
  test("it is said that an option group stays behind", () =>
    expect(
      proposeFor(unit, { ...found, snapshot: { ...snapshot, optionGroup: "tde" } })?.because,
    ).toMatch(/option group tde stays behind/));
  test("a default one is nobody's concern", () =>
    expect(
      proposeFor(unit, { ...found, snapshot: { ...snapshot, optionGroup: "default:oracle-ee" } })
        ?.because,
    ).not.toMatch(/option group/));
  test("an encrypted one without a key is held, and says which region has none", () => {
    const encrypted = { ...found, snapshot: { ...snapshot, isEncrypted: true } };
    expect(unit.target(encrypted).managed).toMatch(/names no key of us-east-2/);
    expect(unit.target({ ...encrypted, to: { ...to, key } }).managed).toBeUndefined();
  });
  test("a cluster's that is not encrypted is given no key, which RDS would refuse", () => {
    const cluster = { ...snapshot, kind: "cluster" as const, about: "cluster:orders" };
    const withKey = { ...to, key };
    expect(
      proposeFor(unit, { ...found, snapshot: cluster, to: withKey })?.call.input,
    ).not.toHaveProperty("key");
    const encrypted = { ...cluster, isEncrypted: true };
    expect(
      proposeFor(unit, { ...found, snapshot: encrypted, to: withKey })?.call.input,
    ).toHaveProperty("key", key);
  });
  test.each<[what: string, other: Partial<typeof snapshot>]>([
    ["one that the ledger does not know", { keep: undefined }],
    ["one that is still being made", { status: "creating" }],
    ["one that failed", { status: "failed" }],
  ])("nothing of %s", (_, other) =>
    expect(proposeFor(unit, { ...found, snapshot: { ...snapshot, ...other } })).toBeUndefined(),
  );
});

test.each<[what: string, to: object, why: RegExp]>([
  ["another account", { region: there, account: "210987654321" }, /Leave `account` out/],
  ["a key of another region", { region: "eu-west-2", key }, /name a key of the region/],
  ["an alias for a key", { region: there, key: "alias/aws/rds" }, /must be the ARN of a key/],
])("config with %s is refused, and says what to do", (_, to, why) => {
  const parsed = unit.config.safeParse({ to: [to] });
  expect(JSON.stringify(parsed.error?.issues)).toMatch(why);
});

async function opened(
  backups: readonly SeedDatabaseBackup[],
  settings: Partial<UnitSettings> = {},
): Promise<TestDelivery> {
  const seed = async (aws: TestAccount, store: Store) => {
    await makeInstance(aws, "orders", {});
    await makeCluster(aws, "orders", {});
    for (const each of backups) await seedDatabaseBackup({ aws, store }, each);
  };
  const all = { config: { to: [{ region: there }] }, ...settings };
  const delivery = await open(unit, seed, all, true);
  onTestFinished(() => delivery.close());
  return delivery;
}
const one: SeedDatabaseBackup = { about: "db:orders", slot: "2026-11-21" };
const copiesIn = ({ aws }: TestDelivery) => databaseCopiesIn(aws, there);
const recordsOf = (delivery: TestDelivery, run: { readonly id: string }) =>
  actionsOf(delivery.store, "unit", unit.id, run.id);

test("a snapshot of an instance and of a cluster has one copy, whatever is delivered again", async () => {
  const delivery = await opened([one, { ...one, about: "cluster:orders" }]);
  const run = await delivery.ended(await delivery.deliver());
  await delivery.deliver();
  expect((await delivery.deliver({ start: nextSweep(delivery) })).actions).toEqual([]);
  const copies = await copiesIn(delivery);
  expect(copies.map(({ about }) => about).sort()).toEqual(["cluster:orders", "db:orders"]);
  const [copy] = copies;
  expect(tagIn({ Tags: [...(copy?.tags ?? [])] }, copyTagOf.from)).toMatch(/^eu-west-1\/snapshot:/);
  expect((await recordsOf(delivery, run)).map((each) => [each.outcome, each.verified])).toEqual(
    Array(2).fill(["applied", true]),
  );
});

test("the answer to a copy is lost: it is found again by its tag, in the region that it lies in", async () => {
  const delivery = await opened([one]);
  delivery.proxy.fault(({ operation }) => operation === "CopyDBSnapshot", "resetAfter", {
    times: 1,
  });
  const run = await delivery.ended(await delivery.deliver());
  expect((await recordsOf(delivery, run)).map(({ outcome }) => outcome)).toEqual(["applied"]);
  expect(await copiesIn(delivery)).toHaveLength(1);
});

test("too many copies at once are waited for", async () => {
  const delivery = await opened([one]);
  delivery.proxy.fault(
    ({ operation }) => operation === "CopyDBSnapshot",
    "refused:SnapshotQuotaExceeded",
    { times: 30 },
  );
  const run = await delivery.ended(await delivery.deliver());
  expect((await recordsOf(delivery, run)).map(({ outcome }) => outcome)).toEqual(["applied"]);
});

test("a key that RDS cannot use fails the action with its word for it, and leaves nothing", async () => {
  const delivery = await opened([one]);
  delivery.proxy.fault(
    ({ operation }) => operation === "CopyDBSnapshot",
    "refused:KMSKeyNotAccessibleFault",
    { times: 1 },
  );
  const run = await delivery.ended(await delivery.deliver());
  expect((await recordsOf(delivery, run)).map(({ error }) => error)).toEqual([
    expect.stringContaining("KMSKeyNotAccessibleFault"),
  ]);
  expect(await copiesIn(delivery)).toEqual([]);
});

test.each(["DescribeDBSnapshots", "DescribeDBClusterSnapshots"])(
  "where %s is denied, the run fails and nothing is copied",
  async (operation) => {
    const delivery = await opened([one]);
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await copiesIn(delivery)).toEqual([]);
  },
);

test("what only tags call ours is not copied, and takes no place among the newest", async () => {
  const delivery = await opened([
    one,
    ...["22", "23", "24"].map((day) => ({ ...one, slot: `2026-11-${day}`, recorded: false })),
  ]);
  const run = await delivery.deliver();
  expect(run.actions.map(({ target }) => target)).toEqual([`db:orders@2026-11-21@${there}`]);
});

test("an undo deletes the copy where it lies, and nothing of the snapshot", async () => {
  const delivery = await opened([one]);
  const run = await delivery.ended(await delivery.deliver());
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  const undone = await take((await take()).confirm);
  expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
  ]);
  expect(await copiesIn(delivery)).toEqual([]);
});

test("the settings name the snapshots' own region alone: that is told", async () => {
  const delivery = await opened([one], { config: { to: [{ region: "eu-west-1" }] } });
  expect((await delivery.deliver()).actions).toEqual([]);
  expect(await notesIn(delivery)).toEqual([expect.stringMatching(/^`to` names eu-west-1 alone/)]);
});
