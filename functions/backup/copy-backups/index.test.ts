import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  type Snapshot,
} from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { decideOn } from "../../../engine/run/approve.ts";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import type { RunResult } from "../../../ledger/result.ts";
import type { Store } from "../../../ledger/store.ts";
import { compareText } from "../../../sdk/compare.ts";
import { before, days, hours } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { nextSweep, notesIn, type TestDelivery } from "../../../testing/delivery.ts";
import type { RecordedCall } from "../../../testing/recorded-call.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { makeVolume, seedSet } from "../prune-backups/fixture.ts";
import { type Keep, retained } from "../retention.ts";
import { type KnownBackup, worthCopying } from "./chosen.ts";
import { copyTagOf } from "./copy.ts";
import unit from "./index.ts";

const there = "us-east-1";
const key = `arn:aws:kms:${there}:123456789012:key/11111111-2222-3333-4444-555555555555`;

describe("config", () => {
  test.each<[what: string, to: object, why: RegExp]>([
    ["an alias for a key", { region: there, key: "alias/x" }, /must be the ARN of a key/],
    [
      "a key of another region",
      { region: "eu-west-2", key },
      /name a key of the region that they lie in/,
    ],
    ["another account", { region: there, account: "210987654321" }, /Leave `account` out/],
    ["no region at all", { region: "mars" }, /must be a region's name/],
  ])("with %s is refused, and says what to do", (_, to, why) => {
    const parsed = unit.config.safeParse({ to: [to] });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(why);
  });
  test("a region that is named twice is refused", () =>
    expect(unit.config.safeParse({ to: [{ region: there }, { region: there }] }).success).toBe(
      false,
    ));
});

async function opened(): Promise<TestDelivery> {
  const seed = async (aws: TestAccount, store: Store) => {
    const ec2 = aws.client(EC2Client);
    const place = { aws, store, ec2 };
    const volume = await makeVolume(ec2, `${aws.region}a`);
    await seedSet(place, { volume, slot: "2026-11-21", name: "data" });
    const other = await makeVolume(ec2, `${aws.region}a`);
    await seedSet(place, { volume: other, slot: "2026-11-21", name: "forged", recorded: false });
  };
  const delivery = await open(unit, seed, { config: { to: [{ region: there, key }] } }, true);
  onTestFinished(() => delivery.close());
  return delivery;
}

const copiesIn = async ({ aws }: TestDelivery, region: string) => {
  const asked = new DescribeSnapshotsCommand({ OwnerIds: ["self"] });
  const { Snapshots = [] } = await aws.client(EC2Client, { region }).send(asked);
  return Snapshots.filter((each) => tagIn(each, tagOf.unit) === unit.id);
};
/** The copy of `data` is of two: of one there is a copy, of the other none. */
async function halfCopied(): Promise<TestDelivery> {
  const seed = async (aws: TestAccount, store: Store) => {
    const ec2 = aws.client(EC2Client);
    const place = { aws, store, ec2 };
    const volume = await makeVolume(ec2, `${aws.region}a`);
    const other = await seedSet(place, { volume, slot: "2026-11-21", name: "logs" });
    await seedSet(place, { volume, slot: "2026-11-21", name: "data", missing: [other] });
  };
  const settings = { config: { to: [{ region: there }] }, approvers: [ann] };
  const delivery = await open(unit, seed, settings, true);
  onTestFinished(() => delivery.close());
  return delivery;
}
const deleteThere = ({ aws }: TestDelivery, { SnapshotId }: Snapshot) =>
  aws.client(EC2Client, { region: there }).send(new DeleteSnapshotCommand({ SnapshotId }));
const ann = "arn:aws:iam::123456789012:user/ann";

/** What somebody took away asks before it is made again: a person says so. */
async function sweptAndApproved(delivery: TestDelivery): Promise<RunResult> {
  await delivery.later(hours(2));
  const { at, plan, actions } = await delivery.deliver({ start: nextSweep(delivery) });
  const id = plan?.id ?? "";
  await decideOn(
    delivery.store,
    { approvers: [ann], twoPersonRule: false },
    { plan: id, verdict: "approve", by: ann, at },
  );
  const only = actions.map(({ target }) => target);
  const start = { ...delivery.start, kind: "decision" as const, key: `decision#${id}`, at };
  return delivery.ended(await delivery.deliver({ start: { ...start, plan: id, only } }));
}
const recordsOf = ({ store }: TestDelivery, run: { readonly id: string }) =>
  actionsOf(store, "unit", unit.id, run.id);

test("a set is copied to the region and key of the settings, once, and one that only its tags call ours is not", async () => {
  const delivery = await opened();
  const run = await delivery.ended(await delivery.deliver());
  const records = await recordsOf(delivery, run);
  expect(records.map(({ outcome, error }) => [outcome, error])).toEqual([["applied", null]]);
  await delivery.deliver();
  const other = { ...delivery.start, key: "again" };
  expect((await delivery.deliver({ start: other })).actions).toEqual([]);
  const [copy, ...more] = await copiesIn(delivery, there);
  expect(more).toEqual([]);
  expect(await copiesIn(delivery, delivery.aws.region)).toEqual([]);
  expect(copy && tagIn(copy, "Name")).toBe("data");
  expect(copy && tagIn(copy, copyTagOf.from)).toMatch(/^eu-west-1\/snap-/);
  expect(copy && tagIn(copy, tagOf.action)).toBe(records[0]?.id);
  expect(copy?.KmsKeyId).toBe(key);
});

test("the answer to a copy is lost: it is found again by its tag, in the region that it lies in", async () => {
  const delivery = await opened();
  delivery.proxy.fault(({ operation }) => operation === "CopySnapshot", "resetAfter", { times: 1 });
  const run = await delivery.ended(await delivery.deliver());
  expect((await recordsOf(delivery, run)).map(({ outcome }) => outcome)).toEqual(["applied"]);
  expect(await copiesIn(delivery, there)).toHaveLength(1);
});

test("too many copies at once are waited for, longer than any throttling", async () => {
  const delivery = await opened();
  const isCopy = ({ operation }: RecordedCall) => operation === "CopySnapshot";
  delivery.proxy.fault(isCopy, "refused:ResourceLimitExceeded", { times: 30 });
  const run = await delivery.ended(await delivery.deliver());
  expect((await recordsOf(delivery, run)).map(({ outcome }) => outcome)).toEqual(["applied"]);
  expect(await copiesIn(delivery, there)).toHaveLength(1);
});

test("an undo deletes the copy where it lies, and nothing of the set", async () => {
  const delivery = await opened();
  const run = await delivery.ended(await delivery.deliver());
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  const undone = await take((await take()).confirm);
  expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
  ]);
  expect(await copiesIn(delivery, there)).toEqual([]);
  const { Snapshots = [] } = await delivery.aws
    .client(EC2Client)
    .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  expect(Snapshots.filter((each) => tagIn(each, "Name") === "data")).toHaveLength(1);
});

