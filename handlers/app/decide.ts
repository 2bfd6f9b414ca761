/**
 * A person's word on a plan, over a Function URL with `AWS_IAM` auth: the approver is who IAM says
 * it is (rule: policy-not-in-payload).
 */
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import * as z from "zod/mini";
import { decideOn } from "../../engine/run/approve.ts";
import type { Order } from "../../ingest/start.ts";
import type { Store } from "../../ledger/store.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import type { Clock } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Log } from "./log.ts";

const request = z.object({
  plan: z.string().check(z.maxLength(300)),
  verdict: z.enum(["approve", "deny"]),
});
const identity = z.object({
  requestContext: z.object({
    authorizer: z.object({ iam: z.object({ userArn: z.string().check(z.minLength(1)) }) }),
  }),
});
const url = z.object({ body: z.optional(z.string()), isBase64Encoded: z.optional(z.boolean()) });

export interface DecideParts {
  readonly settings: Pick<ParsedSettings, "approvers" | "twoPersonRule">;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Hands an order to a unit's own function, without waiting for it. */
  invoke(unit: string, order: Order): Promise<void>;
}

const answer = (statusCode: number, body: object): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

/** @returns what Lambda calls: 200 with the decision, 400, 403 without an identity, 409 with why it cannot be decided */
export function decideHandler({ settings, store, clock, log, invoke }: DecideParts) {
  return async (event: unknown): Promise<APIGatewayProxyStructuredResultV2> => {
    const who = identity.safeParse(event);
    if (!who.success) {
      log.warn("a decision without an identity is refused");
      return answer(403, { error: "no identity: sign the request with IAM credentials" });
    }
    const by = who.data.requestContext.authorizer.iam.userArn;
    const { body = "", isBase64Encoded } = url.parse(event);
    const given = parsed(isBase64Encoded ? Buffer.from(body, "base64").toString() : body);
    if (!given)
      return answer(400, { error: 'send { "plan": "…", "verdict": "approve" | "deny" }' });
    try {
      const { decision, plan } = await decideOn(store, settings, {
        plan: given.plan,
        verdict: given.verdict,
        by,
        at: clock.now(),
      });
      // Repeating the same decision hands it over again: the first hand-over may have failed.
      if (decision.verdict === "approve")
        await invoke(plan.unit, { kind: "decision", plan: plan.id, region: plan.region });
      log.info("decided", { plan: plan.id, verdict: decision.verdict, by });
      return answer(200, {
        plan: plan.id,
        verdict: decision.verdict,
        by,
        at: decision.at.toISOString(),
      });
    } catch (error) {
      if (!(error instanceof NotPossible)) throw error;
      log.warn("a decision is refused", { plan: given.plan, by, why: inOneLine(error) });
      return answer(409, { error: error.message });
    }
  };
}

function parsed(body: string) {
  try {
    return request.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
