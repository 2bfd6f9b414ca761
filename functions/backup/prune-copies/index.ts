/**
 * Deletes copies of `copy-backups` that their retention no longer asks for, in the regions that they
 * lie in, as `prune-backups` does for the sets themselves. The newest whole copy of each thing stays in
 * each region, also when nothing is left of what it was copied from. What was copied by half and is no
 * longer finished is taken back, where a newer whole copy is there. Only what the ledger and the tags
 * both say is ours is deleted; what is locked, held, shared, archived or used by an image stays.
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { everyOwnImage } from "../../../aws/ec2/image.ts";
import { describeImagesElsewhere } from "../../../aws/ec2/image-elsewhere.ts";
import {
  deleteSnapshotElsewhere,
  describeLockedSnapshotsElsewhere,
  describeSnapshotAttributeElsewhere,
  describeSnapshotsElsewhere,
} from "../../../aws/ec2/snapshot-elsewhere.ts";
import type { SnapshotKeepers } from "../../../aws/ec2/snapshot-keepers.ts";
import { automation } from "../../../sdk/automation.ts";
import { type DeclaredRegion, declaredRegion } from "../../../sdk/elsewhere.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { setNameIn, tagIn, tagOf } from "../backup-set.ts";
import { copiedFrom, copier, copyId, copyTagOf } from "../copy-backups/copy.ts";
import {
  type AskSnapshots,
  type JudgedSnapshot,
  judgedSnapshots,
  spareSnapshot,
} from "../spare-snapshot.ts";
import { pruningFields } from "../sparing.ts";

const pruner = "prune-copies";

const reads = [
  describeSnapshotsElsewhere,
  describeLockedSnapshotsElsewhere,
  describeImagesElsewhere,
  describeSnapshotAttributeElsewhere,
] as const;
type Read = Reader<typeof reads>;

interface Found extends JudgedSnapshot {
  readonly elsewhere: DeclaredRegion;
}

const keepersIn = (elsewhere: DeclaredRegion, read: Read): SnapshotKeepers => ({
  locks: () => read(describeLockedSnapshotsElsewhere({ elsewhere })),
  images: () => read(describeImagesElsewhere({ elsewhere, ...everyOwnImage })),
  sharing: (SnapshotId) =>
    read(
      describeSnapshotAttributeElsewhere({
        elsewhere,
        SnapshotId,
        Attribute: "createVolumePermission",
      }),
    ),
});

const isFrom = (region: string, snapshot: Snapshot): boolean =>
  tagIn(snapshot, copyTagOf.from)?.startsWith(copiedFrom(region, "")) ?? false;

/** Of copies that lie there those of sets of this region: others are looked at from their own. */
const copiesFrom = (region: string, elsewhere: DeclaredRegion, read: Read): AskSnapshots =>
  async function* (more) {
    const Filters = [{ Name: `tag:${tagOf.unit}`, Values: [copier] }, ...more];
    const asked = describeSnapshotsElsewhere({ elsewhere, OwnerIds: ["self"], Filters });
    for await (const snapshot of read(asked)) if (isFrom(region, snapshot)) yield snapshot;
  };

export default automation({
  id: pruner,
  family: "backup",
  summary: "Deletes copies of backups in other regions that their retention no longer asks for",
  on: [sweep("cron(0 5 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    regions: z
      ._default(z.array(declaredRegion).check(z.maxLength(20)), [])
      .check(
        z.describe(
          "Regions that copies lie in: those of `to` of `copy-backups`, and those that were taken out there. Nothing is deleted where it is empty.",
        ),
      ),
    ...pruningFields,
  }),
  elsewhere: { field: "regions", regions: ({ regions }) => regions },
  remembers: [copier, pruner],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 20 }),
  reads,
  writes: [deleteSnapshotElsewhere],

  async *find({ read, only, region, config, now, remembered, madeBy }) {
    const { regions, atLeast } = config;
    const known = { maker: copier, pruner, atLeast, now, remembered, madeBy };
    for (const elsewhere of new Set(regions)) {
      if (elsewhere === region) continue;
      const judged = judgedSnapshots({
        ask: copiesFrom(region, elsewhere, read),
        only,
        when: { ...known, target: (set) => copyId(set, elsewhere) },
        keepers: keepersIn(elsewhere, read),
      });
      for await (const each of judged) yield { ...each, elsewhere } satisfies Found;
    }
  },

  ...spareSnapshot,

  name({ snapshot, elsewhere }: Found) {
    const { about, slot } = setNameIn(snapshot) ?? {};
    const source = tagIn(snapshot, copyTagOf.from);
    return about && `${tagIn(snapshot, "Name") ?? about}, ${slot}, in ${elsewhere}, of ${source}`;
  },

  propose({ snapshot: { SnapshotId }, standing: { spare, unknown }, elsewhere }: Found) {
    const because = spare ?? unknown;
    if (!SnapshotId || because === undefined) return;
    return { because, call: deleteSnapshotElsewhere({ elsewhere, SnapshotId }) };
  },
});
