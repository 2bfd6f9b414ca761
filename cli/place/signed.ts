/** Orders, signed with the caller's own credentials: who gives them is AWS's to say, not ours. */
import { type SignedOrder, signOrder } from "../../ingest/sign-order.ts";
import type { Deployed } from "../../settings/arns.ts";
import type { CallerAccount } from "./account.ts";

/**
 * @param to the function that is to carry it out, as in the manifest
 * @param order all that it is asked; what is added later makes it another
 */
export const signedFor = <O extends object>(
  to: string,
  order: O,
  deployed: Deployed,
  { id, signer }: Pick<CallerAccount, "id" | "signer">,
): Promise<SignedOrder<O>> => signOrder(signer, { deployed, account: id, to }, order);
