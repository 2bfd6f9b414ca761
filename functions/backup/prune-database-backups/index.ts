/**
 * Deletes snapshots of `database-backups` that their retention no longer asks for, of instances and
 * of clusters, as `prune-backups` does for volumes. Name, tags and ledger must all say that one is
 * ours; what is held by a tag or shared with others stays and is named. The newest good one of each
 * database stays, also of one that was deleted.
 */
import {
  deleteDBClusterSnapshot,
  deleteDBSnapshot,
  describeDBClusterSnapshotAttributes,
  describeDBClusterSnapshots,
  describeDBSnapshotAttributes,
  describeDBSnapshots,
} from "../../../aws/rds/snapshot.ts";
import { automation } from "../../../sdk/automation.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { databaseMaker } from "../database-backups/back-up.ts";
import { pruningPlan, type Sparing, standingsOf } from "../sparing.ts";
import { keptByTags, sharedByAttributes } from "./kept.ts";
import { idOfMade, type OwnSnapshot, ownSnapshots, piecesOfDatabases } from "./pieces.ts";

const pruner = "prune-database-backups";

const reads = [
  describeDBSnapshots,
  describeDBClusterSnapshots,
  describeDBSnapshotAttributes,
  describeDBClusterSnapshotAttributes,
] as const;
type Read = Reader<typeof reads>;

interface Found {
  readonly snapshot: OwnSnapshot;
  readonly standing: Sparing;
  /** What else keeps it: as it reads in "managed by …". */
  readonly keptBy: string | undefined;
}

/** RDS knows no filter by tags, and whether one is spare only all of the same database say. */
async function listed(read: Read): Promise<OwnSnapshot[]> {
  const SnapshotType = "manual";
  const [ofInstances, ofClusters] = await Promise.all([
    Array.fromAsync(read(describeDBSnapshots({ SnapshotType }))),
    Array.fromAsync(read(describeDBClusterSnapshots({ SnapshotType }))),
  ]);
  return ownSnapshots(ofInstances, ofClusters);
}

async function sharedWith(read: Read, { kind, name }: OwnSnapshot): Promise<string | undefined> {
  if (kind === "instance") {
    const answer = await read(describeDBSnapshotAttributes({ DBSnapshotIdentifier: name }));
    return sharedByAttributes(answer?.DBSnapshotAttributesResult?.DBSnapshotAttributes);
  }
  const asked = describeDBClusterSnapshotAttributes({ DBClusterSnapshotIdentifier: name });
  const answer = await read(asked);
  return sharedByAttributes(answer?.DBClusterSnapshotAttributesResult?.DBClusterSnapshotAttributes);
}

export default automation({
  id: pruner,
  family: "backup",
  summary: "Deletes snapshots of databases that their retention no longer asks for",
  on: [sweep("cron(55 4 * * ? *)", { window: minutes(30) })],
  config: pruningPlan,
  remembers: [databaseMaker, pruner],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 20 }),
  reads,
  writes: [deleteDBSnapshot, deleteDBClusterSnapshot],

  async *find({ read, only, config: { atLeast }, now, remembered }) {
    const all = await listed(read);
    const when = { maker: databaseMaker, pruner, atLeast, now, remembered, pieceId: idOfMade };
    const standings = await standingsOf(piecesOfDatabases(all), when);
    for (const snapshot of all) {
      if (only && !only.includes(snapshot.id)) continue;
      const standing = standings.get(snapshot.id) ?? {};
      const own = standing.unknown ?? keptByTags(snapshot.tags);
      const keptBy = own ?? (standing.spare ? await sharedWith(read, snapshot) : undefined);
      yield { snapshot, standing, keptBy } satisfies Found;
    }
  },

  target: ({ snapshot: { id, about, tags }, keptBy }) => ({
    id,
    tags,
    managed: keptBy,
    within: { id: about, tags: {} },
  }),

  name: ({ snapshot: { about, slot, name } }) => `${about}, ${slot}, ${name}`,

  state: ({ snapshot: { about, slot, engine, gibibytes, madeAt } }) => ({
    about,
    slot,
    engine,
    gibibytes,
    madeAt,
  }),
  becomes: () => null,

  propose({ snapshot: { kind, name }, standing: { spare, unknown } }) {
    const because = spare ?? unknown;
    if (because === undefined) return;
    return kind === "instance"
      ? { because, call: deleteDBSnapshot({ DBSnapshotIdentifier: name }) }
      : { because, call: deleteDBClusterSnapshot({ DBClusterSnapshotIdentifier: name }) };
  },
});
