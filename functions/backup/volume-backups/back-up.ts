/** One set of snapshots, from its making until all of it is complete. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import {
  createSnapshot,
  createSnapshots,
  deleteSnapshot,
  describeSnapshots,
} from "../../../aws/ec2/snapshot.ts";
import { count } from "../../../sdk/counted.ts";
import { type Carrier, flow } from "../../../sdk/flow.ts";
import { after, hours, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { maker, type SetName, tagOf } from "../backup-set.ts";
import type { Keep } from "../retention.ts";

/** What is to be made. */
export interface BackUp extends SetName {
  readonly volumes: readonly string[];
  readonly ofInstance: boolean;
  /** Data volumes of the instance that are left out. */
  readonly without: readonly string[];
  readonly withoutRoot: boolean;
  /** What people call what it is of. */
  readonly name?: string;
  readonly keep: Keep;
  readonly keepText: string;
}

const reads = [describeSnapshots] as const;
const writes = [createSnapshots, createSnapshot] as const;
type Aws = Carrier<typeof reads, typeof writes>;

function specifications(backUp: BackUp, { carries }: Aws) {
  const { about, slot, volumes, name, keepText } = backUp;
  const said = {
    ...(name !== undefined && { Name: name }),
    [tagOf.unit]: maker,
    [tagOf.about]: about,
    [tagOf.slot]: slot,
    [tagOf.keep]: keepText,
    [tagOf.size]: String(volumes.length),
    [tagOf.action]: carries.action,
    [tagOf.run]: carries.run,
  };
  const Tags = Object.entries(said).map(([Key, Value]) => ({ Key, Value }));
  return [{ ResourceType: "snapshot" as const, Tags }];
}

/** @returns the ids of what was made */
async function made(backUp: BackUp, aws: Aws): Promise<string[]> {
  const { about, slot, volumes, ofInstance, without, withoutRoot } = backUp;
  const Description = `${about} in the slot ${slot}, ${count(volumes.length, "volume")}`;
  const TagSpecifications = specifications(backUp, aws);
  if (!ofInstance) {
    const input = { VolumeId: about, Description, TagSpecifications };
    const { SnapshotId = "" } = await aws.write(createSnapshot(input));
    return [SnapshotId];
  }
  const InstanceSpecification = {
    InstanceId: about,
    ...(withoutRoot && { ExcludeBootVolume: true }),
    ...(without.length && { ExcludeDataVolumeIds: [...without] }),
  };
  const input = { InstanceSpecification, Description, TagSpecifications };
  const { Snapshots = [] } = await aws.write(createSnapshots(input));
  return Snapshots.map(({ SnapshotId = "" }) => SnapshotId).sort();
}

/** What a filter takes is more than an instance has volumes. */
const find = (read: Reader<typeof reads>, name: string, Values: readonly string[]) =>
  Array.fromAsync(
    read(describeSnapshots({ OwnerIds: ["self"], Filters: [{ Name: name, Values: [...Values] }] })),
  );

const stateOf = (found: readonly Snapshot[], id: string): string => {
  const snapshot = found.find(({ SnapshotId }) => SnapshotId === id);
  if (!snapshot) return "gone";
  const { State = "pending", StateMessage } = snapshot;
  return StateMessage && State === "error" ? `${State} (${StateMessage})` : State;
};

/** Snapshots of one volume that are being made at once are limited, and slow one another down. */
const patience = hours(3);

export const backUpVolumes = flow({
  id: "back-up-volumes",
  reads,
  writes,
  longest: hours(96),

  async carry(backUp: BackUp, aws) {
    const { until, began } = aws;
    await until(
      "nothing else is being made of its volumes",
      async (read, now) => {
        const found = await find(read, "volume-id", backUp.volumes);
        const busy = found.some(({ State }) => State === "pending");
        return !busy || now > after(began, patience) ? true : undefined;
      },
      { every: minutes(5), atMost: hours(6) },
    );
    const SnapshotIds = await made(backUp, aws);
    const states = await until(
      "all its snapshots are complete",
      async (read) => {
        const found = await find(read, "snapshot-id", SnapshotIds);
        const now = SnapshotIds.map((id) => [id, stateOf(found, id)] as const);
        return now.some(([, state]) => state === "pending") ? undefined : now;
      },
      { every: minutes(5), atMost: hours(84) },
    );
    const failed = states.filter(([, state]) => state !== "completed");
    if (failed.length)
      throw new Error(
        `the set is not whole: ${failed.map(([id, state]) => `${id} is ${state}`).join(", ")}`,
      );
    return { SnapshotIds };
  },

  inverse: [
    deleteSnapshot,
    (_, { SnapshotIds }) => SnapshotIds.map((SnapshotId) => ({ SnapshotId })),
  ],
});
