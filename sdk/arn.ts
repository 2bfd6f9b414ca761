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
}

/** @param near a region of the same partition, where `region` is left out */
export const arnOf = ({ service, region = "", account = "", resource }: ArnParts, near = region) =>
  `arn:${partitionOf(near)}:${service}:${region}:${account}:${resource}`;
