/** What backups there are in a region, whoever made them, and whether what they are of is there. */
import type { BackupSummary } from "@aws-sdk/client-dynamodb";
import type { Snapshot } from "@aws-sdk/client-ec2";
import type { DBClusterSnapshot, DBSnapshot, Tag } from "@aws-sdk/client-rds";
import {
  listBackupPlans,
  listBackupVaults,
  listRecoveryPointsByBackupVault,
} from "../../../aws/backup/inventory.ts";
import { listBackups } from "../../../aws/dynamodb/backup.ts";
import { describeTable } from "../../../aws/dynamodb/table.ts";
import { describeImages, everyOwnImage } from "../../../aws/ec2/image.ts";
import { imageMaker } from "../../../aws/ec2/image-backup.ts";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import {
  describeDBClusterSnapshots,
  describeDBSnapshots,
  snapshotPrefix,
} from "../../../aws/rds/snapshot.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { setNameIn, tagIn, tagOf } from "../backup-set.ts";
import { copyTagOf } from "../copy-backups/copy.ts";
import { databaseMaker } from "../database-backups/back-up.ts";
import { keepFromWords } from "../retention.ts";
import { snapshotMaker } from "../snapshot-maker.ts";
import { slotInName } from "../table-backups/backup-name.ts";
import type { BackupPlan, KeptBackup } from "./kept.ts";

export const keptReads = [
  describeImages,
  describeInstances,
  describeVolumes,
  describeSnapshots,
  describeDBInstances,
  describeDBClusters,
  describeDBSnapshots,
  describeDBClusterSnapshots,
  listBackups,
  describeTable,
  listBackupVaults,
  listRecoveryPointsByBackupVault,
  listBackupPlans,
] as const;
type Read = Reader<typeof keptReads>;

/** What is there; absent: that could not be read. */
export type Sources = ReadonlySet<string> | undefined;

const ended = new Set(["terminated", "shutting-down"]);

export async function computeSources(read: Read): Promise<ReadonlySet<string>> {
  const here = new Set<string>();
  for await (const { InstanceId = "", State } of read(describeInstances({})))
    if (!ended.has(State?.Name ?? "")) here.add(InstanceId);
  for await (const { VolumeId = "" } of read(describeVolumes({}))) here.add(VolumeId);
  return here;
}

/** Snapshots that images are of, those that are disabled too. */
export async function imageSources(read: Read): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for await (const { BlockDeviceMappings = [] } of read(describeImages(everyOwnImage)))
    for (const { Ebs } of BlockDeviceMappings) used.add(Ebs?.SnapshotId ?? "");
  return used;
}

/** By RDS's own ids: another may come to bear the same name. */
export async function databaseSources(read: Read): Promise<ReadonlySet<string>> {
  const here = new Set<string>();
  for await (const { DbiResourceId = "" } of read(describeDBInstances({}))) here.add(DbiResourceId);
  for await (const { DbClusterResourceId = "" } of read(describeDBClusters({})))
    here.add(DbClusterResourceId);
  return here;
}

function standingOf(id: string | undefined, sources: Sources): KeptBackup["source"] {
  if (!sources || !id) return "unknown";
  return sources.has(id) ? "here" : "gone";
}

const keepIn = (tags: readonly Tag[]) => {
  const words = tagIn({ Tags: [...tags] }, tagOf.keep);
  return words === undefined ? undefined : keepFromWords(words);
};

/** Plans of AWS Backup by what they made, where a vault says so. */
export type PlansOfAwsBackup = ReadonlyMap<string, BackupPlan>;

const nobody: BackupPlan = { by: "nobody", name: "no plan" };
const byAwsBackup: BackupPlan = { by: "others", name: "AWS Backup" };

function planOfSnapshot(snapshot: Snapshot, plans: PlansOfAwsBackup): BackupPlan {
  const { by, name } = snapshotMaker(snapshot);
  if (by === "nobody") return nobody;
  if (by === "ours") return { by, name };
  if (by === "aws-backup") return plans.get(`snapshot/${snapshot.SnapshotId}`) ?? byAwsBackup;
  return { by: "others", name };
}

/** What an image is made of says so of itself; where images could not be read nothing is known. */
function isOfGoneImage(snapshot: Snapshot, inImages: Sources): boolean {
  const { by, name } = snapshotMaker(snapshot);
  if (by !== "image" && name !== imageMaker) return false;
  return inImages?.has(snapshot.SnapshotId ?? "") === false;
}

