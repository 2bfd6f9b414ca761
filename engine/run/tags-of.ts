/**
 * The tags of what a run proposed that routes go by: so that the owner's tag leads to the owner's
 * channel.
 */
import { concurrently } from "../../sdk/concurrently.ts";
import { cut } from "../../sdk/plain.ts";
import type { Candidate } from "../guards/guard.ts";

/** A run of many things with as many owners belongs to no single one. */
const mostValues = 20;
/** Where tags have to be fetched, not more than a person reads about. */
const mostLooked = 100;

/**
 * @param names of the tags that matter; none: nothing is looked at
 * @returns all values that occur, of the targets themselves and of what contains them; what cannot be read is left out
 */
export async function routedTagsOf(
  work: readonly Pick<Candidate, "tags" | "withinTags">[],
  names: readonly string[] = [],
): Promise<Readonly<Record<string, readonly string[]>>> {
  if (!names.length) return {};
  const all = await concurrently(
    work.slice(0, mostLooked),
    (one) => Promise.all([one.tags, one.withinTags].map((read) => read().catch(() => undefined))),
    {
      concurrency: 8,
    },
  );
  const values = (name: string) =>
    [...new Set(all.flat().flatMap((tags) => tags?.[name] ?? []))]
      .slice(0, mostValues)
      .map((value) => cut(value, 256));
  return Object.fromEntries(
    names.map((name) => [name, values(name)] as const).filter(([, found]) => found.length),
  );
}
