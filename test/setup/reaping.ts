/**
 * A small automation with a flow for tests of carrying: volumes that are tagged `wrong` are deleted
 * once a last snapshot holds them. What the flow waits for, the test says.
 */
import {
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { createSnapshot, describeSnapshots } from "../../aws/ec2/snapshot.ts";
import { createVolume, deleteVolume, describeVolumes } from "../../aws/ec2/volume.ts";
import { automation } from "../../sdk/automation.ts";
import { type Carrier, flow } from "../../sdk/flow.ts";
import { hours, minutes } from "../../sdk/time.ts";
import type { TestAccount } from "./aws.ts";

type Tags = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];
const nameOf = (tags: Tags = []) => tags.find(({ Key }) => Key === "Name")?.Value ?? "";

interface Reap {
  readonly VolumeId: string;
  readonly Size: number;
  readonly AvailabilityZone: string;
}

/** What the test has in its hands. */
export interface ReapWorld {
  /** How often the wait is asked before it is over. */
  pending: number;
  /** Called with how often it was asked until now. */
  asked?: (count: number) => Promise<unknown> | unknown;
  /** What speaks against the deletion. */
  objection?: string | undefined;
  /** In place of the flow's own code. */
  carry?: ((aws: ReapCarrier, VolumeId: string) => Promise<unknown>) | undefined;
  /** Called before the flow's end; what it throws, the flow throws. */
  atEnd?: (() => unknown) | undefined;
}

const reads = [describeVolumes, describeSnapshots] as const;
const byId = (name: string, ids: readonly string[]) => ({
  Filters: [{ Name: name, Values: [...ids] }],
});

const writes = [createSnapshot, deleteVolume] as const;
export type ReapCarrier = Carrier<typeof reads, typeof writes>;

export function reapingIn(world: ReapWorld) {
  const asks = new Map<string, number>();
  const reap = flow({
    id: "test-reap",
    reads,
    writes,
    longest: hours(30),
    async carry({ VolumeId }: Reap, aws) {
      const { write, until, look } = aws;
      if (world.carry) {
        await world.carry(aws, VolumeId);
        return { SnapshotId: "snap-none" };
      }
      const { SnapshotId = "" } = await write(
        createSnapshot({
          VolumeId,
          TagSpecifications: [{ ResourceType: "snapshot", Tags: [{ Key: "of", Value: VolumeId }] }],
        }),
      );
      await until(
        "the test says so",
        async () => {
          const count = (asks.get(VolumeId) ?? 0) + 1;
          asks.set(VolumeId, count);
          await world.asked?.(count);
          return count > world.pending || undefined;
        },
        { every: minutes(10), atMost: hours(24) },
      );
      const size = await look("the snapshot's size", async (read) => {
        const [snapshot] = await Array.fromAsync(
          read(describeSnapshots(byId("snapshot-id", [SnapshotId]))),
        );
        return snapshot?.VolumeSize;
      });
      if (size === undefined) throw new Error(`${SnapshotId} is gone`);
      await write(deleteVolume({ VolumeId }), async () => world.objection);
      world.atEnd?.();
      return { SnapshotId };
    },
    inverse: [
      createVolume,
      ({ Size, AvailabilityZone }, { SnapshotId }) => ({
        Size,
        AvailabilityZone,
        SnapshotId,
        TagSpecifications: [
          { ResourceType: "volume" as const, Tags: [{ Key: "Name", Value: "wrong" }] },
        ],
      }),
    ],
  });
  return automation({
    id: "test-reaping",
    family: "test",
    summary: "Deletes volumes that are wrong",
    on: [],
    config: z.strictObject({}),
    reads,
    writes: [reap],
    async *find({ read, only }) {
      yield* read(describeVolumes(only ? byId("volume-id", only) : {}));
    },
    target: ({ VolumeId, Tags }) => ({ id: VolumeId, tags: Tags ?? [] }),
    state: ({ Size, Tags }) => ({ size: Size, name: nameOf(Tags) }),
    propose({ VolumeId, Size = 1, AvailabilityZone = "", Tags }) {
      if (!VolumeId || !nameOf(Tags).startsWith("wrong")) return;
      return {
        because: "it is wrong",
        savesPerMonth: Size,
        call: reap({ VolumeId, Size, AvailabilityZone }),
      };
    },
  });
}

export async function makeVolumes(aws: TestAccount, ...names: string[]): Promise<string[]> {
  const ec2 = aws.client(EC2Client);
  const ids: string[] = [];
  for (const Value of names) {
    const { VolumeId = "" } = await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: `${aws.region}a`,
        Size: 8,
        TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "Name", Value }] }],
      }),
    );
    ids.push(VolumeId);
  }
  return ids;
}

/** Names of the volumes that are there. */
export async function volumesIn(aws: TestAccount): Promise<string[]> {
  const { Volumes = [] } = await aws.client(EC2Client).send(new DescribeVolumesCommand({}));
  return Volumes.map(({ Tags }) => nameOf(Tags)).sort();
}

/** Which volume each snapshot of ours is of. */
export async function snapshotsIn(aws: TestAccount): Promise<string[]> {
  const { Snapshots = [] } = await aws
    .client(EC2Client)
    .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  return Snapshots.flatMap(({ Tags = [] }) =>
    Tags.flatMap(({ Key, Value = "" }) => (Key === "of" ? [Value] : [])),
  );
}