/** A copy says that it is of a volume that there is nowhere. */
const nowhere = "vol-ffffffff";

/** What snapshots are of. */
export interface SnapshotSources {
  /** Instances and volumes, by region: of a copy what it is of lies in another. */
  readonly compute: ReadonlyMap<string, Sources>;
  /** What images there are made of. */
  readonly inImages: Sources;
}

export async function* keptSnapshots(
  { read, region }: { readonly read: Read; readonly region: string },
  { compute, inImages }: SnapshotSources,
  plans: PlansOfAwsBackup,
): AsyncGenerator<KeptBackup> {
  for await (const snapshot of read(describeSnapshots({ OwnerIds: ["self"] }))) {
    const { SnapshotId = "", VolumeId = nowhere, StartTime: at, State, Tags = [] } = snapshot;
    const plan = planOfSnapshot(snapshot, plans);
    const name = plan.by === "ours" ? setNameIn(snapshot) : undefined;
    const from = tagIn(snapshot, copyTagOf.from)?.split("/")[0] ?? region;
    const about = name?.about ?? (VolumeId === nowhere ? "" : VolumeId);
    yield {
      kind: "volume",
      ...{ region, plan, at, about },
      id: SnapshotId,
      source: standingOf(about, compute.get(from)),
      isFailed: State === "error",
      isOfGoneImage: isOfGoneImage(snapshot, inImages),
      slot: name?.slot,
      keep: name && keepIn(Tags),
      // Blocks that did not change are in the one before.
      bytes: undefined,
    };
  }
}

interface AnyDatabaseSnapshot {
  readonly name: string;
  readonly arn: string;
  readonly resource: string | undefined;
  readonly type: string;
  readonly status: string;
  readonly tags: readonly Tag[];
  readonly at: Date | undefined;
}

function planOfDatabase(
  { name, arn, type, tags }: AnyDatabaseSnapshot,
  plans: PlansOfAwsBackup,
): BackupPlan {
  if (type === "automated") return { by: "others", name: "RDS itself" };
  if (type === "awsbackup") return plans.get(arn) ?? byAwsBackup;
  const isOurs =
    name.startsWith(snapshotPrefix) && tagIn({ Tags: [...tags] }, tagOf.unit) === databaseMaker;
  return isOurs ? { by: "ours", name: databaseMaker } : nobody;
}

const ofInstance = (each: DBSnapshot): AnyDatabaseSnapshot => ({
  name: each.DBSnapshotIdentifier ?? "",
  arn: each.DBSnapshotArn ?? "",
  resource: each.DbiResourceId,
  type: each.SnapshotType ?? "",
  status: each.Status ?? "",
  tags: each.TagList ?? [],
  at: each.SnapshotCreateTime,
});
const ofCluster = (each: DBClusterSnapshot): AnyDatabaseSnapshot => ({
  name: each.DBClusterSnapshotIdentifier ?? "",
  arn: each.DBClusterSnapshotArn ?? "",
  resource: each.DbClusterResourceId,
  type: each.SnapshotType ?? "",
  status: each.Status ?? "",
  tags: each.TagList ?? [],
  at: each.SnapshotCreateTime,
});

function keptDatabase(
  snapshot: AnyDatabaseSnapshot,
  region: string,
  known: { readonly sources: Sources; readonly plans: PlansOfAwsBackup },
): KeptBackup {
  const { name, arn, resource = "", status, tags, at } = snapshot;
  const plan = planOfDatabase(snapshot, known.plans);
  const set = plan.by === "ours" ? setNameIn({ Tags: [...tags] }) : undefined;
  return {
    kind: "database",
    ...{ region, plan, at },
    id: arn || name,
    about: resource,
    source: standingOf(resource, known.sources),
    isFailed: status === "failed",
    slot: set?.slot,
    keep: set && keepIn(tags),
    bytes: undefined,
  };
}

export async function* keptDatabases(
  { read, region }: { readonly read: Read; readonly region: string },
  sources: Sources,
  plans: PlansOfAwsBackup,
): AsyncGenerator<KeptBackup> {
  for await (const each of read(describeDBSnapshots({})))
    yield keptDatabase(ofInstance(each), region, { sources, plans });
  for await (const each of read(describeDBClusterSnapshots({})))
    yield keptDatabase(ofCluster(each), region, { sources, plans });
}