test("a part of a copy was deleted: that alone is copied anew, and an undo takes that alone back", async () => {
  const delivery = await halfCopied();
  await delivery.ended(await delivery.deliver());
  const [gone, stays] = await copiesIn(delivery, there);
  if (gone) await deleteThere(delivery, gone);
  const run = await sweptAndApproved(delivery);
  const [record] = await recordsOf(delivery, run);
  expect(record?.because).toMatch(/1 snapshot beside 1 that are there/);
  const now = await copiesIn(delivery, there);
  expect(now).toHaveLength(2);
  expect(record?.output).toMatchObject({
    SnapshotIds: expect.arrayContaining(now.map(({ SnapshotId }) => SnapshotId)),
  });
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  await take((await take()).confirm);
  expect((await copiesIn(delivery, there)).map(({ SnapshotId }) => SnapshotId)).toEqual([
    stays?.SnapshotId,
  ]);
});

test("two copies of one are not copies of two", async () => {
  const delivery = await halfCopied();
  await delivery.ended(await delivery.deliver());
  const [gone, stays] = await copiesIn(delivery, there);
  if (gone) await deleteThere(delivery, gone);
  const ec2 = delivery.aws.client(EC2Client, { region: there });
  const VolumeId = await makeVolume(ec2, `${there}a`);
  await ec2.send(
    new CreateSnapshotCommand({
      VolumeId,
      TagSpecifications: [{ ResourceType: "snapshot", Tags: stays?.Tags }],
    }),
  );
  const run = await sweptAndApproved(delivery);
  expect((await recordsOf(delivery, run)).map(({ outcome }) => outcome)).toEqual(["applied"]);
  const sources = (await copiesIn(delivery, there)).map((each) => tagIn(each, copyTagOf.from));
  expect(new Set(sources).size).toBe(2);
});

