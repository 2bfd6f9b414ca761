/** A decision names the plan's hash, works once, and carries an authenticated identity. */
import { keys } from "./keys.ts";
import { absent, type Store } from "./store.ts";

export interface Decision {
  readonly plan: string;
  readonly hash: string;
  readonly verdict: "approve" | "deny";
  /**
   * The ARN that IAM authenticated, or the member that Slack did (`slack:<team>/<member>/<app>`):
   * never a string that somebody sent (rules: policy-not-in-payload, slack-endpoint).
   */
  readonly by: string;
  readonly at: Date;
}

/** @returns false when the plan was already decided on */
export const decideOnce = (store: Store, decision: Decision): Promise<boolean> =>
  store.put(
    { ...keys.decision(decision.plan), type: "decision", state: decision.verdict, body: decision },
    absent,
  );

/** One that was not taken, and why: kept for each person and verdict, the first. */
export interface DecisionRefusal extends Decision {
  readonly why: string;
}

export const refuseOnce = (store: Store, decision: Decision, why: string): Promise<boolean> =>
  store.put(
    {
      ...keys.refusal(decision.plan, `${decision.verdict}#${decision.by}`),
      type: "refusal",
      body: { ...decision, why } satisfies DecisionRefusal,
    },
    absent,
  );

export const refusalsOf = async (store: Store, plan: string): Promise<DecisionRefusal[]> =>
  (await Array.fromAsync(store.query(keys.decision(plan).pk, { prefix: "refused#" }))).map(
    ({ body }) => body as DecisionRefusal,
  );

export const decisionOn = async (store: Store, plan: string): Promise<Decision | undefined> =>
  (await store.get(keys.decision(plan)))?.body as Decision | undefined;
