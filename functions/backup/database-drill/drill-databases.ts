/** One drill: a database is made of a snapshot beside the original, looked at, and deleted again. */
import type { DBCluster, DBInstance, Tag } from "@aws-sdk/client-rds";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import {
  describeDBClusterParameterGroups,
  describeDBParameterGroups,
  unlessDefaultGroup,
} from "../../../aws/rds/parameter-group.ts";
import { describeDBClusterSnapshots, describeDBSnapshots } from "../../../aws/rds/snapshot.ts";
import {
  throwAwayClusters,
  throwAwayDatabase,
  throwAwayInstances,
  wordOnDatabaseSnapshots,
} from "../../../aws/rds/throw-away.ts";
import { type Carrier, flow, NoLonger } from "../../../sdk/flow.ts";
import { after, hours, minutes, seconds } from "../../../sdk/time.ts";
import type { Reader, Reads, Writes } from "../../../sdk/unit.ts";
import { tagOf } from "../backup-set.ts";
import { type Drill, type DrillVerdict, drillMessage } from "../drill-told.ts";
import { type DrillWord, databaseDriller, drilledTag, drillText, drillWordIn } from "../drilled.ts";
import {
  checkedWith,
  unknownMeans,
  type Validated,
  validated,
  validatorReads,
} from "../validator.ts";
import {
  type BackedUpDatabase,
  databaseVerdict,
  isPassingState,
  isReadyState,
  type SeenDatabase,
} from "./compared-database.ts";
import { databaseDrillCost, shownDatabaseCost } from "./cost.ts";
import type { DrillNetwork } from "./network.ts";

/** On all that a drill makes; its value is the id of the action that made it. */
const throwAwayTag = "nightshift:drill";

/** What is to be restored, where and as what. */
export interface DatabaseDrill extends Drill {
  readonly source: {
    /** Its name. */
    readonly snapshot: string;
    readonly arn: string;
    readonly engine: string;
  };
  readonly network: DrillNetwork;
  /** `original`: that of the database itself. */
  readonly class: string;
  /** US dollars an hour, as the settings say; nothing where they do not. */
  readonly hourly?: number;
}

/** Which drill it is, and since when. */
type DrillBegun = Pick<Carrier<Reads, Writes>, "began" | "carries">;

/** Until then it must be there. */
const patience = hours(20);
/** Reads lag: what was just made and does not show yet is still to come. */
const lag = minutes(10);
const longest = hours(24);
const pace = { every: minutes(1), atMost: hours(21) };

export const databaseIn = (about: string): string => about.slice(about.indexOf(":") + 1);
const named = (name: string, id: string) => ({ Filters: [{ Name: name, Values: [id] }] });

/** Whoever finds it later must know what it is, and that nobody needs it. */
function tagsOf({ name, about, slot }: Drill, { carries, began }: DrillBegun): Tag[] {
  const ours = {
    Name: `drill of ${name ?? about} ${slot}`.slice(0, 256),
    [throwAwayTag]: carries.action,
    [tagOf.unit]: databaseDriller,
    [tagOf.action]: carries.action,
    [tagOf.run]: carries.run,
    "nightshift:expires": after(began, patience).toISOString(),
  };
  return Object.entries(ours).map(([Key, Value]) => ({ Key, Value }));
}

/** Never public, kept by nothing, and with no backup of its own. */
const throwAwayInstance = {
  PubliclyAccessible: false,
  MultiAZ: false,
  AutoMinorVersionUpgrade: false,
  DeletionProtection: false,
  CopyTagsToSnapshot: false,
} as const;

/** `host:port`; nothing as long as it has none. */
const reachedAt = (host: string | undefined, port: number | undefined): string | undefined =>
  host === undefined ? undefined : [host, port ?? []].flat().join(":");

const seenOf = (instance: DBInstance | undefined): SeenDatabase => ({
  state: instance?.DBInstanceStatus ?? "gone",
  version: instance?.EngineVersion,
  gibibytes: instance?.AllocatedStorage,
  key: instance?.KmsKeyId,
  isPublic: instance?.PubliclyAccessible ?? false,
  parameters: instance?.DBParameterGroups?.[0]?.DBParameterGroupName,
  endpoint: reachedAt(instance?.Endpoint?.Address, instance?.Endpoint?.Port),
});

