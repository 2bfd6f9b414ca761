import type { Image, LockedSnapshotsInfo } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { everyOwnImage, everySharedImage } from "./image.ts";
import { imagesIn, legalHoldOn, locksIn, sharedWith } from "./snapshot-keepers.ts";

async function* each<T>(...all: readonly T[]): AsyncGenerator<T> {
  yield* all;
}

test("a lock keeps what it locks, in each of its states but the one in which it is over", async () => {
  const locked = each<LockedSnapshotsInfo>(
    { SnapshotId: "snap-1", LockState: "governance" },
    { SnapshotId: "snap-2", LockState: "compliance-cooloff" },
    { SnapshotId: "snap-3", LockState: "compliance" },
    { SnapshotId: "snap-4", LockState: "expired" },
  );
  expect([...(await locksIn({ locks: () => locked })).keys()]).toEqual([
    "snap-1",
    "snap-2",
    "snap-3",
  ]);
});

test("an image needs the snapshot of each of its disks, and none for what is no disk", async () => {
  const images = each<Image>({
    ImageId: "ami-1",
    BlockDeviceMappings: [
      { DeviceName: "/dev/xvda", Ebs: { SnapshotId: "snap-1" } },
      { DeviceName: "/dev/sdb", Ebs: { SnapshotId: "snap-2" } },
      { DeviceName: "/dev/sdc", VirtualName: "ephemeral0" },
      { DeviceName: "/dev/sdd", Ebs: { VolumeSize: 8 } },
    ],
  });
  expect([...(await imagesIn({ images: () => images })).keys()]).toEqual(["snap-1", "snap-2"]);
});

test("images that are disabled or deprecated are asked for: they need their snapshots all the same", () => {
  for (const asked of [everyOwnImage, everySharedImage])
    expect(asked).toMatchObject({ IncludeDisabled: true, IncludeDeprecated: true });
});

test.each([
  [[{ UserId: "210987654321" }, { Group: "all" as const }], "210987654321, all"],
  [[], undefined],
])("with %o it is shared with %s", async (CreateVolumePermissions, names) => {
  const said = await sharedWith({ sharing: async () => ({ CreateVolumePermissions }) }, "snap-1");
  expect(said).toEqual(names && `whom it is shared with (${names})`);
});

test("one that is gone is shared with nobody; one whose sharing is denied is an error", async () => {
  expect(await sharedWith({ sharing: async () => undefined }, "snap-1")).toBeUndefined();
  const denied = { sharing: () => Promise.reject(new Error("denied")) };
  await expect(sharedWith(denied, "snap-1")).rejects.toThrow("denied");
});

test("a legal hold is told with its reason, an empty one too", () => {
  expect(legalHoldOn([{ Key: "nightshift:legal-hold", Value: "case 7" }])).toMatch(/=case 7\)/);
  expect(legalHoldOn([{ Key: "nightshift:legal-hold", Value: "" }])).toBeDefined();
  expect(legalHoldOn([{ Key: "Name", Value: "x" }])).toBeUndefined();
  expect(legalHoldOn(undefined)).toBeUndefined();
});
