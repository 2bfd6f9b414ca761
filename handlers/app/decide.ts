/**
 * A person's word on a plan, over a Function URL with `AWS_IAM` auth. Whoever may call that may
 * also invoke the function itself, with a `requestContext` of their own making: the approver is who
 * has signed the decision, and nobody else (rule: policy-not-in-payload).
 */
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import * as z from "zod/mini";
import { decideOn } from "../../engine/run/approve.ts";
import type { Identify } from "../../ingest/identity.ts";
import type { Order } from "../../ingest/start.ts";
import type { Store } from "../../ledger/store.ts";
import { inOneLine, NotPossible, TryAgain } from "../../sdk/errors.ts";
import type { Clock } from "../../sdk/time.ts";
import type { Deployed } from "../../settings/arns.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { accountOf } from "./invocation.ts";
import type { Log } from "./log.ts";
import { type Hearing, personBehind } from "./person.ts";

const request = z.object({
  plan: z.string().check(z.maxLength(300)),
  verdict: z.enum(["approve", "deny"]),
  /** Of the plan, where whoever decides was shown it. */
  hash: z.optional(z.string().check(z.maxLength(64))),
});
type DecisionBody = z.output<typeof request>;
const url = z.object({ body: z.optional(z.string()), isBase64Encoded: z.optional(z.boolean()) });

export interface DecideParts {
  readonly settings: Deployed & Pick<ParsedSettings, "approvers" | "twoPersonRule">;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly identify: Identify;
  /** Hands an order to a unit's own function, without waiting for it. */
  invoke(unit: string, order: Order): Promise<void>;
}

const answer = (statusCode: number, body: object): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

/** What a request says, and what proves it. */
interface ReadDecision {
  readonly decision: DecisionBody;
  /** The body whole: all of it is signed. */
  readonly payload: unknown;
}

function readDecision(event: unknown): ReadDecision | undefined {
  const { body = "", isBase64Encoded } = url.safeParse(event).data ?? {};
  try {
    const payload: unknown = JSON.parse(
      isBase64Encoded ? Buffer.from(body, "base64").toString() : body,
    );
    const decision = request.safeParse(payload).data;
    return decision && { decision, payload };
  } catch {
    return undefined;
  }
}

/** @throws what is neither a refusal nor to be tried again */
function unproven(error: unknown): APIGatewayProxyStructuredResultV2 {
  if (error instanceof TryAgain) return answer(503, { error: error.message });
  if (error instanceof NotPossible) return answer(403, { error: error.message });
  throw error;
}

/**
 * @returns what Lambda calls: 200 with the decision, 400, 403 where nobody is proven to have decided, 409 with why it cannot be decided, 503 where AWS could not be asked who it is
 */
export function decideHandler(parts: DecideParts) {
  const { log } = parts;
  const hearing: Hearing = { ...parts, name: "decide", partition: "decision" };
  return async (
    event: unknown,
    context: Pick<Context, "invokedFunctionArn" | "awsRequestId">,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    const read = readDecision(event);
    if (!read)
      return answer(400, {
        error: 'send { "plan": "…", "verdict": "approve" | "deny", "proof": … }',
      });
    const bringing = { account: accountOf(context), invocation: context.awsRequestId };
    let by: string;
    try {
      by = (await personBehind(hearing, read.payload, bringing)).by;
    } catch (error) {
      log.warn("a decision is refused: nobody is proven to have taken it", {
        why: inOneLine(error),
      });
      return unproven(error);
    }
    return decided(parts, read.decision, by);
  };
}

async function decided(
  { settings, store, clock, log, invoke }: DecideParts,
  { plan: id, verdict: wanted, hash }: DecisionBody,
  by: string,
): Promise<APIGatewayProxyStructuredResultV2> {
  try {
    const asked = { plan: id, verdict: wanted, by, at: clock.now(), ...(hash && { hash }) };
    const { decision, plan } = await decideOn(store, settings, asked);
    const { verdict, at } = decision;
    // Repeating the same decision hands it over again: the first hand-over may have failed.
    if (verdict === "approve")
      await invoke(plan.unit, { kind: "decision", plan: plan.id, region: plan.region });
    log.info("decided", { plan: plan.id, verdict, by });
    return answer(200, { plan: plan.id, verdict, by, at: at.toISOString() });
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error;
    log.warn("a decision is refused", { plan: id, by, why: inOneLine(error) });
    return answer(409, { error: error.message });
  }
}
