/**
 * Deletes copies of `copy-database-backups` that their retention no longer asks for, in the regions
 * that they lie in, as `prune-database-backups` does for the snapshots themselves. The newest good copy
 * of each database stays in each region, also when nothing is left of what it was copied from. Name,
 * tags and ledger must all say that one is ours; what is held by a tag or shared with others stays.
 */
import type { DBClusterSnapshot, DBSnapshot } from "@aws-sdk/client-rds";
import * as z from "zod/mini";
import {
  deleteDBClusterSnapshotElsewhere,
  deleteDBSnapshotElsewhere,
  describeDBClusterSnapshotAttributesElsewhere,
  describeDBClusterSnapshotsElsewhere,
  describeDBSnapshotAttributesElsewhere,
  describeDBSnapshotsElsewhere,
} from "../../../aws/rds/snapshot-elsewhere.ts";
import { automation } from "../../../sdk/automation.ts";
import { type DeclaredRegion, declaredRegion } from "../../../sdk/elsewhere.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import type { SetName } from "../backup-set.ts";
import { copiedFrom, copyId, copyTagOf } from "../copy-backups/copy.ts";
import { databaseCopier } from "../copy-database-backups/copier.ts";
import { keptByTags, sharedByAttributes } from "../prune-database-backups/kept.ts";
import {
  idOfMade,
  type OwnSnapshot,
  ownSnapshots,
  piecesOfDatabases,
} from "../prune-database-backups/pieces.ts";
import { pruningFields, type Sparing, standingsOf } from "../sparing.ts";

const pruner = "prune-database-copies";

const reads = [
  describeDBSnapshotsElsewhere,
  describeDBClusterSnapshotsElsewhere,
  describeDBSnapshotAttributesElsewhere,
  describeDBClusterSnapshotAttributesElsewhere,
] as const;
type Read = Reader<typeof reads>;

interface Found {
  readonly snapshot: OwnSnapshot;
  readonly elsewhere: DeclaredRegion;
  readonly standing: Sparing;
  /** What else keeps it: as it reads in "managed by …". */
  readonly keptBy: string | undefined;
}

/** Ids of snapshots are a region's own. */
const idIn = (elsewhere: string, id: string): string => `${elsewhere}/${id}`;

/** Of copies that lie there those of this region's snapshots: others are looked at from their own. */
async function listed(
  read: Read,
  elsewhere: DeclaredRegion,
  region: string,
): Promise<OwnSnapshot[]> {
  const asked = { elsewhere, SnapshotType: "manual" };
  const [ofInstances, ofClusters]: [DBSnapshot[], DBClusterSnapshot[]] = await Promise.all([
    Array.fromAsync(read(describeDBSnapshotsElsewhere(asked))),
    Array.fromAsync(read(describeDBClusterSnapshotsElsewhere(asked))),
  ]);
  return ownSnapshots(ofInstances, ofClusters, databaseCopier)
    .filter(({ tags }) =>
      tags.some(
        ({ Key, Value }) => Key === copyTagOf.from && Value?.startsWith(copiedFrom(region, "")),
      ),
    )
    .map((each) => ({ ...each, id: idIn(elsewhere, each.id) }));
}

async function sharedWith(
  read: Read,
  elsewhere: DeclaredRegion,
  { kind, name }: OwnSnapshot,
): Promise<string | undefined> {
  if (kind === "instance") {
    const asked = { elsewhere, DBSnapshotIdentifier: name };
    const answer = await read(describeDBSnapshotAttributesElsewhere(asked));
    return sharedByAttributes(answer?.DBSnapshotAttributesResult?.DBSnapshotAttributes);
  }
  const asked = { elsewhere, DBClusterSnapshotIdentifier: name };
  const answer = await read(describeDBClusterSnapshotAttributesElsewhere(asked));
  return sharedByAttributes(answer?.DBClusterSnapshotAttributesResult?.DBClusterSnapshotAttributes);
}

export default automation({
  id: pruner,
  family: "backup",
  summary: "Deletes copies of snapshots of databases that their retention no longer asks for",
  on: [sweep("cron(10 5 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    regions: z
      ._default(z.array(declaredRegion).check(z.maxLength(20)), [])
      .check(
        z.describe(
          "Regions that copies lie in: those of `to` of `copy-database-backups`, and those that were taken out there. Nothing is deleted where it is empty.",
        ),
      ),
    ...pruningFields,
  }),
  elsewhere: { field: "regions", regions: ({ regions }) => regions },
  remembers: [databaseCopier, pruner],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 20 }),
  reads,
  writes: [deleteDBSnapshotElsewhere, deleteDBClusterSnapshotElsewhere],

  async *find({ read, only, region, config: { regions, atLeast }, now, remembered }) {
    for (const elsewhere of new Set(regions)) {
      if (elsewhere === region) continue;
      const all = await listed(read, elsewhere, region);
      const standings = await standingsOf(piecesOfDatabases(all), {
        maker: databaseCopier,
        pruner,
        atLeast,
        now,
        remembered,
        target: (set: SetName) => copyId(set, elsewhere),
        pieceId: (name, set) => idIn(elsewhere, idOfMade(name, set)),
      });
      for (const snapshot of all) {
        if (only && !only.includes(snapshot.id)) continue;
        const standing = standings.get(snapshot.id) ?? {};
        const own = standing.unknown ?? keptByTags(snapshot.tags);
        const keptBy =
          own ?? (standing.spare ? await sharedWith(read, elsewhere, snapshot) : undefined);
        yield { snapshot, elsewhere, standing, keptBy } satisfies Found;
      }
    }
  },

  target: ({ snapshot: { id, about, tags }, keptBy }) => ({
    id,
    tags,
    managed: keptBy,
    within: { id: about, tags: {} },
  }),

  name: ({ snapshot: { about, slot, name }, elsewhere }) =>
    `${about}, ${slot}, ${name} in ${elsewhere}`,

  state: ({ snapshot: { about, slot, engine, gibibytes, madeAt } }) => ({
    about,
    slot,
    engine,
    gibibytes,
    madeAt,
  }),
  becomes: () => null,

  propose({ snapshot: { kind, name }, standing: { spare, unknown }, elsewhere }) {
    const because = spare ?? unknown;
    if (because === undefined) return;
    return kind === "instance"
      ? { because, call: deleteDBSnapshotElsewhere({ elsewhere, DBSnapshotIdentifier: name }) }
      : {
          because,
          call: deleteDBClusterSnapshotElsewhere({ elsewhere, DBClusterSnapshotIdentifier: name }),
        };
  },
});