const seenOfCluster = (cluster: DBCluster | undefined): SeenDatabase => ({
  state: cluster?.Status ?? "gone",
  version: cluster?.EngineVersion,
  gibibytes: undefined,
  key: cluster?.KmsKeyId,
  isPublic: cluster?.PubliclyAccessible ?? false,
  parameters: cluster?.DBClusterParameterGroup,
  endpoint: reachedAt(cluster?.Endpoint, cluster?.Port),
});

interface Awaited {
  /** When the drill began. */
  readonly began: Date;
  /** When it was asked for, where that was later. */
  readonly asked?: Date;
}

/** @returns nothing as long as it is to come; when that was, with what was seen */
function settled(seen: SeenDatabase, now: Date, { began, asked = began }: Awaited) {
  const isToCome = isPassingState(seen.state) || (seen.state === "gone" && now < after(asked, lag));
  return isToCome && now < after(began, patience) ? undefined : { ...seen, at: now };
}

const checkedWords =
  "that RDS makes a database of it that is available, in the engine's version, with its storage, key and parameter group; no query is made, so what is in it was not looked at here";

/** What was found out, and what is told of it beside that. */
interface Ended {
  readonly at: Date;
  /** What the drill itself found. */
  readonly own: DrillVerdict;
  readonly verdict: Validated;
  /** RDS was still making it, and deletes nothing meanwhile. */
  readonly isLate: boolean;
  /** Why it is not deleted; nothing where it is. */
  readonly left: string | undefined;
  readonly trend: readonly DrillWord[];
  readonly database: string;
}

const notMade = "RDS deletes none that it is making";

/** One thing that a drill made. */
interface Removal<R extends Reads> {
  /** @returns why it is left; `null`: it is deleted, or about to be */
  takeBack(): Promise<string | null>;
  /** As RDS calls its state. */
  stateOf(read: Reader<R>): Promise<string>;
}

/**
 * Deletes it. RDS refuses what is on its way to another state, or is being deleted already: it is
 * looked at, and asked twice.
 * @returns why it is left
 */
async function leftBy<R extends Reads>(
  { takeBack, stateOf }: Removal<R>,
  { look, until }: Pick<Carrier<R, Writes>, "look" | "until">,
): Promise<string | undefined> {
  const why = await takeBack();
  if (why === null) return undefined;
  const refused = await look("when it was not deleted", async (_, now) => now);
  const state = await until(
    "it is deleted",
    async (read, now) => {
      const seen = await stateOf(read);
      const isGoing = seen === "gone" || seen === "deleting";
      return isGoing || now >= after(refused, minutes(5)) ? seen : undefined;
    },
    { every: minutes(1), atMost: hours(1) },
  );
  if (state === "gone" || state === "deleting") return undefined;
  return (await takeBack()) ?? undefined;
}

/** What a drill has come to: its word, and the message. */
function endOf(drill: DatabaseDrill, began: Date, ended: Ended) {
  const { at, own, verdict, isLate, left, trend, database } = ended;
  const took = (at.getTime() - began.getTime()) / 1000;
  const { result } = verdict;
  const checked = verdict.isValidated ? "validated" : "restored";
  const word = { at, result, seconds: Math.round(took), checked };
  const cost = databaseDrillCost(drill.hourly, seconds(took));
  const leftWords = `The database ${database} is still there: ${left}. \`database-drill-leftovers\` takes it away`;
  const why = left === undefined ? verdict.why : `${verdict.why}. ${leftWords}`;
  const message = drillMessage(drill, word, {
    why,
    cost: shownDatabaseCost(cost),
    trend,
    checked: checkedWith(checkedWords, drill, verdict),
    unknown: unknownMeans(isLate, own),
    backups: [drill.source.snapshot],
  });
  const output = { ...word, why, text: drillText(word), database, marked: drill.source.arn };
  return { message, word, output: cost === undefined ? output : { ...output, cost } };
}

interface Marked {
  readonly TagList?: Tag[] | undefined;
}

/** What the last drills of the same took, the oldest first. */
function trendOf(snapshots: readonly Marked[], { about }: Drill): DrillWord[] {
  const words = snapshots.flatMap(({ TagList: Tags = [] }) => {
    const isOf = Tags.some(({ Key, Value }) => Key === tagOf.about && Value === about);
    return (isOf && drillWordIn({ Tags })) || [];
  });
  return words.sort((a, b) => a.at.getTime() - b.at.getTime()).slice(-20);
}

