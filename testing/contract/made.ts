import type { RecordedCall } from "../recorded-call.ts";

/** What the ledger, the kill switch, and an undo's look into the trail take. */
const ours: ReadonlySet<string> = new Set(["dynamodb", "ssm", "cloudtrail"]);
export const isOurs = ({ service }: RecordedCall): boolean => ours.has(service);

/** The operations that were asked of AWS, without our own. */
export const made = (calls: readonly RecordedCall[]): Set<string> =>
  new Set(
    calls
      .filter((call) => !isOurs(call))
      .map(({ service, operation }) => `${service}:${operation}`),
  );

export const operationsOf = (declared: readonly { readonly operation: string }[]): Set<string> =>
  new Set(declared.map(({ operation }) => operation));
