/**
 * How often flows about a target have failed one after the other. Each costs something, an order at
 * an authority or an hour of a restored database: the next one begins later.
 */
import { after, days, type Span, seconds } from "../sdk/time.ts";
import { keys, type Place, type PlacedTarget } from "./keys.ts";
import type { Step, Store } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

export interface Setback {
  /** One after the other, this one among them. */
  readonly times: number;
  readonly at: Date;
  /** No flow about it begins before. */
  readonly until: Date;
  /** The action that failed last. */
  readonly action: string;
}

/** The first may have been bad luck; from the third on it is tried every other day. */
const pauseAfter = (times: number): Span => (times < 2 ? seconds(0) : days(times < 3 ? 1 : 2));

/** What failed longer ago is another story. */
const remembered = days(14);

/** One failure more. */
export function setbackAfter(
  before: Setback | undefined,
  { at, action }: Pick<Setback, "at" | "action">,
): Setback {
  const times = (before?.times ?? 0) + 1;
  return { times, at, action, until: after(at, pauseAfter(times)) };
}

/** The step that records it. */
export const recordSetback = (at: PlacedTarget, body: Setback): Step => ({
  put: {
    ...keys.setback(at, at.target),
    type: "setback",
    ttl: ttlAfter(body.at, remembered),
    body,
  },
});

/** The step that ends the count, where there is one. */
export const noSetback = (at: PlacedTarget): Step => ({ remove: keys.setback(at, at.target) });

export const setbackOf = async (
  store: Store,
  place: Place,
  target: string,
): Promise<Setback | undefined> =>
  (await store.get(keys.setback(place, target)))?.body as Setback | undefined;
