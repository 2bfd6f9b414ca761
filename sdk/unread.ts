/** What could not be read of one thing, while others can be. */

import { inOneLine, isSystems } from "./errors.ts";

/** In place of what a read answers. */
export interface Unread {
  /** Why, with AWS's code. */
  readonly unreadable: string;
}

/**
 * A read that is about one thing of many: the others must not fail because somebody guards this one,
 * or took it away.
 * @throws what is the system's error and not the thing's: the run fails, and is tried again
 */
export async function orUnread<T>(reading: Promise<T>): Promise<T | Unread> {
  try {
    return await reading;
  } catch (error) {
    if (isSystems(error)) throw error;
    return { unreadable: inOneLine(error) };
  }
}
