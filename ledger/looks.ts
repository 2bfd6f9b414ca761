/** How far a look at everything has come that one invocation is too short for. */

import { weighedChunks } from "../sdk/chunks.ts";
import { days } from "../sdk/time.ts";
import { keys } from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import type { Store } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

/** Where in its listings a look is. */
export interface LookPosition {
  /** Which of them, in the order in which they are begun: the first is 0. */
  readonly listing: number;
  /** Digest of its operation and input. */
  readonly of: string;
  /** What its next page is asked with. */
  readonly asked: object;
}

/** What is known of a look up to where it is. */
export interface LookedSoFar {
  readonly at: Date;
  /** Absent: everything was looked at. */
  readonly position?: LookPosition;
  /** How many things were found before it. */
  readonly found: number;
  /** The targets of which something was proposed, or that could not be judged. */
  readonly again: readonly string[];
  /** The targets that what is measured is true of. */
  readonly counting: readonly string[];
}

/** Whose look it is: an attempt at a run. */
export interface LookOwner {
  readonly unit: string;
  readonly run: string;
  readonly holder: string;
}

interface LookHead extends Pick<LookedSoFar, "at" | "position" | "found"> {
  readonly holder: string;
  readonly parts: number;
}

type LookPart = Pick<LookedSoFar, "again" | "counting">;

/** It is of use for an hour, and for those who look into a run that went wrong. */
const kept = days(2);

/** Bytes of ids in an item, far from what one may hold whatever they are. */
const mostOfIds = 150_000;
const byBytes = {
  length: Number.POSITIVE_INFINITY,
  weight: (id: string) => Buffer.byteLength(id) + 4,
  most: mostOfIds,
};

const partsOf = ({ again, counting }: LookPart): LookPart[] => [
  ...[...weighedChunks(again, byBytes)].map((some) => ({ again: some, counting: [] })),
  ...[...weighedChunks(counting, byBytes)].map((some) => ({ again: [], counting: some })),
];

/** Writes it: its parts first, so that where it is is known only with all of them. */
export async function keepLook(
  store: Store,
  { unit, run, holder }: LookOwner,
  { again, counting, ...where }: LookedSoFar,
): Promise<void> {
  const common = { type: "look", ttl: ttlAfter(where.at, kept) };
  const parts = partsOf({ again, counting });
  for (const [at, part] of parts.entries())
    await store.put({ ...keys.lookPart(unit, run, { holder, at }), ...common, body: packed(part) });
  const head: LookHead = { ...where, holder, parts: parts.length };
  await store.put({ ...keys.look(unit, run), ...common, body: head });
}

/** @returns nothing where none was kept, or a part of it is gone */
export async function lookSoFar(
  store: Store,
  unit: string,
  run: string,
): Promise<LookedSoFar | undefined> {
  const found = await store.get(keys.look(unit, run));
  if (!found) return undefined;
  const { holder, parts, ...where } = found.body as LookHead;
  const items = await Promise.all(
    Array.from({ length: parts }, (_, at) => store.get(keys.lookPart(unit, run, { holder, at }))),
  );
  const read: LookPart[] = [];
  for (const item of items) {
    if (!item) return undefined;
    read.push(unpacked(item.body, `the look of ${run}`) as LookPart);
  }
  return {
    ...where,
    again: read.flatMap(({ again }) => again),
    counting: read.flatMap(({ counting }) => counting),
  };
}
