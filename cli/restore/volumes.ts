/** Volumes, by their id or by that of the instance that they are attached to. */
import { randomUUID } from "node:crypto";
import type { Instance, Snapshot, Volume } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { imageMaker } from "../../aws/ec2/image-backup.ts";
import { describeInstances } from "../../aws/ec2/instance.ts";
import { describeSnapshots } from "../../aws/ec2/snapshot.ts";
import { createVolume, describeVolumes } from "../../aws/ec2/volume.ts";
import { priceSource } from "../../aws/pricing/prices.ts";
import { reader } from "../../engine/run/reader.ts";
import {
  type BackupSet,
  isGood,
  maker,
  setId,
  setsIn,
  tagIn,
  tagOf,
} from "../../functions/backup/backup-set.ts";
import { driller } from "../../functions/backup/drilled.ts";
import { snapshotMaker } from "../../functions/backup/snapshot-maker.ts";
import { costPerMonth } from "../../functions/cost/volume-cost.ts";
import { count } from "../../sdk/counted.ts";
import { isDenied, NotPossible } from "../../sdk/errors.ts";
import { priceUnknown, savingText } from "../../sdk/saving.ts";
import type { Reader } from "../../sdk/unit.ts";
import { lastDone, type RestorePlace } from "./place.ts";
import {
  assertUsable,
  notDrilled,
  type Restorable,
  type RestorePlan,
  type RestorePoint,
  type RestoreStep,
  type RestoreWish,
  type Switching,
  tagsOfRestored,
} from "./point.ts";
import { drillProof } from "./proof.ts";

const reads = [describeSnapshots, describeVolumes, describeInstances] as const;
type Read = Reader<typeof reads>;

interface VolumePoint extends RestorePoint {
  readonly snapshots: readonly Snapshot[];
}

const made = z.object({ output: z.object({ SnapshotIds: z.array(z.string()) }) });
const alive = (snapshots: readonly Snapshot[]): Snapshot[] =>
  snapshots.filter(({ State }) => State !== "error");
const gigabytes = (snapshots: readonly Snapshot[]): number =>
  snapshots.reduce((sum, { VolumeSize = 0 }) => sum + VolumeSize, 0);
const makesText = (snapshots: readonly Snapshot[]): string =>
  `${count(snapshots.length, "volume")}, ${gigabytes(snapshots)} GB`;

const firstAt = (snapshots: readonly Snapshot[]): Date =>
  new Date(Math.min(...snapshots.map(({ StartTime }) => Number(StartTime ?? 0))));

/** Both must say so: anybody may write a tag. */
async function isKnown(place: RestorePlace, set: BackupSet): Promise<boolean> {
  const record = made.safeParse(await lastDone(place, maker, setId(set)));
  if (!record.success) return false;
  const ids = new Set(record.data.output.SnapshotIds);
  return alive(set.snapshots).every(({ SnapshotId = "" }) => ids.has(SnapshotId));
}

/** Whoever must restore at night may have no right to the ledger: that is said, and holds nobody up. */
async function makerOfSet(place: RestorePlace, set: BackupSet): Promise<string> {
  try {
    const doubtful = "set by its tags, of which the ledger knows nothing";
    return (await isKnown(place, set)) ? `set of ${maker}` : doubtful;
  } catch (error) {
    if (!isDenied(error)) throw error;
    return "set by its tags; you may not read the ledger";
  }
}

async function pointOfSet(place: RestorePlace, set: BackupSet): Promise<VolumePoint> {
  const snapshots = alive(set.snapshots);
  const [what, proof] = await Promise.all([
    makerOfSet(place, set),
    drillProof(place, driller, set),
  ]);
  return {
    id: set.slot,
    at: firstAt(set.snapshots),
    what,
    makes: makesText(snapshots),
    proof,
    snapshots,
    ...(!isGood(set.snapshots) && {
      refusal: "not all of its snapshots are there and completed",
    }),
  };
}

function whoseSnapshot(snapshot: Snapshot): string {
  const { by, name } = snapshotMaker(snapshot);
  return by === "nobody" ? "snapshot of somebody else's" : `snapshot of ${name}`;
}

