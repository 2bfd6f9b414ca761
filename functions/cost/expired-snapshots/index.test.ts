import { CreateTagsCommand, DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Remembered } from "../../../sdk/automation.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { lastSnapshotOf, storyTag } from "../unattached-volumes/last-snapshot.ts";
import { expiryOf, promisedDay } from "./expiry.ts";
import { fixture, seedLastSnapshot } from "./fixture.ts";
import unit from "./index.ts";

const now = new Date("2027-11-21T03:40:00Z");
const story = {
  [storyTag.taken]: "2026-11-21",
  [storyTag.because]: "nothing was attached since 2026-11-01",
};
const snapshot = {
  SnapshotId: "snap-1",
  VolumeId: "vol-1",
  State: "completed" as const,
  Tags: Object.entries(story).map(([Key, Value]) => ({ Key, Value })),
};
const found = {
  snapshot,
  expiry: { day: "2027-11-21" },
  isOurs: true,
  isAtWork: false,
  keptBy: undefined,
};

describe("what is proposed", () => {
  test("one whose day has come, with its story, and how the volume comes back while it is there", () => {
    expect(proposeFor(unit, found, { now })).toMatchObject({
      because:
        "it is the last snapshot of vol-1, taken on 2026-11-21 because nothing was attached since 2026-11-01, and was to be kept until 2027-11-21. While it is there it brings the volume back: aws ec2 create-volume --snapshot-id snap-1 --availability-zone ZONE. A later day in its tag nightshift:expires keeps it",
      call: { operation: "ec2:DeleteSnapshot", input: { SnapshotId: "snap-1" } },
    });
  });

  test.each<[what: string, more: object]>([
    ["whose day is tomorrow", { expiry: { day: "2027-11-22" } }],
    ["that is kept for good", { expiry: { forGood: true } }],
    ["that a flow is still at", { isAtWork: true }],
    ["that is still being made", { snapshot: { ...snapshot, State: "pending" } }],
    ["of others, with a tag that is no day", { isOurs: false, expiry: { unreadable: "soon" } }],
  ])("nothing of one %s", (_, more) =>
    expect(proposeFor(unit, { ...found, ...more }, { now })).toBeUndefined(),
  );

  test("a tag that is no day never deletes: it is told, with what to write", () => {
    const unreadable = { ...found, expiry: { unreadable: "next week" } };
    expect(() => proposeFor(unit, unreadable, { now })).toThrow(
      'its tag nightshift:expires says "next week", which is no day: write it as 2027-01-31, or take the tag off to keep the snapshot',
    );
  });
});

test.each<[text: string | undefined, expiry: object]>([
  ["2027-11-21", { day: "2027-11-21" }],
  [undefined, { forGood: true }],
  ["", { unreadable: "" }],
  ["2027-02-30", { unreadable: "2027-02-30" }],
  ["2027-13-01", { unreadable: "2027-13-01" }],
  ["21.11.2027", { unreadable: "21.11.2027" }],
  ["2027-11-21T00:00:00Z", { unreadable: "2027-11-21T00:00:00Z" }],
  ["0", { unreadable: "0" }],
])("the tag %o is read as %o", (text, expiry) => {
  const Tags = text === undefined ? [] : [{ Key: storyTag.expires, Value: text }];
  expect(expiryOf({ Tags })).toEqual(expiry);
});

test("what unattached-volumes writes is read", () => {
  const taken = lastSnapshotOf(
    { VolumeId: "vol-1", spec: { Tags: [] } as never, since: "2026-11-01", keepDays: 365 },
    { action: "a", run: "r", began: new Date("2026-11-21T02:30:00Z") },
  );
  const { TagSpecifications } = taken.input as { TagSpecifications: [{ Tags: [] }] };
  expect(expiryOf(TagSpecifications[0])).toEqual({ day: "2027-11-21" });
});

describe("what the ledger promised", () => {
  const remembered: Remembered = {
    unit: "unattached-volumes",
    action: "a",
    run: "r",
    at: new Date("2026-11-14T02:30:00Z"),
    call: { operation: "flow:reap-volume", input: { keepDays: 365 } },
    output: { SnapshotId: "snap-1" },
    before: null,
  };
  test.each<[what: string, given: Remembered | undefined, day: string | undefined]>([
    ["counts from the day of the action", remembered, "2027-11-14"],
    [
      "of another snapshot of that volume is none",
      { ...remembered, output: { SnapshotId: "snap-2" } },
      undefined,
    ],
    [
      "of one that is kept for good is none",
      { ...remembered, call: { operation: "x", input: { keepDays: 0 } } },
      undefined,
    ],
    ["where nothing is remembered is none", undefined, undefined],
  ])("%s", (_, given, day) => expect(promisedDay(given, "snap-1")).toBe(day));
});

const snapshotsIn = async ({ aws }: Pick<TestDelivery, "aws">) => {
  const { Snapshots = [] } = await aws
    .client(EC2Client)
    .send(
      new DescribeSnapshotsCommand({ Filters: [{ Name: "tag-key", Values: [storyTag.unit] }] }),
    );
  return Snapshots;
};

async function opened(settings: object): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, settings);
  onTestFinished(() => delivery.close());
  return delivery;
}

test("it asks first, also in act", async () => {
  const delivery = await opened({ mode: "act", irreversible: "ask" });
  const before = await snapshotsIn(delivery);
  expect((await delivery.deliver()).outcome).toBe("waiting");
  expect(await snapshotsIn(delivery)).toHaveLength(before.length);
});

test.each(["DescribeImages", "DescribeLockedSnapshots", "DescribeSnapshotAttribute"])(
  "where %s is denied nothing is deleted: an error is no empty list",
  async (operation) => {
    const delivery = await opened({ irreversible: "act" });
    const before = await snapshotsIn(delivery);
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await snapshotsIn(delivery)).toHaveLength(before.length);
  },
);

test("a tag that no day can be read from is told, and the others go on", async () => {
  const delivery = await open(
    unit,
    async (aws, store) => {
      const id = await seedLastSnapshot(aws, store, {
        name: "spoilt",
        expires: "2021-01-31",
        outcome: "applied",
        nth: 90,
      });
      await seedLastSnapshot(aws, store, {
        name: "over",
        expires: "2021-01-31",
        outcome: "applied",
        nth: 91,
      });
      await aws.client(EC2Client).send(
        new CreateTagsCommand({
          Resources: [id],
          Tags: [{ Key: storyTag.expires, Value: "31.1.2021" }],
        }),
      );
    },
    { irreversible: "act" },
  );
  onTestFinished(() => delivery.close());
  const run = await delivery.deliver();
  expect(run.actions.map(({ outcome }) => outcome)).toEqual(["applied"]);
  expect(await snapshotsIn(delivery)).toHaveLength(1);
});
