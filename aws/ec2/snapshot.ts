import {
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  DeleteSnapshotCommand,
  DescribeLockedSnapshotsCommand,
  type DescribeLockedSnapshotsCommandInput,
  DescribeSnapshotAttributeCommand,
  EC2Client,
  paginateDescribeFastSnapshotRestores,
  paginateDescribeSnapshots,
  RestoreSnapshotFromRecycleBinCommand,
  type Snapshot,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import { paged, read, write } from "../../sdk/call.ts";

/** A snapshot's ARN names no account. */
export const anySnapshotArn = "arn:{partition}:ec2:{region}::snapshot/*";

/** Name them by a filter: one that is gone then fails nobody. */
export const describeSnapshots = paged(
  "ec2:DescribeSnapshots",
  EC2Client,
  paginateDescribeSnapshots,
  { items: (page) => page.Snapshots, pageSize: 1000 },
);

/** Refused for one that an image uses, that a backup service keeps or that is locked. */
export const deleteSnapshot = write("ec2:DeleteSnapshot", EC2Client, DeleteSnapshotCommand, {
  on: anySnapshotArn,
  already: ["InvalidSnapshot.NotFound"],
  irreversible: "a deleted snapshot is gone, and with it what only it held",
});

/** It comes back as it was, with its id and its tags. */
export const restoreSnapshotFromRecycleBin = write(
  "ec2:RestoreSnapshotFromRecycleBin",
  EC2Client,
  RestoreSnapshotFromRecycleBinCommand,
  { on: anySnapshotArn, irreversible: "it is there again, and what is there is deleted anew" },
);

/** The same deletion, for what a retention rule of the account may keep: undo asks for it there. */
export const deleteSnapshotToRecycleBin = write(
  "ec2:DeleteSnapshot",
  EC2Client,
  DeleteSnapshotCommand,
  {
    on: anySnapshotArn,
    already: ["InvalidSnapshot.NotFound"],
    uncertain:
      "a deleted snapshot is gone, and with it what only it held, unless a retention rule of the Recycle Bin keeps it for a while",
    inverse: [restoreSnapshotFromRecycleBin, ({ SnapshotId }) => ({ SnapshotId })],
  },
);

/** Creating a snapshot knows no idempotency field: it is found again by this tag. */
const tokenTag = "nightshift:token";

interface MakesSnapshots {
  readonly TagSpecifications?: TagSpecification[] | undefined;
}

/** @returns the input, with the token as a tag of what is made */
export function withSnapshotToken<I extends MakesSnapshots>(input: I, token: string) {
  const tags = (input.TagSpecifications ?? []).flatMap(({ Tags = [] }) => Tags);
  const Tags = [...tags, { Key: tokenTag, Value: token }];
  return { ...input, TagSpecifications: [{ ResourceType: "snapshot" as const, Tags }] };
}

/** How what was made with a token is looked for. */
export const bySnapshotToken = (token: string) => ({
  Filters: [{ Name: `tag:${tokenTag}`, Values: [token] }],
});

/** Tagging is allowed in the act of creating alone. */
/* @__NO_SIDE_EFFECTS__ */
export const tagsOfSnapshots = (creating: string) => ({
  on: anySnapshotArn,
  when: { StringEquals: { "ec2:CreateAction": [creating] } },
});

export const createSnapshot = write("ec2:CreateSnapshot", EC2Client, CreateSnapshotCommand, {
  on: [anySnapshotArn, "volume/*"],
  also: { "ec2:CreateTags": tagsOfSnapshots("CreateSnapshot") },
  token: {
    find: describeSnapshots,
    tag: withSnapshotToken,
    asking: bySnapshotToken,
    answer: ([snapshot]) => snapshot && { SnapshotId: snapshot.SnapshotId },
  },
  made: ({ SnapshotId }) => SnapshotId,
  inverse: [deleteSnapshot, (_, { SnapshotId }) => ({ SnapshotId })],
});

/** How many snapshots belong to a set: reads lag, and some of them are not yet all of them. */
export const setSizeTag = "nightshift:of";

const isWhole = (found: readonly Snapshot[]): boolean => {
  const size = found[0]?.Tags?.find(({ Key }) => Key === setSizeTag)?.Value;
  return found.length > 0 && found.length >= Number(size ?? 1);
};

/** All volumes of an instance at one moment. What is made should carry `setSizeTag`. */
export const createSnapshots = write("ec2:CreateSnapshots", EC2Client, CreateSnapshotsCommand, {
  on: [anySnapshotArn, "volume/*", "instance/*"],
  also: { "ec2:CreateTags": tagsOfSnapshots("CreateSnapshots") },
  token: {
    find: describeSnapshots,
    tag: withSnapshotToken,
    asking: bySnapshotToken,
    answer: (found) =>
      isWhole(found)
        ? { Snapshots: found.map(({ SnapshotId, VolumeId }) => ({ SnapshotId, VolumeId })) }
        : undefined,
  },
  made: ({ Snapshots = [] }) => Snapshots.map(({ SnapshotId }) => SnapshotId).join(", "),
  inverse: [
    deleteSnapshot,
    (_, { Snapshots = [] }) => Snapshots.map(({ SnapshotId }) => ({ SnapshotId })),
  ],
});

/** The SDK has no paginator for it. */
async function* pagesOfLocks(
  { client }: { readonly client: EC2Client },
  input: DescribeLockedSnapshotsCommandInput,
) {
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeLockedSnapshotsCommand({ ...input, ...(NextToken && { NextToken }) }),
    );
    yield page;
    NextToken = page.NextToken;
  } while (NextToken);
}

/** Nobody can delete them before their time, in `compliance` not even the account itself. */
export const describeLockedSnapshots = paged(
  "ec2:DescribeLockedSnapshots",
  EC2Client,
  pagesOfLocks,
  { items: (page) => page.Snapshots },
);

/** With whom it is shared. */
export const describeSnapshotAttribute = read(
  "ec2:DescribeSnapshotAttribute",
  EC2Client,
  DescribeSnapshotAttributeCommand,
  { on: anySnapshotArn, absent: ["InvalidSnapshot.NotFound"] },
);

/** Where volumes made of them are quick at once: somebody pays for that, and expects it. */
export const describeFastSnapshotRestores = paged(
  "ec2:DescribeFastSnapshotRestores",
  EC2Client,
  paginateDescribeFastSnapshotRestores,
  { items: (page) => page.FastSnapshotRestores, pageSize: 200 },
);
