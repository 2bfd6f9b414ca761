/** The order that an account has for some names already (RFC 8555, section 7.1.2.1). */
import * as z from "zod/mini";
import type { AcmeSession } from "./acme-session.ts";

const accountBody = z.object({ orders: z.optional(z.string()) });
const listBody = z.object({ orders: z.array(z.string()) });
const listedBody = z.object({
  status: z.string(),
  identifiers: z.array(z.object({ value: z.string() })),
  profile: z.optional(z.string()),
});

/**
 * So many orders are looked at: an account has a few that are not finished. Behind a longer list
 * nothing is known, as without one: a renewal must not wait for a list to become shorter.
 */
const mostOrders = 200;
const mostPages = 20;

/** `<https://…>;rel="next"`. */
const nextIn = (link: string | undefined): string | undefined =>
  /<([^<>]{1,2000})>\s{0,9};\s{0,9}rel="?next"?/.exec(link ?? "")?.[1];

/** Where the account's orders are listed; not every directory has such a list. */
async function listOf(session: AcmeSession, account: string): Promise<string | undefined> {
  const { body } = await session.post(account, null);
  return z.safeParse(accountBody, body).data?.orders;
}

async function* ordersIn(session: AcmeSession, list: string): AsyncGenerator<string> {
  let next: string | undefined = list;
  for (let page = 0; next !== undefined && page < mostPages; page += 1) {
    const { body, header } = await session.post(next, null);
    yield* z.safeParse(listBody, body).data?.orders ?? [];
    next = nextIn(header("link"));
  }
}

export interface PlacedFor {
  /** The account's URL. */
  readonly account: string;
  readonly names: readonly string[];
  readonly profile: string | undefined;
}

const namesIn = (names: readonly string[]): string => names.toSorted().join();

async function isUnfinished(session: AcmeSession, url: string, wanted: PlacedFor) {
  const order = z.safeParse(listedBody, (await session.post(url, null)).body).data;
  if (order?.status !== "pending" && order?.status !== "ready") return false;
  if (order.profile !== undefined && order.profile !== (wanted.profile ?? order.profile))
    return false;
  return namesIn(order.identifiers.map(({ value }) => value)) === namesIn(wanted.names);
}

/**
 * @returns `no list` where the directory has none that can be looked through, which says nothing of whether there is an order
 * @throws {AcmeRefusal} what passes by itself
 */
export async function placedOrder(
  session: AcmeSession,
  wanted: PlacedFor,
): Promise<{ readonly order: string } | "none" | "no list"> {
  const list = await listOf(session, wanted.account);
  if (list === undefined) return "no list";
  let seen = 0;
  for await (const url of ordersIn(session, list)) {
    if (await isUnfinished(session, url, wanted)) return { order: url };
    seen += 1;
    if (seen === mostOrders) return "no list";
  }
  return "none";
}
