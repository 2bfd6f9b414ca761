/** Which incident a message is of. */
import { digest } from "../sdk/codec.ts";
import type { Outgoing } from "./outgoing.ts";

/**
 * What a message is about: what repeats under the same key is one incident. Without a key it is the
 * same where it says the same.
 */
export const keyOf = ({ key, unit, title }: Pick<Outgoing, "key" | "unit" | "title">): string =>
  key ?? `${unit}: ${title}`;
export const incidentId = (
  message: Pick<Outgoing, "key" | "unit" | "title" | "account" | "region">,
): string => `inc.${digest([message.account, message.region, keyOf(message)]).slice(0, 16)}`;
