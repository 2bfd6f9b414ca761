/** What AWS Backup takes, as its ARN says it. */
import type { backedUpKinds } from "./config.ts";

export type BackedUpKind = (typeof backedUpKinds)[number];

interface KindWords {
  /** As AWS Backup's opt-in calls it. */
  readonly optIn: string;
  /** As the tagging API calls what is of it. */
  readonly types: readonly string[];
  readonly service: string;
}

export const vaultKinds: Readonly<Record<BackedUpKind, KindWords>> = {
  efs: {
    optIn: "EFS",
    types: ["elasticfilesystem:file-system"],
    service: "elasticfilesystem",
  },
  fsx: { optIn: "FSx", types: ["fsx:file-system", "fsx:volume"], service: "fsx" },
  s3: { optIn: "S3", types: ["s3"], service: "s3" },
  dynamodb: { optIn: "DynamoDB", types: ["dynamodb:table"], service: "dynamodb" },
};

const kinds = Object.entries(vaultKinds) as [BackedUpKind, KindWords][];

/** How many parts the name of a resource has, by what it begins with. */
const partsOf: Readonly<Record<string, number>> = { "file-system": 2, volume: 3, table: 2 };

/** Services call more than that by their ARNs: jobs, lenses and access points of S3, tables' indexes. */
function isWholeResource(service: string, region: string, resource: string): boolean {
  const [first = "", ...more] = resource.split("/");
  if (service === "s3") return region === "" && more.length === 0;
  return partsOf[first] === more.length + 1;
}

/** @returns nothing of what is none of these */
export const kindOf = (arn: string): BackedUpKind | undefined => {
  const [, , service = "", region = "", , ...resource] = arn.split(":");
  if (!isWholeResource(service, region, resource.join(":"))) return undefined;
  return kinds.find(([, words]) => words.service === service)?.[0];
};
