/** The partition that a region lies in: `aws`, `aws-cn`, `aws-us-gov`. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** What an ARN is made of. Global services have no region, some have no account either. */
export interface ArnParts {
  readonly service: string;
  /** Default none. */
  readonly region?: string;
  /** 12 digits; default none. */
  readonly account?: string;
  /** As the service writes it: `role/oncall`, `function:web`. */
  readonly resource: string;
  /** Default that of the region. */
  readonly partition?: string;
}

/** @param near a region of the same partition, where `region` is left out */
export const arnOf = (
  { service, region = "", account = "", resource, partition }: ArnParts,
  near = region,
): string => `arn:${partition ?? partitionOf(near)}:${service}:${region}:${account}:${resource}`;

/** The region that an ARN names; empty where it names none. */
export const regionIn = (arn: string): string => arn.split(":")[3] ?? "";
/** The account that an ARN names, 12 digits; empty where it names none. */
export const accountIn = (arn: string): string => arn.split(":")[4] ?? "";
