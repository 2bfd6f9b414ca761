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

/** @returns nothing of what is none of these */
export const kindOf = (arn: string): BackedUpKind | undefined => {
  const [, , service] = arn.split(":");
  return kinds.find(([, words]) => words.service === service)?.[0];
};