test("sets that only tags call ours take no place among the newest", async () => {
  const seed = async (aws: TestAccount, store: Store) => {
    const ec2 = aws.client(EC2Client);
    const place = { aws, store, ec2 };
    const volume = await makeVolume(ec2, `${aws.region}a`);
    await seedSet(place, { volume, slot: "2026-11-20", name: "data" });
    for (const slot of ["2026-11-21", "2026-11-22", "2026-11-23"])
      await seedSet(place, { volume, slot, name: "forged", recorded: false });
  };
  const delivery = await open(unit, seed, { config: { to: [{ region: there }] } }, true);
  onTestFinished(() => delivery.close());
  await delivery.ended(await delivery.deliver());
  expect((await copiesIn(delivery, there)).map((each) => tagIn(each, "Name"))).toEqual(["data"]);
});

test("the settings name the sets' own region alone: that nothing is copied is told, once", async () => {
  const config = { to: [{ region: "eu-west-1" }] };
  const delivery = await open(unit, async () => {}, { config }, true);
  onTestFinished(() => delivery.close());
  await delivery.deliver();
  await delivery.later(hours(1));
  await delivery.deliver({ start: nextSweep(delivery) });
  expect(await notesIn(delivery)).toEqual([
    expect.stringMatching(/^`to` names eu-west-1 alone, .* Name another region\.$/),
  ]);
});

describe("what is copied is what pruning leaves", () => {
  const known = (slots: readonly string[], keep: Keep): KnownBackup[] =>
    slots.map((slot) => ({ about: "vol-1", slot, snapshots: [], keep }));
  const now = new Date("2026-11-21T12:00:00Z");
  const anySlots = fc.uniqueArray(
    fc
      .integer({ min: 0, max: 500 })
      .map((ago) => before(now, days(ago)).toISOString().slice(0, 10)),
    { minLength: 1, maxLength: 40 },
  );
  const few = fc.integer({ min: 0, max: 4 });
  const anyKeep = fc.record({ hourly: few, daily: few, weekly: few, monthly: few, yearly: few });

  test("whatever sets and copies there are: no copy is made that would be deleted again", () =>
    fc.assert(
      fc.property(
        fc.record({
          sets: anySlots,
          copies: anySlots,
          keep: anyKeep,
          newest: fc.integer({ min: 1, max: 9 }),
        }),
        ({ sets, copies, keep, newest }) => {
          const newestFirst = sets.toSorted((a, b) => compareText(b, a)).slice(0, newest);
          const chosen = worthCopying(known(newestFirst, keep), [...sets, ...copies], now);
          const there = [...new Set([...copies, ...chosen.map(({ slot }) => slot)])];
          const wall = now.getTime();
          const kept = retained(there, (slot) => slot, { keep, atLeast: 1, now: wall });
          const [first] = newestFirst;
          const isAhead = copies.some((slot) => slot > (first ?? ""));
          for (const { slot } of chosen)
            if (slot !== first || !isAhead) expect(kept).toContain(slot);
          expect(chosen[0]?.slot).toBe(first);
        },
      ),
    ));
});
