/**
 * Orders that one function of ours gives another in a person's name, written where only the giver
 * may write: whoever merely invokes the other function cannot make one up.
 *
 * The giver checks who it is (Slack's signature, a signed request to STS), then
 * `const recorded = await recordOrder(store, "slack", { to: "undo", order, by, at })` and invokes
 * `to` with `{ ...order, recorded }`. The taker calls `takeOrder` with what it was invoked with:
 * every field is compared, `by` comes from the ledger alone, and the order counts once.
 *
 * The giver needs GetItem and PutItem on `<writer>#order#*`, the taker GetItem on that and PutItem
 * and GetItem on `<its own partitions>#taken#*`. What is recorded and taken goes after two days.
 */
import { digest } from "../sdk/codec.ts";
import { NotPossible } from "../sdk/errors.ts";
import type { Fields } from "../sdk/fields.ts";
import { before, days, hours } from "../sdk/time.ts";
import { keys } from "./keys.ts";
import { absent, type Store } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

/** Who may record orders: the beginning of the partitions that it alone writes. */
export const orderWriters = ["slack", "undo"] as const;
export type OrderWriter = (typeof orderWriters)[number];

export interface GivenOrder {
  /** The function that is to carry it out, as in the manifest: `undo`, `incidents`, a unit's id. */
  readonly to: string;
  /** What it is asked, as it is invoked with: JSON, without `recorded`. */
  readonly order: Fields;
  /** Who it is, as the giver has checked: an ARN, or `slack:<team>/<member>/<app>`. */
  readonly by: string;
  readonly at: Date;
}

/** Where an order lies; goes along in the payload as `recorded`. */
export interface OrderReference {
  readonly writer: OrderWriter;
  /** SHA-256, in hexadecimal, of receiver, order and person. */
  readonly digest: string;
}

/** Lambda keeps an asynchronous invocation for so long. */
const orderLife = hours(6);
/** Longer than any order or proof counts: TTL deletes at some time after it. */
const kept = days(2);

const asSent = (order: Fields): unknown => JSON.parse(JSON.stringify(order));

const digestOf = ({ to, order, by }: GivenOrder): string => digest([to, asSent(order), by]);

/**
 * Records an order. The same order of the same person twice is one, and keeps its first time: give
 * it a key of its own where it may be given again.
 */
export async function recordOrder(
  store: Store,
  writer: OrderWriter,
  given: GivenOrder,
): Promise<OrderReference> {
  const reference = { writer, digest: digestOf(given) };
  const body: GivenOrder = { ...given, order: asSent(given.order) as Fields };
  const ttl = ttlAfter(given.at, kept);
  await store.put({ ...keys.order(reference), type: "order", ttl, body }, absent);
  return reference;
}

/** Who takes an order or a proof, and in which invocation. */
export interface Taker {
  /** The function, as in the manifest. */
  readonly name: string;
  /** What its own partitions begin with: `undo`, `incident`, `decision`, `unit#<id>`. */
  readonly partition: string;
  /** Lambda's request id: the same for each try of one asynchronous invocation. */
  readonly invocation: string;
  readonly now: Date;
  /** Whose recorded orders it carries out; absent: nobody's. */
  readonly believes?: readonly OrderWriter[];
}

/** `before`: another invocation has taken it, so that this one is a repeat. */
export interface TakenOrder {
  readonly state: "taken" | "before";
  readonly by: string;
}

/**
 * Takes an order that was recorded, once.
 * @param order what the function was invoked with, without `recorded`
 * @throws {NotPossible} where there is no such order, or it says something else, or is too old
 */
export async function takeOrder(
  store: Store,
  taker: Taker,
  { writer, digest: named }: OrderReference,
  order: Fields,
): Promise<TakenOrder> {
  if (!taker.believes?.includes(writer))
    throw new NotPossible(`${taker.name} takes no orders of ${writer}`);
  const body = (await store.get(keys.order({ writer, digest: named })))?.body as
    | GivenOrder
    | undefined;
  if (!body)
    throw new NotPossible(
      `nobody has given ${taker.name} this order: the ledger has none of ${writer} under ${named}`,
    );
  const meant: GivenOrder = { ...body, to: taker.name, order };
  if (digestOf(body) !== named || digestOf(meant) !== named)
    throw new NotPossible(
      `the order that the ledger has under ${named} is another than ${taker.name} was given: nothing is done`,
    );
  if (body.at < before(taker.now, orderLife))
    throw new NotPossible(
      `the order under ${named} was given at ${body.at.toISOString()}, too long ago: give it again`,
    );
  const isOurs = await takeOnce(store, taker, named);
  return { state: isOurs ? "taken" : "before", by: body.by };
}

/**
 * Uses up a proof or an order: in the taker's own partition, for longer than it counts.
 * @returns false where another invocation has it; a retry of the same one goes on
 */
export const takeOnce = (store: Store, taker: Taker, used: string): Promise<boolean> =>
  store.put(
    {
      ...keys.taken(taker.partition, used),
      type: "taken",
      holder: taker.invocation,
      ttl: ttlAfter(taker.now, kept),
      body: { at: taker.now },
    },
    { or: [absent, { attr: "holder", eq: taker.invocation }] },
  );
