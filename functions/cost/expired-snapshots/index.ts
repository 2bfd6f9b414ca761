/**
 * Deletes the last snapshots that `unattached-volumes` takes before it deletes a volume, when the time
 * is over that they were to be kept for (`keepSnapshot`, on the snapshot as `nightshift:expires`). What
 * such a snapshot holds is as a rule held by nothing else: so a person is asked before each, and told
 * how the volume comes back from it while it is there. Who writes a later day into the tag, or takes it
 * off, keeps it.
 *
 * Only what carries the story's tags *and* what the ledger says that `unattached-volumes` has made is
 * deleted; what is locked, held, shared, archived or used by an image is left alone and named.
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeImages, everyOwnImage } from "../../../aws/ec2/image.ts";
import {
  deleteSnapshotToRecycleBin,
  describeLockedSnapshots,
  describeSnapshotAttribute,
  describeSnapshots,
} from "../../../aws/ec2/snapshot.ts";
import {
  imagesIn,
  legalHoldOn,
  locksIn,
  type SnapshotKeepers,
  sharedWith,
} from "../../../aws/ec2/snapshot-keepers.ts";
import { type AutomationSearch, automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { storyTag, taker } from "../unattached-volumes/last-snapshot.ts";
import { type Expiry, expiryOf, promisedDay, storyOf } from "./expiry.ts";

const reads = [
  describeSnapshots,
  describeLockedSnapshots,
  describeImages,
  describeSnapshotAttribute,
] as const;
type Read = Reader<typeof reads>;

const config = z.strictObject({});

interface Found {
  readonly snapshot: Snapshot;
  readonly expiry: Expiry;
  /** The ledger says so, and not its tags alone. */
  readonly isOurs: boolean;
  /** The flow that made it is still at it. */
  readonly isAtWork: boolean;
  /** Who else decides about it: as it reads in "managed by …". */
  readonly keptBy: string | undefined;
}

/** A filter takes so many values. */
const filterValues = 200;

const ofTaker = { Name: `tag:${storyTag.unit}`, Values: [taker] };

async function lastSnapshots(read: Read, only: readonly string[] | undefined): Promise<Snapshot[]> {
  const ask = (more: readonly { Name: string; Values: string[] }[]) =>
    Array.fromAsync(read(describeSnapshots({ OwnerIds: ["self"], Filters: [ofTaker, ...more] })));
  if (!only) return ask([]);
  const found: Snapshot[] = [];
  for (const Values of chunks(only, filterValues))
    found.push(...(await ask([{ Name: "snapshot-id", Values }])));
  return found;
}

const keepersIn = (read: Read): SnapshotKeepers => ({
  locks: () => read(describeLockedSnapshots({})),
  images: () => read(describeImages(everyOwnImage)),
  sharing: (SnapshotId) =>
    read(describeSnapshotAttribute({ SnapshotId, Attribute: "createVolumePermission" })),
});

/** What its own fields say. */
function keptByItself({ StorageTier, Tags }: Snapshot): string | undefined {
  if (StorageTier === "archive") return "the archive tier, which bills its days to the end";
  return legalHoldOn(Tags);
}

type Search = AutomationSearch<typeof config, typeof reads>;

/** As the ledger has it: a tag alone deletes nothing. */
async function standingOf(snapshot: Snapshot, { madeBy, remembered }: Search) {
  const { SnapshotId = "", VolumeId = "" } = snapshot;
  const action = storyOf(snapshot, storyTag.action);
  const run = storyOf(snapshot, storyTag.run);
  const maker = action && run && (await madeBy({ unit: taker, run, action }, SnapshotId));
  const expiry = expiryOf(snapshot);
  if (!maker) return { expiry, isOurs: false, isAtWork: false };
  const promised = promisedDay(await remembered({ unit: taker, target: VolumeId }), SnapshotId);
  const isEarly = "day" in expiry && promised !== undefined && expiry.day < promised;
  return { expiry: isEarly ? { day: promised } : expiry, isOurs: true, isAtWork: !maker.isOver };
}

const isOver = (expiry: Expiry, now: Date): boolean =>
  "day" in expiry && expiry.day <= now.toISOString().slice(0, 10);

export default automation({
  id: "expired-snapshots",
  family: "cost",
  summary: "Deletes last snapshots of deleted volumes when the time they were kept for is over",
  on: [sweep("cron(40 3 * * ? *)", { window: minutes(30) })],
  config,
  remembers: [taker],
  reads,
  writes: [deleteSnapshotToRecycleBin],
  lost: [
    "The volume's data, unless a retention rule of the Recycle Bin keeps the snapshot: then it comes back as it was, with its id, until the rule's time is over.",
  ],

  async *find(search): AsyncGenerator<Found> {
    const { read, only, now } = search;
    const snapshots = await lastSnapshots(read, only);
    const isAnyOver = snapshots.some((each) => isOver(expiryOf(each), now));
    const keepers = keepersIn(read);
    const nobody: ReadonlyMap<string, string> = new Map();
    const [locks, images] = isAnyOver
      ? await Promise.all([locksIn(keepers), imagesIn(keepers)])
      : [nobody, nobody];
    for (const snapshot of snapshots) {
      const { SnapshotId = "" } = snapshot;
      const { expiry, isOurs, isAtWork } = await standingOf(snapshot, search);
      const known = { snapshot, expiry, isOurs, isAtWork };
      if (!isOver(expiry, now)) {
        yield { ...known, keptBy: undefined };
        continue;
      }
      const nobodys = isOurs
        ? undefined
        : `nobody: its tags say that ${taker} took it, and the ledger does not`;
      const others = keptByItself(snapshot) ?? locks.get(SnapshotId) ?? images.get(SnapshotId);
      const keptBy = nobodys ?? others ?? (await sharedWith(keepers, SnapshotId));
      yield { ...known, keptBy };
    }
  },

  target: ({ snapshot: { SnapshotId, Tags }, keptBy }) => ({
    id: SnapshotId,
    tags: Tags ?? [],
    managed: keptBy,
  }),
  state: ({ snapshot: { VolumeId, VolumeSize, Description } }) => ({
    VolumeId,
    VolumeSize,
    Description,
  }),
  becomes: () => null,

  propose({ snapshot, expiry, isOurs, isAtWork }, { now }) {
    const { SnapshotId, VolumeId, State } = snapshot;
    if (isOurs && "unreadable" in expiry)
      throw new CannotJudge(
        `its tag ${storyTag.expires} says "${expiry.unreadable}", which is no day: write it as 2027-01-31, or take the tag off to keep the snapshot`,
      );
    if (!SnapshotId || State !== "completed" || isAtWork) return;
    if (!("day" in expiry) || !isOver(expiry, now)) return;
    const taken = `taken on ${storyOf(snapshot, storyTag.taken)} because ${storyOf(snapshot, storyTag.because)}`;
    const back = `While it is there it brings the volume back: aws ec2 create-volume --snapshot-id ${SnapshotId} --availability-zone ZONE. A later day in its tag ${storyTag.expires} keeps it`;
    return {
      because: `it is the last snapshot of ${VolumeId}, ${taken}, and was to be kept until ${expiry.day}. ${back}`,
      call: deleteSnapshotToRecycleBin({ SnapshotId }),
    };
  },
});
