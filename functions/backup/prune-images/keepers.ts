/** What else keeps images of ours: asked only of those that their retention no longer asks for. */
import type { Image, Snapshot } from "@aws-sdk/client-ec2";
import { describeImageAttribute, describeImageReferences } from "../../../aws/ec2/image.ts";
import { imageMaker } from "../../../aws/ec2/image-backup.ts";
import {
  describeLockedSnapshots,
  describeSnapshotAttribute,
  describeSnapshots,
} from "../../../aws/ec2/snapshot.ts";
import { legalHoldOn, locksIn, sharedWith } from "../../../aws/ec2/snapshot-keepers.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { before, days } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { referencesTo } from "../../image-references.ts";
import { imageUsers, readsOfImageUsers } from "../../image-users.ts";
import { setId, setNameIn } from "../backup-set.ts";
import { permittedName } from "../image-backups/permissions.ts";
import { plannedSharing } from "../image-backups/planned-sharing.ts";
import type { AskLedger } from "../sparing.ts";

export const keeperReads = [
  ...readsOfImageUsers,
  describeImageAttribute,
  describeImageReferences,
  describeSnapshots,
  describeLockedSnapshots,
  describeSnapshotAttribute,
] as const;
type Read = Reader<typeof keeperReads>;

interface KeeperSearch {
  readonly now: Date;
  readonly unusedDays: number;
  readonly remembered: AskLedger;
}

const snapshotsOf = ({ BlockDeviceMappings = [] }: Image): string[] =>
  BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);

/** What its own fields say. AWS says a day late that an instance was started from it. */
function keptByItself(image: Image, { now, unusedDays }: KeeperSearch): string | undefined {
  const { Tags, DeregistrationProtection: protection, LastLaunchedTime } = image;
  if (protection && protection !== "disabled")
    return `its protection from being deregistered (${protection})`;
  if (LastLaunchedTime && new Date(LastLaunchedTime) > before(now, days(unusedDays)))
    return `an instance that was started from it on ${LastLaunchedTime.slice(0, 10)}`;
  return legalHoldOn(Tags) ?? (image.Public ? "whom it is shared with (all)" : managedBy(Tags));
}

/** Whom `image-backups` has let start instances from it, as its record says. */
async function sharedByPlan(image: Image, remembered: AskLedger): Promise<ReadonlySet<string>> {
  const set = setNameIn(image);
  const made = set && (await remembered({ unit: imageMaker, target: setId(set) }));
  return new Set(plannedSharing(made).map(permittedName));
}

/** @returns those that somebody else has let, as it reads in "managed by …" */
async function sharedByOthers(
  read: Read,
  image: Image,
  { remembered }: KeeperSearch,
): Promise<string | undefined> {
  const { ImageId = "" } = image;
  const answer = await read(describeImageAttribute({ ImageId, Attribute: "launchPermission" }));
  const names = (answer?.LaunchPermissions ?? []).map(permittedName);
  if (names.length === 0) return undefined;
  const planned = await sharedByPlan(image, remembered);
  const others = names.filter((name) => !planned.has(name));
  return others.length ? `whom it is shared with (${others.join(", ")})` : undefined;
}

/** A filter takes so many values. */
const filterValues = 200;

async function snapshotsIn(read: Read, images: readonly Image[]): Promise<Map<string, Snapshot>> {
  const found = new Map<string, Snapshot>();
  for (const some of chunks(images.flatMap(snapshotsOf), filterValues)) {
    const Filters = [{ Name: "snapshot-id", Values: [...some] }];
    for await (const each of read(describeSnapshots({ OwnerIds: ["self"], Filters })))
      found.set(each.SnapshotId ?? "", each);
  }
  return found;
}

interface SnapshotFacts {
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  readonly locks: ReadonlyMap<string, string>;
}

/** It keeps one of its snapshots, which would go with it. */
async function keptBySnapshot(
  read: Read,
  image: Image,
  { snapshots, locks }: SnapshotFacts,
): Promise<string | undefined> {
  const sharing = (SnapshotId: string) =>
    read(describeSnapshotAttribute({ SnapshotId, Attribute: "createVolumePermission" }));
  for (const id of snapshotsOf(image)) {
    const snapshot = snapshots.get(id);
    const keeper =
      locks.get(id) ??
      legalHoldOn(snapshot?.Tags) ??
      (snapshot && (await sharedWith({ sharing }, id)));
    if (keeper !== undefined) return `${keeper}, of its snapshot ${id}`;
  }
  return undefined;
}

/**
 * @param spare their retention no longer asks for them
 * @returns by the id of an image, as it reads in "managed by …"
 * @throws what AWS answers: what could not be read may keep any of them
 */
export async function keepersOf(
  read: Read,
  spare: readonly Image[],
  search: KeeperSearch,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (spare.length === 0) return found;
  const ids = spare.map(({ ImageId = "" }) => ImageId);
  const [users, named, snapshots, locks] = await Promise.all([
    imageUsers(read, ids),
    referencesTo(read, ids),
    snapshotsIn(read, spare),
    locksIn({ locks: () => read(describeLockedSnapshots({})) }),
  ]);
  for (const image of spare) {
    const { ImageId = "" } = image;
    const keeper =
      users.get(ImageId) ??
      named.get(ImageId) ??
      keptByItself(image, search) ??
      (await sharedByOthers(read, image, search)) ??
      (await keptBySnapshot(read, image, { snapshots, locks }));
    if (keeper !== undefined) found.set(ImageId, keeper);
  }
  return found;
}
