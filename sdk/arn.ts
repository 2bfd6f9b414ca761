/** The partition that a region lies in: `aws`, `aws-cn`, `aws-us-gov`. */
export const partitionOf = (region: string): string =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
