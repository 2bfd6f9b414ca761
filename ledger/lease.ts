/**
 * How long nobody else may act: until whoever has it cannot be heard of any more. Times are
 * compared, never left to DynamoDB's deletions (rules: leases, reads-lag).
 */
export interface Lease {
  readonly from: Date;
  readonly until: Date;
}
