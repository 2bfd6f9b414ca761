/** Which of the required tags a resource lacks, whether it is exempt, and what made it. */
import type { ResourceTagMapping } from "@aws-sdk/client-resource-groups-tagging-api";
import { exemptingRules, exemptsBy } from "../../../sdk/exempt-from.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { exemptTag, readExemption } from "../../../sdk/tags.ts";
import { namedByArn } from "./named.ts";

/** A resource without some of the tags. */
export interface Lacking {
  readonly arn: string;
  readonly name: string;
  /** The keys, in words. */
  readonly lacks: readonly string[];
  /** What made it, by its tags and its ARN. */
  readonly madeBy: string | undefined;
}

/** Those of one service and type. */
export interface LackingKind {
  /** `ec2:instance` */
  readonly kind: string;
  /** All that AWS lists of it. */
  readonly seen: number;
  /** Those that lack a tag and are not exempt. */
  readonly lacking: number;
  /** Of these, those that something else made. */
  readonly made: number;
  /** Of these, those that have a required key in capital or small letters that are not asked for. */
  readonly otherwise: number;
  /** Of these, the first by name. */
  readonly first: readonly Lacking[];
  /** Those that lack a tag and are exempt. */
  readonly exempt: number;
  /** Of the exempt, those whose exemption is over or cannot be read. */
  readonly doubtful: number;
  /** The ARN of one such. */
  readonly doubted: string | undefined;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Counted = Writable<Omit<LackingKind, "first">> & { first: Lacking[] };

/** What is asked of the tags. */
export interface TagsAsked {
  readonly required: readonly string[];
  /** Kinds that are not looked at. */
  readonly except: readonly string[];
  /** So many are kept by name. */
  readonly names: number;
  readonly now: Date;
}

type TagList = NonNullable<ResourceTagMapping["Tags"]>;

const exempting = exemptingRules({ own: ["untagged-resources"], others: undefined });

/** By tags that AWS alone can write. */
const services: readonly (readonly [key: string, name: string])[] = [
  ["aws:backup:source-resource", "AWS Backup"],
  ["aws:dlm:lifecycle-policy-id", "Data Lifecycle Manager"],
];

function maker(arn: string, tags: TagList): string | undefined {
  const manager = managedBy(tags);
  if (manager) return manager;
  const service = services.find(([key]) => tags.some(({ Key }) => Key === key));
  if (service) return service[1];
  const owning = tags.find(({ Key }) => Key === "aws:secretsmanager:owningService")?.Value;
  if (owning) return `the service ${owning}`;
  const linked = arn.split(":role/aws-service-role/")[1]?.split("/")[0];
  return linked && `the service ${linked}`;
}

/** What a tag that is asked for lacks, in words; `undefined`: nothing. */
function lackOf(key: string, tags: TagList): { words: string; otherwise: boolean } | undefined {
  const tag = tags.find(({ Key }) => Key === key);
  if (tag?.Value?.trim()) return undefined;
  if (tag) return { words: `${key} (empty)`, otherwise: false };
  const near = tags.find(({ Key = "" }) => Key.toLowerCase() === key.toLowerCase())?.Key;
  if (near) return { words: `${key} (has ${near})`, otherwise: true };
  return { words: key, otherwise: false };
}

/** Whether a tag exempts it, and whether that is in doubt: then it does as well. */
function exemptionOf(tags: TagList, now: Date): "none" | "clear" | "doubtful" {
  const tag = tags.find(({ Key }) => Key === exemptTag);
  const value = tag?.Value ?? "";
  if (!tag || !exemptsBy(value, exempting)) return "none";
  const { until, problems } = readExemption(value);
  return problems.length || (until && until < now) ? "doubtful" : "clear";
}

/** By name, and by ARN where names are the same; the same order each time. */
export function byNameThenArn(a: Lacking, b: Lacking): number {
  const [one, other] = a.name === b.name ? [a.arn, b.arn] : [a.name, b.name];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function keep(first: Lacking[], lacking: Lacking, most: number): void {
  const last = first.at(-1);
  if (first.length >= most && last && byNameThenArn(lacking, last) >= 0) return;
  const at = first.findIndex((each) => byNameThenArn(lacking, each) < 0);
  first.splice(at < 0 ? first.length : at, 0, lacking);
  if (first.length > most) first.pop();
}

const nothingOf = (kind: string): Counted => ({
  kind,
  seen: 0,
  lacking: 0,
  made: 0,
  otherwise: 0,
  first: [],
  exempt: 0,
  doubtful: 0,
  doubted: undefined,
});

function add(counted: Counted, name: string, resource: ResourceTagMapping, asked: TagsAsked): void {
  const { ResourceARN: arn = "", Tags: tags = [] } = resource;
  counted.seen += 1;
  const lacks = asked.required.flatMap((key) => lackOf(key, tags) ?? []);
  if (!lacks.length) return;
  const exemption = exemptionOf(tags, asked.now);
  if (exemption !== "none") {
    counted.exempt += 1;
    if (exemption === "clear") return;
    counted.doubtful += 1;
    counted.doubted ??= arn;
    return;
  }
  const madeBy = maker(arn, tags);
  counted.lacking += 1;
  if (madeBy) counted.made += 1;
  if (lacks.some(({ otherwise }) => otherwise)) counted.otherwise += 1;
  const lacking = { arn, name, lacks: lacks.map(({ words }) => words), madeBy };
  keep(counted.first, lacking, asked.names);
}

/**
 * Counts them as they come: no more of them is held than the first of each kind by name.
 * @throws when the list breaks off: half of it says nothing of the rest
 */
export async function lackingKinds(
  resources: AsyncIterable<ResourceTagMapping>,
  asked: TagsAsked,
): Promise<readonly LackingKind[]> {
  const kinds = new Map<string, Counted>();
  const except = new Set(asked.except);
  for await (const resource of resources) {
    const { kind, name } = namedByArn(resource.ResourceARN ?? "");
    if (except.has(kind)) continue;
    const counted = kinds.get(kind) ?? nothingOf(kind);
    kinds.set(kind, counted);
    add(counted, name, resource, asked);
  }
  return [...kinds.values()];
}
