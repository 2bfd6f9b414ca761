/** One snapshot of a database, from its making until it can be restored. */
import type { Tag } from "@aws-sdk/client-rds";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import {
  createDBClusterSnapshot,
  createDBSnapshot,
  deleteDBClusterSnapshot,
  deleteDBSnapshot,
  describeDBClusterSnapshots,
  describeDBSnapshots,
  snapshotPrefix,
} from "../../../aws/rds/snapshot.ts";
import { type Carrier, flow } from "../../../sdk/flow.ts";
import { hours, minutes } from "../../../sdk/time.ts";
import type { Reader, Reads } from "../../../sdk/unit.ts";
import { type SetName, tagOf } from "../backup-set.ts";
import type { Keep } from "../retention.ts";
import { blockedBy, isMade, isReady } from "./status.ts";

export const databaseMaker = "database-backups";

/** What is to be made. */
export interface BackUpDatabase extends SetName {
  /** Its own, without AWS's and ours: RDS copies none where a snapshot is given any. */
  readonly tags: readonly Tag[];
  readonly keep: Keep;
  readonly keepText: string;
}

type Carries = Carrier<Reads, []>["carries"];

/** A resource has so many. */
const mostTags = 50;
/** One is left for what finds the snapshot again. */
const room = mostTags - 1;

function tagsFor({ about, slot, tags, keepText }: BackUpDatabase, carries: Carries): Tag[] {
  const ours = {
    [tagOf.unit]: databaseMaker,
    [tagOf.about]: about,
    [tagOf.slot]: slot,
    [tagOf.keep]: keepText,
    [tagOf.action]: carries.action,
    [tagOf.run]: carries.run,
  };
  const own = Object.entries(ours).map(([Key, Value]) => ({ Key, Value }));
  return [...own, ...tags].slice(0, room);
}

/** The identifier of a cluster's snapshot has so many letters. */
const longest = 63;

const identifierOf = (about: string): string => about.slice(about.indexOf(":") + 1);

/** Of small letters, digits and single hyphens; another for each run, so that what failed is in nobody's way. */
export function snapshotName({ about, slot }: SetName, { run }: Carries): string {
  const end = `-${slot.toLowerCase()}-${run.slice(run.lastIndexOf(".") + 1)}`;
  const begin = `${snapshotPrefix}${identifierOf(about)}`.slice(0, longest - end.length);
  return `${begin.replace(/-$/, "")}${end}`;
}

interface State {
  readonly engine: string;
  readonly status: string;
}

/** @returns what it is now that no wait would change: ready, or not to be had */
const settled = ({ engine, status }: State): string | undefined =>
  isReady(status) || status === "gone" || blockedBy(engine, status) ? status : undefined;

/** A backup of AWS's own, a change of its class: hours, where its storage is large. */
const untilReady = { every: minutes(5), atMost: hours(12) };
const untilMade = { every: minutes(5), atMost: hours(72) };
const longestOfAll = hours(96);

function mustBeReady(about: string, status: string): void {
  if (!isReady(status)) throw new Error(`${about} is ${status}: RDS makes no snapshot of it`);
}
function mustBeAvailable(name: string, status: string): void {
  if (status !== "available") throw new Error(`the snapshot ${name} is ${status}`);
}

const named = (name: string, id: string) => ({ Filters: [{ Name: name, Values: [id] }] });

const instanceReads = [describeDBInstances, describeDBSnapshots] as const;
const clusterReads = [describeDBClusters, describeDBClusterSnapshots] as const;

async function instanceState(read: Reader<typeof instanceReads>, id: string): Promise<State> {
  const asked = describeDBInstances(named("db-instance-id", id));
  const [found] = await Array.fromAsync(read(asked));
  return { engine: found?.Engine ?? "", status: found?.DBInstanceStatus ?? "gone" };
}
async function clusterState(read: Reader<typeof clusterReads>, id: string): Promise<State> {
  const asked = describeDBClusters(named("db-cluster-id", id));
  const [found] = await Array.fromAsync(read(asked));
  return { engine: found?.Engine ?? "", status: found?.Status ?? "gone" };
}

const ready = "the database is neither modified nor backed up by others";
const made = "the snapshot can be restored";

export const backUpInstance = flow({
  id: "back-up-database",
  reads: instanceReads,
  writes: [createDBSnapshot],
  longest: longestOfAll,

  async carry(backUp: BackUpDatabase, { write, until, carries }) {
    const DBInstanceIdentifier = identifierOf(backUp.about);
    const now = await until(
      ready,
      async (read) => settled(await instanceState(read, DBInstanceIdentifier)),
      untilReady,
    );
    mustBeReady(backUp.about, now);
    const DBSnapshotIdentifier = snapshotName(backUp, carries);
    const Tags = tagsFor(backUp, carries);
    await write(createDBSnapshot({ DBInstanceIdentifier, DBSnapshotIdentifier, Tags }));
    const status = await until(
      made,
      async (read) => {
        const asked = describeDBSnapshots(named("db-snapshot-id", DBSnapshotIdentifier));
        const [found] = await Array.fromAsync(read(asked));
        const { Status = "creating" } = found ?? { Status: "gone" };
        return isMade(Status) ? Status : undefined;
      },
      untilMade,
    );
    mustBeAvailable(DBSnapshotIdentifier, status);
    return { SnapshotIds: [DBSnapshotIdentifier] };
  },

  inverse: [
    deleteDBSnapshot,
    (_, { SnapshotIds }) => SnapshotIds.map((id) => ({ DBSnapshotIdentifier: id })),
  ],
});

export const backUpCluster = flow({
  id: "back-up-cluster",
  reads: clusterReads,
  writes: [createDBClusterSnapshot],
  longest: longestOfAll,

  async carry(backUp: BackUpDatabase, { write, until, carries }) {
    const DBClusterIdentifier = identifierOf(backUp.about);
    const now = await until(
      ready,
      async (read) => settled(await clusterState(read, DBClusterIdentifier)),
      untilReady,
    );
    mustBeReady(backUp.about, now);
    const DBClusterSnapshotIdentifier = snapshotName(backUp, carries);
    const Tags = tagsFor(backUp, carries);
    await write(
      createDBClusterSnapshot({ DBClusterIdentifier, DBClusterSnapshotIdentifier, Tags }),
    );
    const status = await until(
      made,
      async (read) => {
        const name = named("db-cluster-snapshot-id", DBClusterSnapshotIdentifier);
        const [found] = await Array.fromAsync(read(describeDBClusterSnapshots(name)));
        const { Status = "creating" } = found ?? { Status: "gone" };
        return isMade(Status) ? Status : undefined;
      },
      untilMade,
    );
    mustBeAvailable(DBClusterSnapshotIdentifier, status);
    return { SnapshotIds: [DBClusterSnapshotIdentifier] };
  },

  inverse: [
    deleteDBClusterSnapshot,
    (_, { SnapshotIds }) => SnapshotIds.map((id) => ({ DBClusterSnapshotIdentifier: id })),
  ],
});
