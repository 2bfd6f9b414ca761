/** Which resources are backed up here, by their tags or by the settings' list. */
import { listBuckets } from "../../../aws/s3/bucket.ts";
import { getResources } from "../../../aws/tag/tagged-resource.ts";
import { accountIn, regionIn } from "../../../sdk/arn.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type BackedUpKind, kindOf, vaultKinds } from "./kinds.ts";

export interface ProtectedResource {
  /** Its ARN. */
  readonly about: string;
  readonly kind: BackedUpKind;
  readonly tags: readonly {
    readonly Key?: string | undefined;
    readonly Value?: string | undefined;
  }[];
}

/** The settings' part that says which. */
export interface ChosenResources {
  readonly tag: string;
  readonly kinds: readonly BackedUpKind[];
  readonly resources: readonly string[];
}

export const chosenReads = [getResources, listBuckets] as const;

interface LookingForResources {
  readonly read: Reader<typeof chosenReads>;
  readonly chosen: ChosenResources;
  readonly account: string;
  readonly region: string;
  readonly only: readonly string[] | undefined;
}

/** So many ARNs are looked up in one request. */
const arnsAtOnce = 100;

async function named(
  { read }: LookingForResources,
  arns: readonly string[],
): Promise<ProtectedResource[]> {
  const found: ProtectedResource[] = [];
  for (const some of chunks([...arns], arnsAtOnce))
    for await (const { ResourceARN: about = "", Tags: tags = [] } of read(
      getResources({ ResourceARNList: [...some] }),
    )) {
      const kind = kindOf(about);
      if (kind) found.push({ about, kind, tags });
    }
  return found;
}

async function tagged({ read, chosen }: LookingForResources): Promise<ProtectedResource[]> {
  const ResourceTypeFilters = chosen.kinds.flatMap((kind) => vaultKinds[kind].types);
  if (!ResourceTypeFilters.length) return [];
  const asked = getResources({ ResourceTypeFilters, TagFilters: [{ Key: chosen.tag }] });
  const found: ProtectedResource[] = [];
  for await (const { ResourceARN: about = "", Tags: tags = [] } of read(asked)) {
    const kind = kindOf(about);
    if (kind && chosen.kinds.includes(kind)) found.push({ about, kind, tags });
  }
  return found;
}

/** Of a bucket its ARN says neither account nor region. */
export const mayLieHere = (
  arn: string,
  { account, region }: Pick<LookingForResources, "account" | "region">,
): boolean =>
  (regionIn(arn) === "" || regionIn(arn) === region) &&
  (accountIn(arn) === "" || accountIn(arn) === account);

const isTagged = ({ chosen }: LookingForResources, { kind, tags }: ProtectedResource): boolean =>
  chosen.kinds.includes(kind) && tags.some(({ Key }) => Key === chosen.tag);

const bucketPrefix = ":s3:::";

/** Where a bucket lies its ARN does not say, and S3 does. */
async function bucketsHere(
  { read, region }: LookingForResources,
  arns: readonly string[],
): Promise<ReadonlySet<string>> {
  const names = new Set(arns.flatMap((arn) => arn.split(bucketPrefix)[1] ?? []));
  if (!names.size) return names;
  const found = await Array.fromAsync(read(listBuckets({ BucketRegion: region })));
  return new Set(found.flatMap(({ Name = "" }) => (names.has(Name) ? [Name] : [])));
}

/** What the list names and has no tag is not told of by its tags. */
async function untagged(
  looking: LookingForResources,
  arns: readonly string[],
): Promise<ProtectedResource[]> {
  const buckets = await bucketsHere(looking, arns);
  return arns.flatMap((about) => {
    const kind = kindOf(about);
    const isHere =
      regionIn(about) === looking.region || buckets.has(about.split(bucketPrefix)[1] ?? "");
    return kind !== undefined && isHere ? [{ about, kind, tags: [] }] : [];
  });
}

/** @returns each once, by its ARN */
export async function protectedResources(
  looking: LookingForResources,
): Promise<ReadonlyMap<string, ProtectedResource>> {
  const { chosen, only } = looking;
  const listed = chosen.resources.filter(
    (arn) => mayLieHere(arn, looking) && (!only || only.includes(arn)),
  );
  const asked = only ? [...new Set([...only, ...listed])] : listed;
  const byName = await named(looking, asked);
  const known = new Set(byName.map(({ about }) => about));
  const all = [
    ...(only ? [] : await tagged(looking)),
    ...byName.filter((each) => listed.includes(each.about) || isTagged(looking, each)),
    ...(await untagged(
      looking,
      listed.filter((arn) => !known.has(arn)),
    )),
  ];
  return new Map(all.map((each) => [each.about, each]));
}
