/** What the carrier of a unit's flows is called with. */
import type { Begun } from "../../ledger/flows.ts";

/** It holds no times, and is the same for each call of one attempt. */
export interface FlowOrder {
  readonly kind: "carry";
  readonly region: string;
  readonly action: string;
  /** Which execution it is. */
  readonly attempt: number;
}

export const flowOrderOf = ({ region, action, attempt }: Begun): FlowOrder => ({
  kind: "carry",
  region,
  action,
  attempt,
});