const classAsked = ({ class: asked }: DatabaseDrill, { class: original }: BackedUpDatabase) =>
  asked === "original" ? original : asked;

const { put, takeOff } = wordOnDatabaseSnapshots(drilledTag);
const markOf = ({ source }: DatabaseDrill, word: DrillWord) =>
  put({ ResourceName: source.arn, Tags: [{ Key: drilledTag, Value: drillText(word) }] });

const stateOfInstance = async (
  read: Reader<readonly [typeof describeDBInstances]>,
  name: string,
): Promise<string> => {
  const asked = describeDBInstances(named("db-instance-id", name));
  return seenOf((await Array.fromAsync(read(asked)))[0]).state;
};

const instances = throwAwayInstances();
const instanceReads = [
  describeDBInstances,
  describeDBSnapshots,
  describeDBParameterGroups,
  ...validatorReads,
] as const;
type InstanceRead = Reader<typeof instanceReads>;

async function backedUpInstance(
  read: InstanceRead,
  { about, source }: DatabaseDrill,
): Promise<BackedUpDatabase> {
  const asked = describeDBSnapshots(named("db-snapshot-id", source.snapshot));
  const [snapshot] = await Array.fromAsync(read(asked));
  if (!snapshot) throw new NoLonger(`The snapshot ${source.snapshot} is gone.`);
  const ofOriginal = describeDBInstances(named("db-instance-id", databaseIn(about)));
  const [original] = await Array.fromAsync(read(ofOriginal));
  return {
    engine: source.engine,
    version: snapshot.EngineVersion,
    gibibytes: snapshot.AllocatedStorage,
    key: snapshot.Encrypted ? snapshot.KmsKeyId : undefined,
    parameters: unlessDefaultGroup(original?.DBParameterGroups?.[0]?.DBParameterGroupName),
    class: original?.DBInstanceClass,
  };
}

/** @returns the group that it has, where RDS knows none of that name */
async function missingGroup(read: InstanceRead, group: string | undefined) {
  const DBParameterGroupName = unlessDefaultGroup(group);
  if (!DBParameterGroupName) return undefined;
  const answer = await read(describeDBParameterGroups({ DBParameterGroupName }));
  return answer?.DBParameterGroups?.length ? undefined : DBParameterGroupName;
}

export const drillDatabase = flow({
  id: "drill-database",
  reads: instanceReads,
  writes: [instances.restore, put],
  longest,

  async carry(drill: DatabaseDrill, aws) {
    const DBInstanceIdentifier = throwAwayDatabase(aws.carries.action);
    const of = await aws.look("what RDS says of the backup", (read) =>
      backedUpInstance(read, drill),
    );
    const DBInstanceClass = classAsked(drill, of);
    const restore = instances.restore({
      ...throwAwayInstance,
      DBInstanceIdentifier,
      DBSnapshotIdentifier: drill.source.snapshot,
      ...(DBInstanceClass !== undefined && { DBInstanceClass }),
      DBSubnetGroupName: drill.network.subnetGroup,
      VpcSecurityGroupIds: [...drill.network.securityGroups],
      ...(of.parameters !== undefined && { DBParameterGroupName: of.parameters }),
      BackupRetentionPeriod: 0,
      Tags: tagsOf(drill, aws),
    });
    await aws.write(restore);
    const byName = named("db-instance-id", DBInstanceIdentifier);
    const { at, ...seen } = await aws.until(
      "the database is restored",
      async (read, now) => {
        const [found] = await Array.fromAsync(read(describeDBInstances(byName)));
        return settled(seenOf(found), now, aws);
      },
      pace,
    );
    const missing = await aws.look("its parameter group", (read) =>
      missingGroup(read, seen.parameters),
    );
    const own = databaseVerdict(seen, of, { asked: drill.class, missing });
    const backups = [drill.source.snapshot];
    const restored = [DBInstanceIdentifier];
    const made = { own, backups, restored, endpoint: seen.endpoint };
    const verdict = await validated(drill, made, aws);
    const isLate = isPassingState(seen.state);
    const removal = {
      takeBack: () => aws.takeBack(restore),
      stateOf: (read: InstanceRead) => stateOfInstance(read, DBInstanceIdentifier),
    };
    const left = isLate ? notMade : await leftBy(removal, aws);
    const trend = await aws.look("its drills before", async (read) => {
      const asked = describeDBSnapshots(named("db-instance-id", databaseIn(drill.about)));
      return trendOf(await Array.fromAsync(read(asked)), drill);
    });
    const ended = { at, own, verdict, isLate, left, trend, database: DBInstanceIdentifier };
    const { message, word, output } = endOf(drill, aws.began, ended);
    await aws.write(markOf(drill, word));
    await aws.tell(message);
    return output;
  },

  inverse: [takeOff, (_, { marked }) => ({ ResourceName: marked, TagKeys: [drilledTag] })],
});

