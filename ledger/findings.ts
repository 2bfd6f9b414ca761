/**
 * What the watchdog has found and told and is not over yet; and since when it has looked for a
 * unit's runs.
 */

import type { Message } from "../sdk/message.ts";
import { keys } from "./keys.ts";
import { absent, type Step, type Store } from "./store.ts";

/** `key` names the matter: the same as long as it lasts. */
export interface WatchdogFinding extends Omit<Message, "closes" | "key"> {
  readonly key: string;
}
export interface OpenFinding extends WatchdogFinding {
  readonly since: Date;
}

export const openFindings = async (store: Store): Promise<OpenFinding[]> =>
  (await Array.fromAsync(store.query(keys.findings))).map(({ body }) => body as OpenFinding);

/**
 * Remembers it and tells it, or neither. Told once, however often it is seen.
 * @param told the step that puts the message into the outbox
 */
export const rememberFinding = (
  store: Store,
  finding: OpenFinding,
  told: Step,
): Promise<readonly number[]> =>
  store.transact([
    { put: { pk: keys.findings, sk: finding.key, type: "finding", body: finding }, if: absent },
    told,
  ]);

/** It is over: forgets it and says so, or neither. */
export const forgetFinding = (
  store: Store,
  { key }: OpenFinding,
  told: Step,
): Promise<readonly number[]> =>
  store.transact([
    { remove: { pk: keys.findings, sk: key }, if: { attr: "pk", exists: true } },
    told,
  ]);

/**
 * When a schedule was first looked after: what never ran is late from then on, not from the
 * beginning of time.
 */
export async function lookedAfterSince(store: Store, what: string, now: Date): Promise<Date> {
  const key = keys.lookedAfter(what);
  const known = (await store.get(key))?.body as Date | undefined;
  if (known) return known;
  await store.put({ ...key, type: "since", body: now }, absent);
  return now;
}
