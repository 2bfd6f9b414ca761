/** The listings that everything is found by, page by page: a look can go on at any of them. */

import type { LookPosition } from "../../ledger/looks.ts";
import type { Described, ListedPage } from "../../sdk/call.ts";
import { digest } from "../../sdk/codec.ts";
import { inDoubt } from "../../sdk/errors.ts";
import type { Pages, Reads } from "../../sdk/unit.ts";
import type { Clients } from "./clients.ts";

/**
 * The listings are others than when the position was kept, or AWS knows its token no more: it is begun
 * at the first page.
 */
export class NoSuchPosition extends Error {}

/** What reads, and where. */
export interface ListingReads {
  readonly reads: Reads;
  readonly clients: Clients;
  readonly region: string;
}

export interface Turning {
  /** Where an earlier attempt was; absent: at the first page. */
  readonly from?: LookPosition | undefined;
  /** Called before each page: all that lies before it has been found. */
  turn(position: LookPosition): Promise<void>;
}

/** @returns what `find` goes through its listings by */
export function listings({ reads, clients, region }: ListingReads, turning: Turning): Pages<Reads> {
  const { from } = turning;
  let begun = 0;
  async function* pages(
    { operation, input }: Described,
    atLeast: number,
  ): AsyncGenerator<readonly unknown[]> {
    const listing = begun;
    begun += 1;
    // An earlier attempt was through with it.
    if (from && listing < from.listing) return;
    const of = digest([operation, input]);
    const goesOn = from?.listing === listing ? from : undefined;
    if (goesOn && goesOn.of !== of) throw new NoSuchPosition();
    const read = reads.find((each) => each.operation === operation);
    if (!read?.list) throw new Error(`${operation} is no declared read of several pages`);
    const client = clients.get(read.client, region, "read", read.retried);
    const listed = read.list(client, goesOn?.asked ?? input);
    let some: unknown[] = [];
    let asked: object | undefined;
    for await (const page of goesOn ? fromPosition(listed) : listed) {
      if (!asked) {
        asked = page.asked;
        await turning.turn({ listing, of, asked });
      }
      some.push(...page.items);
      if (some.length < atLeast) continue;
      yield some;
      some = [];
      asked = undefined;
    }
    if (some.length) yield some;
  }
  return ((call: Described, atLeast = 1) => pages(call, atLeast)) as Pages<Reads>;
}

/** @throws {NoSuchPosition} where AWS refuses the first page */
async function* fromPosition(listed: AsyncIterable<ListedPage>): AsyncGenerator<ListedPage> {
  let answered = false;
  try {
    for await (const page of listed) {
      answered = true;
      yield page;
    }
  } catch (error) {
    if (answered || inDoubt(error)) throw error;
    throw new NoSuchPosition();
  }
}