const clusters = throwAwayClusters();
const clusterReads = [
  describeDBClusters,
  describeDBInstances,
  describeDBClusterSnapshots,
  describeDBClusterParameterGroups,
  ...validatorReads,
] as const;
type ClusterRead = Reader<typeof clusterReads>;

/** What RDS says of the snapshot, and what only a cluster has. */
interface BackedUpCluster extends BackedUpDatabase {
  /** Capacity of Aurora's serverless instances, which their class needs. */
  readonly scaling: { readonly MinCapacity: number; readonly MaxCapacity: number } | undefined;
}

function scalingOf(cluster: DBCluster | undefined): BackedUpCluster["scaling"] {
  const { MinCapacity, MaxCapacity } = cluster?.ServerlessV2ScalingConfiguration ?? {};
  if (MinCapacity === undefined || MaxCapacity === undefined) return undefined;
  return { MinCapacity, MaxCapacity };
}

async function backedUpCluster(
  read: ClusterRead,
  { about, source }: DatabaseDrill,
): Promise<BackedUpCluster> {
  const asked = describeDBClusterSnapshots(named("db-cluster-snapshot-id", source.snapshot));
  const [snapshot] = await Array.fromAsync(read(asked));
  if (!snapshot) throw new NoLonger(`The snapshot ${source.snapshot} is gone.`);
  const byName = named("db-cluster-id", databaseIn(about));
  const [original] = await Array.fromAsync(read(describeDBClusters(byName)));
  const [member] = await Array.fromAsync(read(describeDBInstances(byName)));
  return {
    engine: source.engine,
    version: snapshot.EngineVersion,
    gibibytes: undefined,
    key: snapshot.StorageEncrypted ? snapshot.KmsKeyId : undefined,
    parameters: unlessDefaultGroup(original?.DBClusterParameterGroup),
    class: member?.DBInstanceClass,
    scaling: scalingOf(original),
  };
}

/** @returns the group that it has, where RDS knows none of that name */
async function missingClusterGroup(read: ClusterRead, group: string | undefined) {
  const DBClusterParameterGroupName = unlessDefaultGroup(group);
  if (!DBClusterParameterGroupName) return undefined;
  const asked = describeDBClusterParameterGroups({ DBClusterParameterGroupName });
  const answer = await read(asked);
  return answer?.DBClusterParameterGroups?.length ? undefined : DBClusterParameterGroupName;
}

/** Of a cluster whose original is gone, its class is nowhere to be read. */
const classWithoutOriginal = "db.t3.medium";

/** What is restored, under which name, of what. */
interface ClusterDrill {
  readonly drill: DatabaseDrill;
  readonly database: string;
  readonly of: BackedUpCluster;
}

const restoredCluster = ({ drill, database, of }: ClusterDrill, begun: DrillBegun) =>
  clusters.restore({
    DBClusterIdentifier: database,
    SnapshotIdentifier: drill.source.snapshot,
    Engine: of.engine,
    ...(of.version !== undefined && { EngineVersion: of.version }),
    DBSubnetGroupName: drill.network.subnetGroup,
    VpcSecurityGroupIds: [...drill.network.securityGroups],
    ...(of.parameters !== undefined && { DBClusterParameterGroupName: of.parameters }),
    ...(of.scaling && { ServerlessV2ScalingConfiguration: { ...of.scaling } }),
    DeletionProtection: false,
    CopyTagsToSnapshot: false,
    BackupRetentionPeriod: 1,
    Tags: tagsOf(drill, begun),
  });

