/**
 * What the two functions for Slack remember: requests that were seen and carried out, forms that
 * are open, and who was refused.
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

/** Longer than any delivery comes again. */
const claimedFor = days(2);

const claimKey = (token: string) => ({ pk: `slack#claim#${token}`, sk: "claim" });

/**
 * What a claim on a signature comes to: `taken` may go on; `done` was carried out to its end;
 * `another's` is in the hands of another invocation.
 */
export type SignatureClaim = "taken" | "done" | "another's";

/**
 * Takes a signature for one invocation, once and for all. What Lambda tries again has the same
 * request id, and goes on.
 * @param holder the invocation's request id
 */
export async function claimSignature(
  store: Store,
  token: string,
  holder: string,
  now: Date,
): Promise<SignatureClaim> {
  const claim = { ...claimKey(token), type: "slack-claim", state: "open", holder };
  const item = { ...claim, ttl: ttl(now, claimedFor), body: { at: now } };
  if (await store.put(item, absent)) return "taken";
  const standing = await store.get(claimKey(token));
  if (standing?.state === "done") return "done";
  return standing?.holder === holder ? "taken" : "another's";
}

/** What the signature was for is carried out: no delivery of it does anything any more. */
export const closeClaim = (store: Store, token: string, now: Date): Promise<boolean> =>
  store.put({
    ...claimKey(token),
    type: "slack-claim",
    state: "done",
    ttl: ttl(now, claimedFor),
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

/**
 * Uses a form up for one request: the same request finds it again, no other does.
 * @param sent what was sent in: by whom, about what
 * @param key of the request
 * @returns whether Slack had opened it for this person and about this
 */
export async function useForm(
  store: Store,
  view: string,
  sent: OpenForm,
  key: string,
): Promise<boolean> {
  const at = { pk: `slack#form#${view}`, sk: "form" };
  const found = await store.get(at);
  if (!found) return false;
  const used = { ...found, state: "used", holder: key };
  const isOurs =
    (await store.put(used, { attr: "state", eq: "open" })) || (await store.get(at))?.holder === key;
  const opened = found.body as OpenForm;
  return isOurs && opened.by === sent.by && opened.about === sent.about;
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
