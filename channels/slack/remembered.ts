/**
 * What the endpoint for Slack remembers: requests it has seen, forms that are open, and who was
 * refused.
 */

import { absent, type Store } from "../../ledger/store.ts";
import { after, days, hours, minutes } from "../../sdk/time.ts";

/** Twice the window of a signature, which may lie in the future as well as in the past. */
const seenFor = minutes(10);
const formFor = hours(1);
const refusedFor = days(400);

const ttl = (now: Date, { seconds }: { readonly seconds: number }): number =>
  Math.ceil(after(now, { seconds }).getTime() / 1000);

/** @returns false when a request with this signature was here before */
export const firstSeen = (store: Store, signature: string, now: Date): Promise<boolean> =>
  store.put(
    {
      pk: `slack#seen#${signature}`,
      sk: "seen",
      type: "slack-seen",
      ttl: ttl(now, seenFor),
      body: { at: now },
    },
    absent,
  );

/**
 * Whether an order has been carried out to its end: it may be delivered again, long after what it
 * led to was shown.
 */
export const wasDone = async (store: Store, order: string): Promise<boolean> =>
  (await store.get({ pk: `slack#done#${order}`, sk: "done" })) !== undefined;
export const markDone = (store: Store, order: string, now: Date): Promise<boolean> =>
  store.put({
    pk: `slack#done#${order}`,
    sk: "done",
    type: "slack-done",
    ttl: ttl(now, days(2)),
    body: { at: now },
  });

/** What a form was opened for: that it is sent in once, by whom it was opened for. */
export interface OpenForm {
  readonly by: string;
  readonly about: string;
}
export const openForm = (store: Store, view: string, form: OpenForm, now: Date): Promise<boolean> =>
  store.put({
    pk: `slack#form#${view}`,
    sk: "form",
    type: "slack-form",
    state: "open",
    ttl: ttl(now, formFor),
    body: form,
  });

/** @returns what it was opened for; nothing where no such form is open any more */
export async function closeForm(store: Store, view: string): Promise<OpenForm | undefined> {
  const key = { pk: `slack#form#${view}`, sk: "form" };
  const found = await store.get(key);
  if (!found) return undefined;
  return (await store.remove(key, { attr: "state", eq: "open" }))
    ? (found.body as OpenForm)
    : undefined;
}

/** Somebody tried what they may not. */
export interface SlackRefusal {
  readonly at: Date;
  readonly by: string;
  /** What they tried, on what. */
  readonly act: string;
  readonly on: string;
  readonly why: string;
}
export const recordRefusal = (store: Store, key: string, refusal: SlackRefusal): Promise<boolean> =>
  store.put({
    pk: "slack#refused",
    sk: `${refusal.at.toISOString()}#${key}`,
    type: "slack-refused",
    ttl: ttl(refusal.at, refusedFor),
    body: refusal,
  });

/** Newest first. */
export const refusals = async (store: Store, limit: number): Promise<SlackRefusal[]> =>
  (await Array.fromAsync(store.query("slack#refused", { reverse: true, limit }))).map(
    ({ body }) => body as SlackRefusal,
  );