function planOfTable(
  { BackupType, BackupName, BackupArn = "" }: BackupSummary,
  plans: PlansOfAwsBackup,
) {
  if (BackupType === "AWS_BACKUP") return plans.get(BackupArn) ?? byAwsBackup;
  // Kept for 35 days, and free of charge.
  if (BackupType === "SYSTEM") return { by: "others", name: "DynamoDB itself" } as const;
  return slotInName(BackupName) === undefined
    ? nobody
    : ({ by: "ours", name: "table-backups" } as const);
}

/** Ten descriptions a second are answered. */
const together = 10;

/** By DynamoDB's own ids: another table may come to bear the same name. */
async function tableSources(read: Read, names: ReadonlySet<string>): Promise<Set<string>> {
  const ids = await concurrently(
    names,
    async (TableName) => (await read(describeTable({ TableName })))?.Table?.TableId ?? "",
    { concurrency: together },
  );
  return new Set(ids);
}

export async function* keptTables(
  { read, region }: { readonly read: Read; readonly region: string },
  plans: PlansOfAwsBackup,
): AsyncGenerator<KeptBackup> {
  const all = await Array.fromAsync(read(listBackups({ BackupType: "ALL" })));
  const here = await tableSources(read, new Set(all.flatMap(({ TableName }) => TableName ?? [])));
  for (const backup of all) {
    const { BackupArn: id = "", BackupName, TableId: about = "", BackupStatus } = backup;
    if (BackupStatus === "DELETED") continue;
    const plan = planOfTable(backup, plans);
    yield {
      kind: "table",
      ...{ region, plan, id, about },
      at: backup.BackupCreationDateTime,
      source: standingOf(about, here),
      isFailed: false,
      slot: plan.by === "ours" ? slotInName(BackupName) : undefined,
      keep: undefined,
      bytes: backup.BackupSizeBytes,
    };
  }
}

const failedPoint = new Set(["PARTIAL", "EXPIRED", "STOPPED"]);
/** `arn:aws:ec2:eu-central-1::snapshot/snap-1` as `snapshot/snap-1`; all else as it is. */
const keyOf = (arn: string): string => /:(snapshot\/snap-[^/]+)$/.exec(arn)?.[1] ?? arn;

/** What vaults keep, and which plan made what lies elsewhere and is counted there. */
export interface InVaults {
  readonly kept: readonly KeptBackup[];
  readonly plans: PlansOfAwsBackup;
}

function planOfPoint(id: string | undefined, names: ReadonlyMap<string, string>): BackupPlan {
  if (id === undefined) return { by: "nobody", name: "AWS Backup, on demand" };
  const name = names.get(id);
  if (name === undefined)
    return { by: "others", name: `the AWS Backup plan ${id}, which is gone`, isGone: true };
  return { by: "others", name: `the AWS Backup plan ${name}` };
}

/**
 * What AWS Backup keeps itself is counted here; its snapshots of volumes and databases and its
 * backups of tables without its own storage are seen where those lie.
 */
export async function inVaults({
  read,
  region,
}: {
  readonly read: Read;
  readonly region: string;
}): Promise<InVaults> {
  const names = new Map<string, string>();
  for await (const { BackupPlanId = "", BackupPlanName = "" } of read(listBackupPlans({})))
    names.set(BackupPlanId, BackupPlanName);
  const kept: KeptBackup[] = [];
  const plans = new Map<string, BackupPlan>();
  for await (const { BackupVaultName } of read(listBackupVaults({})))
    for await (const point of read(listRecoveryPointsByBackupVault({ BackupVaultName }))) {
      const { RecoveryPointArn: id = "", CreatedBy, Status = "", IsParent } = point;
      // A parent is of a stack: its parts are points of their own.
      if (IsParent) continue;
      const plan = planOfPoint(CreatedBy?.BackupPlanId, names);
      plans.set(keyOf(id), plan);
      if (id.split(":")[2] !== "backup") continue;
      kept.push({
        kind: "vault",
        ...{ region, plan, id },
        about: point.ResourceArn ?? "",
        at: point.CreationDate,
        source: "unknown",
        isFailed: failedPoint.has(Status),
        slot: undefined,
        keep: undefined,
        bytes: undefined,
      });
    }
  return { kept, plans };
}
