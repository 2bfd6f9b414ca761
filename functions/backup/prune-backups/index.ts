/**
 * Deletes backups of `volume-backups` that their retention no longer asks for: by grandfather,
 * father and son, as the newest set says. The newest good set stays, and never fewer than a least
 * number. Only what the ledger and the tags both say is ours is deleted; what is locked, held,
 * shared, archived or used by an image is left alone and named. What is deleted is gone, so it asks
 * first, unless the settings say otherwise.
 */
import { describeImages, everyOwnImage } from "../../../aws/ec2/image.ts";
import {
  deleteSnapshot,
  describeLockedSnapshots,
  describeSnapshotAttribute,
  describeSnapshots,
} from "../../../aws/ec2/snapshot.ts";
import type { SnapshotKeepers } from "../../../aws/ec2/snapshot-keepers.ts";
import { automation } from "../../../sdk/automation.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { maker, oursByTag, pruner } from "../backup-set.ts";
import { judgedSnapshots, spareSnapshot } from "../spare-snapshot.ts";
import { pruningPlan } from "../sparing.ts";

const reads = [
  describeSnapshots,
  describeLockedSnapshots,
  describeImages,
  describeSnapshotAttribute,
] as const;
type Read = Reader<typeof reads>;

const keepersIn = (read: Read): SnapshotKeepers => ({
  locks: () => read(describeLockedSnapshots({})),
  images: () => read(describeImages(everyOwnImage)),
  sharing: (SnapshotId) =>
    read(describeSnapshotAttribute({ SnapshotId, Attribute: "createVolumePermission" })),
});

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

  async *find({ read, only, config: { atLeast }, now, remembered, madeBy }) {
    const { Filters, ...own } = oursByTag;
    yield* judgedSnapshots({
      ask: (more) => read(describeSnapshots({ ...own, Filters: [...Filters, ...more] })),
      only,
      when: { maker, pruner, atLeast, now, remembered, madeBy },
      keepers: keepersIn(read),
    });
  },

  ...spareSnapshot,

  propose({ snapshot: { SnapshotId }, standing: { spare, unknown } }) {
    const because = spare ?? unknown;
    if (!SnapshotId || because === undefined) return;
    return { because, call: deleteSnapshot({ SnapshotId }) };
  },
});