function pointOfSnapshot(snapshot: Snapshot): VolumePoint {
  const { SnapshotId: id = "", State, StorageTier } = snapshot;
  const archived = StorageTier === "archive";
  const unfinished = State !== "completed" ? `its state is ${State}` : undefined;
  const refusal = archived ? "it is in the archive tier: restore-snapshot-tier first" : unfinished;
  return {
    id,
    at: snapshot.StartTime ?? new Date(0),
    what: whoseSnapshot(snapshot),
    makes: makesText([snapshot]),
    proof: notDrilled,
    snapshots: [snapshot],
    ...(refusal !== undefined && { refusal }),
  };
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(items);
const filter = (Name: string, Values: readonly string[]) => ({
  Filters: [{ Name, Values: [...Values] }],
});

async function originals(read: Read, target: string): Promise<Volume[]> {
  const by = target.startsWith("i-") ? "attachment.instance-id" : "volume-id";
  return all(read(describeVolumes(filter(by, [target]))));
}

async function snapshotsOf(read: Read, target: string, volumes: readonly Volume[]) {
  const owned = { OwnerIds: ["self"] };
  const ids = new Set([target, ...volumes.flatMap(({ VolumeId = [] }) => VolumeId)]);
  const lists = [
    read(describeSnapshots({ ...owned, ...filter(`tag:${tagOf.about}`, [target]) })),
    read(describeSnapshots({ ...owned, ...filter("volume-id", [...ids]) })),
  ];
  const found = new Map<string, Snapshot>();
  for (const list of lists) for await (const each of list) found.set(each.SnapshotId ?? "", each);
  return [...found.values()];
}

/** What a volume is made like. */
interface MadeLike {
  readonly target: string;
  readonly zone: string;
  readonly original: Volume | undefined;
}

/** As the original is; without it as EC2 makes one by itself. */
function stepOf(snapshot: Snapshot, { target, zone, original }: MadeLike): RestoreStep {
  const { SnapshotId = "", VolumeId: of = "" } = snapshot;
  const { VolumeType = "gp3" } = original ?? {};
  const size = Math.max(original?.Size ?? 0, snapshot.VolumeSize ?? 0);
  const { Iops, Throughput, KmsKeyId, Encrypted } = original ?? {};
  const tags = tagsOfRestored(of || target, SnapshotId, original?.Tags ?? snapshot.Tags);
  const input = {
    SnapshotId,
    AvailabilityZone: zone,
    VolumeType,
    Size: size,
    ...(Iops !== undefined && VolumeType !== "gp2" && { Iops }),
    ...(Throughput !== undefined && VolumeType === "gp3" && { Throughput }),
    ...(Encrypted && { Encrypted, ...(KmsKeyId !== undefined && { KmsKeyId }) }),
    ClientToken: randomUUID(),
    TagSpecifications: [{ ResourceType: "volume" as const, Tags: tags }],
  };
  return {
    words: `a volume of ${SnapshotId} (of ${of || "a volume that it does not name"}): ${VolumeType}, ${size} GB, in ${zone}`,
    write: createVolume,
    call: createVolume(input),
    made: (output) => z.object({ VolumeId: z.string() }).parse(output).VolumeId,
  };
}

/** What is made like the original costs what that does; whatever it is made of. */
function costText(steps: readonly RestoreStep[], region: string): string {
  const costs = steps.map(({ call }) => {
    const { VolumeType, Size, Iops, Throughput } = call.input as MadeVolume;
    const volume = { type: VolumeType, size: Size, iops: Iops, throughput: Throughput };
    return costPerMonth(volume, region);
  });
  const known = costs.filter((cost) => cost !== undefined);
  const sum = known.reduce((total, cost) => total + cost, 0);
  const unpriced = costs.length - known.length;
  const text = savingText({ known: sum, unpriced }, { verb: "about" }) ?? priceUnknown;
  const source = known.length ? `, by ${priceSource(region, "ebs")}` : "";
  return known.length ? `${text} while it is there${source}` : text;
}

interface MadeVolume {
  readonly VolumeType: string;
  readonly Size: number;
  readonly Iops?: number;
  readonly Throughput?: number;
}

const region = (place: RestorePlace): string => `--region ${place.region}`;

function switchOf(
  place: RestorePlace,
  pairs: readonly (readonly [made: string, original: Volume | undefined])[],
): Switching {
  const at = region(place);
  const [next, back]: [string[], string[]] = [[], []];
  for (const [id, original] of pairs) {
    const [where] = original?.Attachments ?? [];
    if (!where) {
      next.push(
        `aws ec2 attach-volume ${at} --volume-id ${id} --instance-id INSTANCE --device DEVICE`,
      );
      continue;
    }
    const old = original?.VolumeId ?? "";
    const spot = `--instance-id ${where.InstanceId} --device ${where.Device}`;
    next.push(`aws ec2 detach-volume ${at} --volume-id ${old}`);
    next.push(`aws ec2 wait volume-available ${at} --volume-ids ${old}`);
    next.push(`aws ec2 attach-volume ${at} --volume-id ${id} ${spot}`);
    back.push(`aws ec2 detach-volume ${at} --volume-id ${id}`);
    back.push(`aws ec2 wait volume-available ${at} --volume-ids ${id}`);
    back.push(`aws ec2 attach-volume ${at} --volume-id ${old} ${spot}`);
  }
  const ids = pairs.map(([id]) => id);
  const instances = new Set(
    pairs.flatMap(([, volume]) => volume?.Attachments?.[0]?.InstanceId ?? []),
  );
  const each = (verb: string): string[] =>
    [...instances].map((id) => `aws ec2 ${verb}-instances ${at} --instance-ids ${id}`);
  const stopped = [...instances].map(
    (id) => `aws ec2 wait instance-stopped ${at} --instance-ids ${id}`,
  );
  const stop = [...each("stop"), ...stopped];
  return {
    next: [
      `aws ec2 wait volume-available ${at} --volume-ids ${ids.join(" ")}`,
      ...stop,
      ...next,
      ...each("start"),
    ],
    back: back.length ? [...stop, ...back, ...each("start")] : [],
    remove: ids.map((id) => `aws ec2 delete-volume ${at} --volume-id ${id}`),
  };
}

async function zoneOf(read: Read, target: string, volumes: readonly Volume[]): Promise<string> {
  const [zone] = volumes.flatMap(({ AvailabilityZone = [] }) => AvailabilityZone);
  if (zone !== undefined) return zone;
  const instances: Instance[] = target.startsWith("i-")
    ? await all(read(describeInstances(filter("instance-id", [target]))))
    : [];
  const placed = instances[0]?.Placement?.AvailabilityZone;
  if (placed !== undefined) return placed;
  throw new NotPossible(
    `${target} is gone, so its zone is not known: give the one to restore it in with --zone`,
  );
}

/** @param zone where the original is gone */
export async function volumesOf(
  place: RestorePlace,
  target: string,
  zone: string | undefined,
): Promise<Restorable> {
  const read = reader(reads, place.clients, place.region);
  const volumes = await originals(read, target);
  const snapshots = await snapshotsOf(read, target, volumes);
  // Those of images bear the names of slots too, and are no part of the sets of the same slots.
  const own = snapshots.filter((each) => tagIn(each, tagOf.unit) !== imageMaker);
  const sets = setsIn(own).filter(({ about }) => about === target);
  const inSets = new Set(sets.flatMap((set) => set.snapshots));
  const points = [
    ...(await Promise.all(sets.map((set) => pointOfSet(place, set)))),
    ...snapshots.filter((each) => !inSets.has(each)).map(pointOfSnapshot),
  ];
  return {
    points,
    async plan({ point, name, instance }: RestoreWish): Promise<RestorePlan> {
      assertUsable(point);
      if (instance)
        throw new NotPossible(
          `${point.id} makes volumes, no instance: of an image (ami-…) an instance is made`,
        );
      if (name !== undefined)
        throw new NotPossible("volumes have ids, which AWS gives: leave --name away");
      const chosen = points.find(({ id }) => id === point.id)?.snapshots ?? [];
      const where = zone ?? (await zoneOf(read, target, volumes));
      const originalOf = (snapshot: Snapshot) =>
        volumes.find(({ VolumeId }) => VolumeId === snapshot.VolumeId);
      const steps = chosen.map((snapshot) =>
        stepOf(snapshot, { target, zone: where, original: originalOf(snapshot) }),
      );
      const gone = chosen.filter((snapshot) => !originalOf(snapshot)).length;
      return {
        point,
        steps,
        cost: costText(steps, place.region),
        notes: gone
          ? [`${count(gone, "original")} not there any more: type and speed are EC2's own of gp3`]
          : [],
        switching: (ids) =>
          switchOf(
            place,
            chosen.map((snapshot, at) => [ids[at] ?? "", originalOf(snapshot)]),
          ),
      };
    },
  };
}
