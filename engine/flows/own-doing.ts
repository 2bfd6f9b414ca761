/**
 * What a flow writes may change what its unit proposes: a mark becomes one of the tags that the
 * proposal names. That is no reason to stop; what anybody else changed is one.
 */
import type { CallData } from "../../ledger/actions.ts";
import { digest, same } from "../../sdk/codec.ts";
import { isFields } from "../../sdk/fields.ts";

/** All that was written, piece by piece. */
interface Pieces {
  /** Names of tags that were put on or off, whatever their values. */
  readonly tags: ReadonlyMap<string, unknown>;
  /** Digests of each field with its value, wherever it stood: no lists, of which a part may be another's. */
  readonly fields: ReadonlySet<string>;
  readonly elements: readonly unknown[];
}

function piecesOf(wrote: readonly CallData[]): Pieces {
  const fields = new Set<string>();
  const elements: unknown[] = [];
  const tags = new Map<string, unknown>();
  const gather = (value: unknown): void => {
    if (Array.isArray(value)) {
      elements.push(...value);
      value.forEach(gather);
    } else if (isFields(value)) {
      if (typeof value.Key === "string") tags.set(value.Key, value.Value);
      for (const [name, each] of Object.entries(value)) {
        if (typeof each !== "object") fields.add(digest([name, each]));
        gather(each);
      }
    }
  };
  for (const { input } of wrote) gather(input);
  return { fields, elements, tags };
}

const isPart = (part: unknown, whole: unknown): boolean =>
  isFields(part) && isFields(whole)
    ? Object.entries(part).every(([name, value]) => same(value, whole[name]))
    : same(part, whole);

/** Tags and the like: the same name with another value takes the place of the one before. */
const isReplaced = (gone: unknown, by: unknown): boolean =>
  isFields(gone) && isFields(by) && gone.Key !== undefined && gone.Key === by.Key;

function isOwnInList(
  before: readonly unknown[],
  now: readonly unknown[],
  { elements }: Pieces,
): boolean {
  const added = now.filter((each) => !before.some((other) => same(each, other)));
  const gone = before.filter((each) => !now.some((other) => same(each, other)));
  return (
    added.every((each) => elements.some((written) => same(written, each))) &&
    gone.every(
      (each) =>
        added.some((other) => isReplaced(each, other)) ||
        elements.some((written) => isPart(written, each)),
    )
  );
}

function isOwn(before: unknown, now: unknown, pieces: Pieces): boolean {
  if (same(before, now)) return true;
  if (Array.isArray(before) && Array.isArray(now)) return isOwnInList(before, now, pieces);
  if (!isFields(before) || !isFields(now)) return false;
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].every(
    (name) =>
      isOwn(before[name], now[name], pieces) || pieces.fields.has(digest([name, now[name]])),
  );
}

/**
 * Whether all that differs is what the flow itself wrote.
 * @param before the input that was proposed when it began
 * @param now that which would be proposed now
 */
export const isOwnDoing = (before: object, now: object, wrote: readonly CallData[]): boolean =>
  wrote.length > 0 && isOwn(before, now, piecesOf(wrote));

/** Whether a field of a state became so by a tag that was put on, or taken off, under its name. */
const isOwnTag = (name: string, now: unknown, { tags }: Pieces): boolean =>
  tags.has(name) && (now === undefined || same(now, tags.get(name)));

function isOwnChange(before: unknown, now: unknown, pieces: Pieces): boolean {
  if (isOwn(before, now, pieces)) return true;
  if (!isFields(before) || !isFields(now)) return false;
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].every(
    (name) =>
      isOwnChange(before[name], now[name], pieces) ||
      pieces.fields.has(digest([name, now[name]])) ||
      isOwnTag(name, now[name], pieces),
  );
}

/**
 * Whether the flow itself made the target what it is: something differs, and all that differs it
 * wrote. What a state says in other words than the call is not recognised.
 * @param before the state when the flow began
 */
export const isOwnState = (before: unknown, now: unknown, wrote: readonly CallData[]): boolean =>
  wrote.length > 0 && !same(before, now) && isOwnChange(before, now, piecesOf(wrote));
