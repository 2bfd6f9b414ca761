/**
 * What Slack itself vouches for. Whoever invokes the function that carries out, past the endpoint
 * or as the endpoint, is believed nothing: signature and request are read here, from the raw bytes.
 */
import { UsageError } from "../../sdk/errors.ts";
import { hours, milliseconds } from "../../sdk/time.ts";
import { appOf } from "./asker.ts";
import type { SlackApp } from "./endpoint-parts.ts";
import { orderOf, type SlackOrder } from "./order.ts";
import { readRequest } from "./read-request.ts";
import { window as signatureWindow } from "./signature.ts";
import { handedRequest, type RawRequest, requestKey, signedOf, tokenOf } from "./signed-request.ts";
import { signersOf } from "./signers.ts";
import { identityOf } from "./who.ts";
import type { SlackWork } from "./work-parts.ts";

/** An order that Slack's signature stands for. */
export interface ProvenOrder {
  readonly order: SlackOrder;
  /** Names the signature. */
  readonly token: string;
  /** The signature is too old to act on: whoever pressed can only be told. */
  readonly isLate: boolean;
}

/** Whoever pressed is told that it was too late for so long; after that nobody waits for it. */
const toldFor = hours(1);

/**
 * @param payload what the function was invoked with
 * @returns nothing where there is nothing to carry out
 * @throws {UsageError} for what Slack did not sign, or signed long ago
 */
export async function provenOrder(
  host: SlackWork,
  payload: unknown,
): Promise<ProvenOrder | undefined> {
  const handed = handedRequest.safeParse(payload);
  if (!handed.success)
    throw new UsageError(
      "an order that is not understood: only the endpoint for Slack hands requests over, as Slack signed them; nothing is done",
    );
  const signed = signedOf(handed.data);
  const isLate = wasLate(host, signed);
  const from = await vouching(host, signed, isLate);
  const order = readOrder(host, signed, from);
  return order && { order, token: tokenOf(signed), isLate };
}

const sentAt = ({ timestamp }: RawRequest): Date => new Date(Number(timestamp) * 1000);

/** Too old for its signature, but not so old that nobody waits for it any more. */
function wasLate({ clock }: SlackWork, signed: RawRequest): boolean {
  const age = clock.now().getTime() - sentAt(signed).getTime();
  return age > milliseconds(signatureWindow) && age <= milliseconds(toldFor);
}

async function vouching(
  host: SlackWork,
  signed: RawRequest,
  isLate: boolean,
): Promise<readonly SlackApp[]> {
  const at = isLate ? sentAt(signed) : host.clock.now();
  const { verdict, from } = await signersOf(host, signed, at);
  if (verdict === "genuine") return from;
  if (verdict === "unreadable")
    throw new Error("no signing secret can be read, so nothing is carried out yet");
  host.log.warn("A request that is not Slack's is refused", { verdict });
  throw new UsageError(`a request that is not signed by Slack (${verdict}): nothing is done`);
}

function readOrder(
  { log }: SlackWork,
  signed: RawRequest,
  from: readonly SlackApp[],
): SlackOrder | undefined {
  const ask = readRequest(signed.body.toString("utf8"));
  const order = ask && orderOf(ask, requestKey(signed));
  if (!order) {
    log.warn("A request of Slack asks for nothing that is carried out here", { asks: ask?.kind });
    return undefined;
  }
  if (appOf({ from, person: order.person })) return order;
  log.warn("A request of Slack names another app than the one that signed it", {
    by: identityOf(order.person),
  });
  return undefined;
}