const instanceOfCluster = ({ drill, database, of }: ClusterDrill, begun: DrillBegun) =>
  clusters.addInstance({
    DBInstanceIdentifier: database,
    DBClusterIdentifier: database,
    DBInstanceClass: classAsked(drill, of) ?? classWithoutOriginal,
    Engine: of.engine,
    PubliclyAccessible: false,
    AutoMinorVersionUpgrade: false,
    Tags: tagsOf(drill, begun),
  });

const clusterWrites = [clusters.restore, clusters.addInstance, put] as const;
type ClusterAws = Carrier<typeof clusterReads, typeof clusterWrites>;

/** What there is of a cluster when nobody waits for it any more. */
interface RestoredCluster {
  readonly seen: SeenDatabase;
  readonly at: Date;
  readonly hasInstance: boolean;
}

/** A cluster is there when an instance of it is: without one nobody reaches it. */
async function restoredWhole(
  restoring: ClusterDrill,
  { write, until, look, ...begun }: ClusterAws,
): Promise<RestoredCluster> {
  const { database } = restoring;
  await write(restoredCluster(restoring, begun));
  const { at, ...cluster } = await until(
    "the cluster is restored",
    async (read, now) => {
      const asked = describeDBClusters(named("db-cluster-id", database));
      const [found] = await Array.fromAsync(read(asked));
      return settled(seenOfCluster(found), now, begun);
    },
    pace,
  );
  if (!isReadyState(cluster.state)) return { seen: cluster, at, hasInstance: false };
  await write(instanceOfCluster(restoring, begun));
  const asked = await look("when its instance was asked for", async (_, now) => now);
  const instance = await until(
    "an instance of it is there",
    async (read, now) => {
      const byName = describeDBInstances(named("db-instance-id", database));
      const [found] = await Array.fromAsync(read(byName));
      return settled(seenOf(found), now, { ...begun, asked });
    },
    pace,
  );
  const { state, isPublic, endpoint } = instance;
  return { seen: { ...cluster, state, isPublic, endpoint }, at: instance.at, hasInstance: true };
}

/** The instance first: RDS keeps a cluster as long as it has one. */
async function leftOfCluster(
  restoring: ClusterDrill,
  hasInstance: boolean,
  aws: ClusterAws,
): Promise<string | undefined> {
  const { database } = restoring;
  const made = {
    takeBack: () => aws.takeBack(instanceOfCluster(restoring, aws)),
    stateOf: (read: ClusterRead) => stateOfInstance(read, database),
  };
  const left = hasInstance ? await leftBy(made, aws) : undefined;
  if (left !== undefined) return left;
  const cluster = {
    takeBack: () => aws.takeBack(restoredCluster(restoring, aws)),
    stateOf: async (read: ClusterRead) => {
      const asked = describeDBClusters(named("db-cluster-id", database));
      return seenOfCluster((await Array.fromAsync(read(asked)))[0]).state;
    },
  };
  return leftBy(cluster, aws);
}

export const drillCluster = flow({
  id: "drill-cluster",
  reads: clusterReads,
  writes: clusterWrites,
  longest,

  async carry(drill: DatabaseDrill, aws) {
    const database = throwAwayDatabase(aws.carries.action);
    const of = await aws.look("what RDS says of the backup", (read) =>
      backedUpCluster(read, drill),
    );
    const restoring = { drill, database, of };
    const { seen, at, hasInstance } = await restoredWhole(restoring, aws);
    const missing = await aws.look("its parameter group", (read) =>
      missingClusterGroup(read, seen.parameters),
    );
    const own = databaseVerdict(seen, of, { asked: drill.class, missing });
    const backups = [drill.source.snapshot];
    const made = { own, backups, restored: [database], endpoint: seen.endpoint };
    const verdict = await validated(drill, made, aws);
    const isLate = isPassingState(seen.state);
    const left = isLate ? notMade : await leftOfCluster(restoring, hasInstance, aws);
    const trend = await aws.look("its drills before", async (read) => {
      const asked = describeDBClusterSnapshots(named("db-cluster-id", databaseIn(drill.about)));
      return trendOf(await Array.fromAsync(read(asked)), drill);
    });
    const ended = { at, own, verdict, isLate, left, trend, database };
    const { message, word, output } = endOf(drill, aws.began, ended);
    await aws.write(markOf(drill, word));
    await aws.tell(message);
    return output;
  },

  inverse: [takeOff, (_, { marked }) => ({ ResourceName: marked, TagKeys: [drilledTag] })],
});
