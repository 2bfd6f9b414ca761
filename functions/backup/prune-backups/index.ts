/**
 * Deletes backups of `volume-backups` that their retention no longer asks for: by grandfather,
 * father and son, as the newest set says. The newest good set stays, and never fewer than a least
 * number. Only what the ledger and the tags both say is ours is deleted; what is locked, held,
 * shared, archived or used by an image is left alone and named. What is deleted is gone, so it asks
 * first, unless the settings say otherwise.
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { describeImages } from "../../../aws/ec2/image.ts";
import {
  deleteSnapshot,
  describeLockedSnapshots,
  describeSnapshotAttribute,
  describeSnapshots,
} from "../../../aws/ec2/snapshot.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { maker, oursByTag, setNameIn, tagIn, tagOf } from "../backup-set.ts";
import { pruningPlan, type Sparing, standingsOf } from "../sparing.ts";
import { piecesOf, pruner } from "./spare.ts";

const reads = [
  describeSnapshots,
  describeLockedSnapshots,
  describeImages,
  describeSnapshotAttribute,
] as const;
type Read = Reader<typeof reads>;

/** A filter takes so many values. */
const filterValues = 200;

interface Found {
  readonly snapshot: Snapshot;
  readonly standing: Sparing;
  /** What else keeps it: as it reads in "managed by …". */
  readonly keptBy: string | undefined;
}

async function snapshotsBy(read: Read, name: string, values: Iterable<string>) {
  const found: Snapshot[] = [];
  for (const Values of chunks([...values], filterValues)) {
    const Filters = [...oursByTag.Filters, { Name: name, Values }];
    for await (const each of read(describeSnapshots({ ...oursByTag, Filters }))) found.push(each);
  }
  return found;
}

/** Whether one is spare only all of the same instance or volume say. */
async function concerned(read: Read, only: readonly string[] | undefined): Promise<Snapshot[]> {
  if (!only) return Array.fromAsync(read(describeSnapshots(oursByTag)));
  const asked = await snapshotsBy(read, "snapshot-id", only);
  const abouts = new Set(asked.flatMap((each) => setNameIn(each)?.about ?? []));
  return snapshotsBy(read, `tag:${tagOf.about}`, abouts);
}

async function locksIn(read: Read): Promise<ReadonlyMap<string, string>> {
  const locks = new Map<string, string>();
  for await (const { SnapshotId = "", LockState = "" } of read(describeLockedSnapshots({})))
    if (LockState !== "expired") locks.set(SnapshotId, `its lock (${LockState})`);
  return locks;
}

async function imagesIn(read: Read): Promise<ReadonlyMap<string, string>> {
  const images = new Map<string, string>();
  for await (const { ImageId, BlockDeviceMappings = [] } of read(
    describeImages({ Owners: ["self"] }),
  ))
    for (const { Ebs } of BlockDeviceMappings)
      if (Ebs?.SnapshotId) images.set(Ebs.SnapshotId, `the image ${ImageId}`);
  return images;
}

async function sharedWith(read: Read, SnapshotId: string): Promise<string | undefined> {
  const answer = await read(
    describeSnapshotAttribute({ SnapshotId, Attribute: "createVolumePermission" }),
  );
  const permissions = answer?.CreateVolumePermissions ?? [];
  if (!permissions.length) return undefined;
  const names = permissions.map(({ UserId, Group }) => UserId ?? Group);
  return `whom it is shared with (${names.join(", ")})`;
}

/** What its own fields say; all else is asked only for what is spare. */
function keptByItself(snapshot: Snapshot): string | undefined {
  const hold = tagIn(snapshot, tagOf.hold);
  if (hold !== undefined) return `a legal hold (${tagOf.hold}=${hold})`;
  if (snapshot.StorageTier === "archive")
    return "the archive tier, which bills its days to the end";
  return managedBy(snapshot.Tags);
}

type Reason = (SnapshotId: string) => Promise<string | undefined>;

async function reasonsFor(read: Read, spare: readonly string[]): Promise<Reason> {
  if (!spare.length) return async () => undefined;
  const [locks, images] = await Promise.all([locksIn(read), imagesIn(read)]);
  return async (id) => locks.get(id) ?? images.get(id) ?? (await sharedWith(read, id));
}

export default automation({
  id: pruner,
  family: "backup",
  summary: "Deletes backups of volumes that their retention no longer asks for",
  on: [sweep("cron(45 4 * * ? *)", { window: minutes(30) })],
  config: pruningPlan,
  remembers: [maker, pruner],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 20 }),
  reads,
  writes: [deleteSnapshot],

  async *find({ read, only, config: { atLeast }, now, remembered }) {
    const all = await concerned(read, only);
    const when = { maker, pruner, atLeast, now, remembered };
    const standings = await standingsOf(piecesOf(all), when);
    const isAsked = (id: string) => !only || only.includes(id);
    const spare = [...standings].flatMap(([id, { spare: why }]) =>
      why !== undefined && isAsked(id) ? [id] : [],
    );
    const reasonFor = await reasonsFor(read, spare);
    for (const snapshot of all) {
      const { SnapshotId = "" } = snapshot;
      if (!isAsked(SnapshotId)) continue;
      const standing = standings.get(SnapshotId) ?? {};
      const own = standing.unknown ?? keptByItself(snapshot);
      const keptBy = own ?? (standing.spare ? await reasonFor(SnapshotId) : undefined);
      yield { snapshot, standing, keptBy } satisfies Found;
    }
  },

  target({ snapshot, keptBy }) {
    const { SnapshotId, Tags = [] } = snapshot;
    const about = setNameIn(snapshot)?.about;
    return {
      id: SnapshotId,
      tags: Tags,
      managed: keptBy,
      ...(about && { within: { id: about, tags: {} } }),
    };
  },

  name({ snapshot }) {
    const { about, slot } = setNameIn(snapshot) ?? {};
    return about && `${tagIn(snapshot, "Name") ?? about}, ${slot}, ${snapshot.VolumeId}`;
  },

  state: ({ snapshot }) => ({
    slot: setNameIn(snapshot)?.slot,
    VolumeId: snapshot.VolumeId,
    VolumeSize: snapshot.VolumeSize,
    StartTime: snapshot.StartTime,
  }),
  becomes: () => null,

  propose({ snapshot: { SnapshotId }, standing: { spare, unknown } }) {
    const because = spare ?? unknown;
    if (!SnapshotId || because === undefined) return;
    return { because, call: deleteSnapshot({ SnapshotId }) };
  },
});
