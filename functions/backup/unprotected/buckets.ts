/**
 * Buckets, each where it lies. Versions, locks and replicas of objects are no backup, and are told as
 * what they are; directory buckets are listed by another call, and are not looked at.
 */
import type { ReplicationRule } from "@aws-sdk/client-s3";
import { getBucketTagging, getBucketVersioning, listBuckets } from "../../../aws/s3/bucket.ts";
import { getBucketReplication, getObjectLockConfiguration } from "../../../aws/s3/safekeeping.ts";
import { arnOf } from "../../../sdk/arn.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { inOneLine, isDenied } from "../../../sdk/errors.ts";
import type { LookingPlace } from "./place.ts";
import type { Resource, TagList } from "./resource.ts";

export const keptBucketReads = [
  listBuckets,
  getBucketTagging,
  getBucketVersioning,
  getBucketReplication,
  getObjectLockConfiguration,
] as const;
type Here = LookingPlace<typeof keptBucketReads>;

const isGone = (error: unknown): boolean => error instanceof Error && error.name === "NoSuchBucket";

interface ReadTags {
  readonly tags: TagList;
  /** Why they are not known. */
  readonly unread?: string;
}

/** Nothing where it was deleted meanwhile. A bucket's own policy may forbid it: the others go on. */
async function tagsOf(Bucket: string, { read }: Here): Promise<ReadTags | undefined> {
  try {
    return { tags: (await read(getBucketTagging({ Bucket })))?.TagSet ?? [] };
  } catch (error) {
    if (isGone(error)) return undefined;
    if (!isDenied(error)) throw error;
    return { tags: [], unread: `its tags (${inOneLine(error)})` };
  }
}

async function versions(Bucket: string, { read }: Here): Promise<string> {
  const { Status } = await read(getBucketVersioning({ Bucket }));
  if (Status === "Enabled") return "its versioning is on";
  return Status ? "its versioning is suspended" : "it has no versioning";
}

async function locks(Bucket: string, { read }: Here): Promise<string> {
  const lock = (await read(getObjectLockConfiguration({ Bucket })))?.ObjectLockConfiguration;
  if (lock?.ObjectLockEnabled !== "Enabled") return "";
  const { Days, Years, Mode } = lock.Rule?.DefaultRetention ?? {};
  if (!Days && !Years) return "its objects can be locked";
  return `its objects are locked for ${Years ? `${Years} years` : `${Days} days`} (${Mode})`;
}

const replicaOf = ({ Destination }: ReplicationRule): string =>
  Destination?.Bucket?.split(":").at(-1) ?? "";

async function replicas(Bucket: string, { read }: Here): Promise<string> {
  const rules = (await read(getBucketReplication({ Bucket })))?.ReplicationConfiguration?.Rules;
  const active = rules?.filter(({ Status }) => Status === "Enabled") ?? [];
  const places = [...new Set(active.map(replicaOf))];
  return places.length ? `it is replicated to ${places.join(", ")}` : "";
}

/** Each as far as it may be read: it decides nothing. */
async function besides(Bucket: string, place: Here): Promise<string> {
  const asked = { versioning: versions, "object lock": locks, replication: replicas };
  const said = await Promise.all(
    Object.entries(asked).map(async ([what, ask]) => {
      try {
        return await ask(Bucket, place);
      } catch (error) {
        if (isGone(error) || isDenied(error)) return `its ${what} could not be read`;
        throw error;
      }
    }),
  );
  const words = said.filter(Boolean);
  return words.length > 1 ? `${words.join(", ")}, which is no backup` : words.join("");
}

/** What has backups somebody wants to have some. */
const whyApart =
  "of a bucket one is asked for by its tag, or where `targets` name its kind: most hold what can be made again";

/** Each is asked once or four times, and S3 answers thousands of such requests a second. */
const together = 20;
/** More rows than a table has: of further buckets nobody would read it. */
const mostAsked = 1000;

/** Where a bucket's row may be one that somebody reads. */
export interface BucketPlace extends Here {
  readonly misses: (resource: Resource) => boolean;
}

export async function bucketsIn(place: BucketPlace): Promise<Resource[]> {
  const { read, region, shelf, misses } = place;
  let asked = 0;
  const asResource = async (id: string): Promise<Resource[]> => {
    const known = await tagsOf(id, place);
    if (!known) return [];
    const arn = arnOf({ service: "s3", resource: id }, region);
    const kept = shelf.of(arn);
    const resource: Resource = {
      kind: "bucket",
      ...{ arn, id, region },
      name: id,
      // What S3 calls so moves with each change of its policy.
      created: undefined,
      tags: known.tags,
      passing: undefined,
      apart: kept.newest || kept.useless ? undefined : whyApart,
      unread: known.unread === undefined ? [] : [known.unread],
      part: undefined,
      ...kept,
    };
    if (!misses(resource)) return [resource];
    asked += 1;
    return [asked > mostAsked ? resource : { ...resource, besides: await besides(id, place) }];
  };
  const names: string[] = [];
  for await (const { Name, BucketRegion = region } of read(listBuckets({ BucketRegion: region })))
    if (Name && BucketRegion === region) names.push(Name);
  return (await concurrently(names, asResource, { concurrency: together })).flat();
}
