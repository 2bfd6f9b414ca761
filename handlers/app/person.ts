/**
 * Who is behind an order: proven by their own signature, or recorded by a function of ours that has
 * proven it. What the payload itself says of who it is counts for nothing (rule:
 * policy-not-in-payload).
 */
import type { Identify } from "../../ingest/identity.ts";
import { identityRequestOf, type OrderAddress, proofIn } from "../../ingest/proof.ts";
import {
  type OrderReference,
  type OrderWriter,
  orderWriters,
  type Taker,
  takeOnce,
  takeOrder,
} from "../../ledger/orders.ts";
import type { Store } from "../../ledger/store.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import type { Clock } from "../../sdk/time.ts";
import type { Deployed } from "../../settings/arns.ts";
import type { ParsedSettings } from "../../settings/settings.ts";

/** What a function needs to hear people. */
export interface Hearing {
  /** The function, as in the manifest. */
  readonly name: string;
  /** What its own partitions begin with. */
  readonly partition: string;
  /** Whose recorded orders it carries out beside proven ones. */
  readonly believes?: readonly OrderWriter[];
  readonly settings: Deployed & Pick<ParsedSettings, "approvers">;
  readonly store: Store;
  readonly clock: Clock;
  readonly identify: Identify;
}

/** The invocation that brings an order. */
export interface Bringing {
  /** 12 digits, in which the function runs. */
  readonly account: string;
  /** Lambda's request id. */
  readonly invocation: string;
}

/** `before`: a recorded order that another invocation has taken; this one is a repeat of it. */
export interface HeardOrder {
  readonly by: string;
  readonly state: "taken" | "before";
}

const takerOf = (
  { name, partition, believes, clock }: Hearing,
  { invocation }: Bringing,
): Taker => ({ name, partition, invocation, now: clock.now(), ...(believes && { believes }) });

/**
 * @param payload what the function was invoked with, whole: every field of it is part of the order
 * @throws {NotPossible} where it is not proven, or was used before
 * @throws {TryAgain} where AWS could not be asked: it may come again
 */
export async function personBehind(
  hearing: Hearing,
  payload: unknown,
  bringing: Bringing,
): Promise<HeardOrder> {
  const { recorded, ...order } = fieldsOf(payload);
  if (recorded === undefined) return proven(hearing, payload, bringing);
  const taker = takerOf(hearing, bringing);
  return takeOrder(hearing.store, taker, referenceIn(recorded), order);
}

/** @throws {NotPossible} where it names no order of the ledger */
function referenceIn(recorded: unknown): OrderReference {
  const { writer, digest } = fieldsOf(recorded);
  const known = orderWriters.find((name) => name === writer);
  if (known === undefined || typeof digest !== "string" || !/^[0-9a-f]{64}$/.test(digest))
    throw new NotPossible("the order names no record in the ledger: nothing is done");
  return { writer: known, digest };
}

async function proven(hearing: Hearing, payload: unknown, bringing: Bringing): Promise<HeardOrder> {
  const { name, settings, store, identify } = hearing;
  const address: OrderAddress = { deployed: settings, account: bringing.account, to: name };
  const read = proofIn(payload);
  const taker = takerOf(hearing, bringing);
  const { arn, account } = await identify(identityRequestOf(read, address, taker.now));
  assertAccount(account, settings, bringing);
  if (!(await takeOnce(store, taker, read.proof.digest)))
    throw new NotPossible(
      "this order was given before with the same signature, and counts once: give it again",
    );
  return { by: arn, state: "taken" };
}

/** Whoever has an account of their own can prove to be anybody in there. */
function assertAccount(
  account: string,
  { approvers }: Pick<ParsedSettings, "approvers">,
  { account: own }: Bringing,
): void {
  const isNamed = approvers.some((approver) => approver.split(":")[4] === account);
  if (account === own || isNamed) return;
  throw new NotPossible(
    `whoever gives this order belongs to the account ${account}, of which the settings name nobody: nothing is done`,
  );
}
