/**
 * What the watchdog has found and told and is not over yet; and since when it has looked for a
 * unit's runs.
 */

import type { Message } from "../sdk/message.ts";
import { before, hours, minutes } from "../sdk/time.ts";
import { keys } from "./keys.ts";
import { absent, type Step, type Store } from "./store.ts";

/** `key` names the matter: the same as long as it lasts. */
export interface WatchdogFinding extends Omit<Message, "closes" | "key"> {
  readonly key: string;
}
export interface OpenFinding extends WatchdogFinding {
  readonly since: Date;
  /** It may be over in a moment: seen once, and not told yet. */
  readonly untold?: true | undefined;
}

/** Those that are not told yet are among them. */
export const seenFindings = async (store: Store): Promise<OpenFinding[]> =>
  (await Array.fromAsync(store.query(keys.findings))).map(({ body }) => body as OpenFinding);

/** Those that were told. */
export const openFindings = async (store: Store): Promise<OpenFinding[]> =>
  (await seenFindings(store)).filter(({ untold }) => !untold);

/**
 * Remembers it and tells it, or neither. Told once, however often it is seen.
 * @param told the step that puts the message into the outbox
 */
export const rememberFinding = (
  store: Store,
  finding: OpenFinding,
  told: Step,
): Promise<readonly number[]> => store.transact([{ put: itemOf(finding), if: absent }, told]);

const itemOf = (finding: OpenFinding) => ({
  pk: keys.findings,
  sk: finding.key,
  type: "finding",
  ...(finding.untold && { state: "untold" }),
  body: finding,
});

/** Remembers what may be over in a moment, and tells nobody. */
export const noteFinding = (store: Store, finding: OpenFinding): Promise<readonly number[]> =>
  store.transact([{ put: itemOf({ ...finding, untold: true }), if: absent }]);

/** It was noted and is still so: told now, once. */
export const tellNoted = (
  store: Store,
  { untold: _, ...finding }: OpenFinding,
  told: Step,
): Promise<readonly number[]> =>
  store.transact([{ put: itemOf(finding), if: { attr: "state", eq: "untold" } }, told]);

/** It was noted and is over: nobody has heard of it. */
export const forgetNoted = (store: Store, { key }: OpenFinding): Promise<readonly number[]> =>
  store.transact([{ remove: { pk: keys.findings, sk: key }, if: { attr: "state", eq: "untold" } }]);

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

/** Since when a schedule is looked after without a break, and when it was last. */
interface LookedAfter {
  readonly since: Date;
  readonly seen: Date;
}

/** It is looked after each quarter of an hour: one that was not for so long was switched off. */
const longestBreak = hours(1);
/** How often it is written down. */
const seenEach = minutes(10);

/** @param body before, it was the first time alone */
const readLookedAfter = (body: unknown, now: Date): LookedAfter =>
  body instanceof Date ? { since: body, seen: now } : (body as LookedAfter);

/**
 * Since when a schedule is looked after: what never ran is late from then on, not from the beginning
 * of time. One that comes back after a break begins anew: nobody expected it meanwhile.
 */
export async function lookedAfterSince(store: Store, what: string, now: Date): Promise<Date> {
  const key = keys.lookedAfter(what);
  const found = await store.get(key);
  const known = found && readLookedAfter(found.body, now);
  const goesOn = known !== undefined && known.seen >= before(now, longestBreak);
  const since = goesOn ? known.since : now;
  const isFresh = goesOn && !(found?.body instanceof Date) && known.seen > before(now, seenEach);
  if (!isFresh)
    await store.put({ ...key, type: "since", body: { since, seen: now } satisfies LookedAfter });
  return since;
}
