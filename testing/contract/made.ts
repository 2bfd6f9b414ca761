import type { RecordedCall } from "../recorded-call.ts";

/** What the ledger and the kill switch take. */
export const isOurs = ({ service }: RecordedCall): boolean =>
  service === "dynamodb" || service === "ssm";

/** The operations that were asked of AWS, without our own. */
export const made = (calls: readonly RecordedCall[]): Set<string> =>
  new Set(
    calls
      .filter((call) => !isOurs(call))
      .map(({ service, operation }) => `${service}:${operation}`),
  );

export const operationsOf = (declared: readonly { readonly operation: string }[]): Set<string> =>
  new Set(declared.map(({ operation }) => operation));
