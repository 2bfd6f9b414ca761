/** Which events a region sends home: exactly those that units ask for, and each of them once. */
import type { Leaf, Pattern } from "../sdk/pattern.ts";

interface Asked {
  readonly source: Leaf | undefined;
  readonly type: Leaf | undefined;
  readonly detail: Pattern | undefined;
}

/** `undefined`: any. */
const leaves = (value: Pattern[string] | undefined): readonly (Leaf | undefined)[] =>
  Array.isArray(value) ? value : [undefined];
const key = (...parts: readonly unknown[]): string =>
  JSON.stringify(parts.map((part) => part ?? null));

const asked = ({ source, "detail-type": detailType, detail }: Pattern): Asked[] =>
  leaves(source).flatMap((from) =>
    leaves(detailType).map((type) => ({
      source: from,
      type,
      detail: detail as Pattern | undefined,
    })),
  );

function joined(group: readonly Asked[]): Pattern {
  const [first] = group;
  const details = group.some(({ detail }) => !detail)
    ? []
    : [...new Map(group.map(({ detail }) => [key(detail), detail as Pattern])).values()];
  return {
    ...(first?.source !== undefined && { source: [first.source] }),
    ...(first?.type !== undefined && { "detail-type": [first.type] }),
    ...(details.length === 1 && { detail: details[0] as Pattern }),
    ...(details.length > 1 && { detail: { $or: details } as unknown as Pattern }),
  };
}

/** A rule's pattern may have 2,048 characters; account and regions are put into it later. */
const longest = 1_400;

/**
 * Of AWS's own sources that are asked for by type alone, as few patterns as there can be: a bus has
 * 300 rules. One that lists two sources and their types also matches a type of the one from the
 * other, which AWS does not send; so a type that several sources have, or that somebody asks for by
 * detail, stays by itself.
 */
function packed(all: readonly Pattern[]): Pattern[] {
  const typeOf = ({ "detail-type": type }: Pattern) => key(type);
  const shared = new Set(
    [...Map.groupBy(all, typeOf)].filter(([, of]) => of.length > 1).map(([type]) => type),
  );
  const simple = all.filter(
    (one) => !one.detail && one["detail-type"] && isOfAws(one) && !shared.has(typeOf(one)),
  );
  const packs: Pattern[][] = [];
  for (const one of simple) {
    const last = packs.at(-1);
    if (last && JSON.stringify(united([...last, one])).length <= longest) last.push(one);
    else packs.push([one]);
  }
  return [...packs.map(united), ...all.filter((one) => !simple.includes(one))];
}
const listed = (some: readonly Pattern[], field: string): Leaf[] => [
  ...new Set(some.flatMap((one) => one[field] as readonly Leaf[])),
];
const united = (some: readonly Pattern[]): Pattern => ({
  source: listed(some, "source"),
  "detail-type": listed(some, "detail-type"),
});
const isOfAws = ({ source }: Pattern): boolean =>
  leaves(source).every((one) => typeof one === "string" && one.startsWith("aws."));

/**
 * Patterns that together match what `patterns` match, no two of them the same event: an event that
 * two rules forward would arrive twice. Differing details of one type are joined by `$or`; sources
 * without details share a pattern.
 */
export function forwarded(patterns: readonly Pattern[]): Pattern[] {
  const all = patterns.flatMap(asked);
  const whole = new Set(
    all
      .filter(({ type, detail }) => type === undefined && !detail)
      .map(({ source }) => key(source)),
  );
  const wanted = all.filter(({ source, type }) => type === undefined || !whole.has(key(source)));
  return packed(
    [...Map.groupBy(wanted, ({ source, type }) => key(source, type)).values()].map(joined),
  );
}
