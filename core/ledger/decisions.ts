/** A decision names the plan's hash, works once, and carries an authenticated identity. */
import { keys } from "./keys.ts";
import { absent, type Store } from "./store.ts";

export interface Decision {
  readonly plan: string;
  readonly hash: string;
  readonly verdict: "approve" | "deny";
  /** The ARN that IAM authenticated, never a string that somebody sent (rules.md, 2). */
  readonly by: string;
  readonly at: Date;
}

/** @returns false when the plan was already decided on */
export const decideOnce = (store: Store, decision: Decision): Promise<boolean> =>
  store.put({ ...keys.decision(decision.plan), type: "decision", state: decision.verdict, body: decision }, absent);

export const decisionOn = async (store: Store, plan: string): Promise<Decision | undefined> =>
  (await store.get(keys.decision(plan)))?.body as Decision | undefined;
