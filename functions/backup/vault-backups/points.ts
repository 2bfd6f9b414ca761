/** What there is of a slot already. */
import type { RecoveryPointByBackupVault } from "@aws-sdk/client-backup";
import * as z from "zod/mini";
import { listRecoveryPointsByBackupVault } from "../../../aws/backup/inventory.ts";
import { listBackupTags } from "../../../aws/backup/vault.ts";
import { getResources } from "../../../aws/tag/tagged-resource.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type SetName, tagOf } from "../backup-set.ts";
import { vaultMaker } from "./maker.ts";

export const pointReads = [listRecoveryPointsByBackupVault, listBackupTags, getResources] as const;
type Read = Reader<typeof pointReads>;

export type Point = RecoveryPointByBackupVault;

const good: ReadonlySet<string> = new Set(["COMPLETED", "AVAILABLE"]);
const alive: ReadonlySet<string> = new Set(["COMPLETED", "AVAILABLE", "CREATING"]);

export const isGoodPoint = ({ Status }: Point): boolean => good.has(Status ?? "");
const isAlive = ({ Status }: Point): boolean => alive.has(Status ?? "");

/** @param only ARNs of resources; all where there are none */
export async function pointsIn(
  read: Read,
  BackupVaultName: string,
  only: readonly string[] | undefined,
): Promise<ReadonlyMap<string, readonly Point[]>> {
  const found: Point[] = [];
  for (const ByResourceArn of only ?? [undefined])
    for await (const point of read(
      listRecoveryPointsByBackupVault({
        BackupVaultName,
        ...(ByResourceArn !== undefined && { ByResourceArn }),
      }),
    ))
      if (!point.IsParent && isAlive(point)) found.push(point);
  return Map.groupBy(found, ({ ResourceArn = "" }) => ResourceArn);
}

const timeOf = ({ CreationDate }: Point): number => CreationDate?.getTime() ?? 0;

/** @returns the newest first */
export const newestPoints = (points: readonly Point[], most: number): Point[] =>
  points.toSorted((a, b) => timeOf(b) - timeOf(a)).slice(0, most);

/** Neither a plan's, nor a copy from another vault, whose tags are those of what it is a copy of. */
export const mayBeOurs = ({ CreatedBy, SourceBackupVaultArn }: Point): boolean =>
  CreatedBy?.BackupPlanId === undefined && SourceBackupVaultArn === undefined;

/**
 * Of points that AWS Backup does not manage itself it may refuse to tell the tags: those of FSx are
 * the service's own, and those of tables have none.
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListTags.html
 */
async function tagsOfPoint(
  read: Read,
  { RecoveryPointArn: arn = "" }: Point,
): Promise<Readonly<Record<string, string | undefined>>> {
  const [, , service] = arn.split(":");
  if (service === "backup") return (await read(listBackupTags({ ResourceArn: arn })))?.Tags ?? {};
  if (service !== "fsx") return {};
  const found = await Array.fromAsync(read(getResources({ ResourceARNList: [arn] })));
  const tags = found.flatMap(({ Tags = [] }) => Tags);
  return Object.fromEntries(tags.map(({ Key = "", Value }) => [Key, Value]));
}

/** What a point's tags say of it. */
export async function setOfPoint(read: Read, point: Point): Promise<SetName | undefined> {
  const tags = await tagsOfPoint(read, point);
  const about = tags[tagOf.about];
  const slot = tags[tagOf.slot];
  return tags[tagOf.unit] === vaultMaker && about && slot ? { about, slot } : undefined;
}

const made = z.object({ output: z.object({ RecoveryPointArn: z.string() }) });

export const pointOf = (record: Remembered | undefined): string | undefined => {
  const read = made.safeParse(record);
  return read.success ? read.data.output.RecoveryPointArn : undefined;
};

/** So many of the newest are asked for their tags, where the ledger does not say which it is. */
const mostAsked = 3;

/**
 * The ledger says which it is; where it does not, or that one is gone, tags do.
 * @param points all of one resource
 */
export async function pointsOfSlot(
  read: Read,
  { about, slot }: SetName,
  {
    points,
    record,
  }: { readonly points: readonly Point[]; readonly record: Remembered | undefined },
): Promise<Point[]> {
  const arn = pointOf(record);
  const known = points.filter(({ RecoveryPointArn }) => RecoveryPointArn === arn);
  if (known.length) return known;
  const found: Point[] = [];
  for (const point of newestPoints(points.filter(mayBeOurs), mostAsked)) {
    const set = await setOfPoint(read, point);
    if (set?.slot === slot && set.about === about) found.push(point);
  }
  return found;
}
