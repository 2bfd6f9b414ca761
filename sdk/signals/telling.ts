/** Messages as signals write them: without what an event did not say. */
import type { Message, Severity } from "../message.ts";
import { cut } from "../plain.ts";

/** Facts by name; what is absent or empty is left out. */
export type DraftFacts = Readonly<Record<string, string | number | undefined>>;

/** A message as a signal writes it: what is undefined is left out. */
export interface Draft {
  readonly title: string;
  readonly severity: Severity;
  readonly affected?: readonly (string | undefined)[] | undefined;
  /** Routes go by them. */
  readonly tags?: Message["tags"] | undefined;
  readonly facts: DraftFacts;
  readonly link?: string | undefined;
  readonly region?: string | undefined;
  readonly key?: string | undefined;
  readonly closes?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly occurs?: boolean | undefined;
}

export function message(draft: Draft): Message {
  const {
    title,
    severity,
    affected = [],
    tags,
    facts,
    link,
    region,
    key,
    closes,
    quiet,
    occurs,
  } = draft;
  const names = [...new Set(affected.flatMap((name) => name || []))];
  const known = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)] as const],
  );
  return {
    title,
    severity,
    facts: Object.fromEntries(known),
    ...(names.length > 0 && { affected: names }),
    ...(tags !== undefined && { tags }),
    ...(link !== undefined && { link }),
    ...(region !== undefined && { region }),
    ...(key !== undefined && { key }),
    ...(closes !== undefined && { closes }),
    ...(quiet !== undefined && { quiet }),
    ...(occurs !== undefined && { occurs }),
  };
}

/** A resource belongs to somebody or a few; what has more is nobody's. */
const most = { tags: 50, values: 20, length: 256 };

/**
 * Tags of each resource that an event names: all values that occur, by name. @returns nothing where
 * there are none
 */
export function tagsInEvent(
  resources: readonly (Readonly<Record<string, string>> | undefined)[],
): Message["tags"] | undefined {
  const pairs = resources.flatMap((tags) => Object.entries(tags ?? {}));
  const found = [...Map.groupBy(pairs, ([name]) => name)]
    .slice(0, most.tags)
    .map(([name, same]) => {
      const values = new Set(same.map(([, value]) => cut(value, most.length)));
      return [cut(name, most.length), [...values].slice(0, most.values)] as const;
    });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
