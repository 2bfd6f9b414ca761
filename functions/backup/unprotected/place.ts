/** Where is looked, and what could not be read there. */
import { hasNoHost, inOneLine, isUnknownCaller } from "../../../sdk/errors.ts";
import type { Reader, Reads } from "../../../sdk/unit.ts";
import type { Shelf } from "./resource.ts";

export interface LookingPlace<R extends Reads = Reads> {
  readonly read: Reader<R>;
  readonly account: string;
  readonly region: string;
  readonly now: Date;
  /** Of this region. */
  readonly shelf: Shelf;
}

/** What could not be read: nothing of it counts as protected, nor as unprotected. */
export interface UnreadPart {
  readonly what: string;
  readonly region: string;
  readonly why: string;
  readonly error: unknown;
  /** The region has no such service: nothing of it is there. */
  readonly isNotOffered?: true;
}

/** Carries out what reads one kind of thing. One that fails must not hide all others. */
export async function orUnreadPart<T>(
  what: string,
  region: string,
  reading: () => Promise<T>,
): Promise<{ readonly got: T } | { readonly unread: UnreadPart }> {
  try {
    return { got: await reading() };
  } catch (error) {
    const off = isUnknownCaller(error) ? `${region} is not enabled for this account: ` : "";
    const why = `${off}${inOneLine(error)}`;
    const notOffered = hasNoHost(error) && { isNotOffered: true as const };
    return { unread: { what, region, why, error, ...notOffered } };
  }
}
