/** Which events a region sends home: exactly those that units ask for, and each of them once. */
import type { Leaf, Pattern } from "../core/pattern.ts";

interface Asked {
  readonly source: Leaf | undefined;
  readonly type: Leaf | undefined;
  readonly detail: Pattern | undefined;
}

/** `undefined`: any. */
const leaves = (value: Pattern[string] | undefined): readonly (Leaf | undefined)[] => (Array.isArray(value) ? value : [undefined]);
const key = (...parts: readonly unknown[]): string => JSON.stringify(parts.map((part) => part ?? null));

const asked = ({ source, "detail-type": detailType, detail }: Pattern): Asked[] =>
  leaves(source).flatMap((from) => leaves(detailType).map((type) => ({ source: from, type, detail: detail as Pattern | undefined })));

function joined(group: readonly Asked[]): Pattern {
  const [first] = group;
  const details = group.some(({ detail }) => !detail) ? [] : [...new Map(group.map(({ detail }) => [key(detail), detail as Pattern])).values()];
  return {
    ...(first?.source !== undefined && { source: [first.source] }),
    ...(first?.type !== undefined && { "detail-type": [first.type] }),
    ...(details.length === 1 && { detail: details[0] as Pattern }),
    ...(details.length > 1 && { detail: { $or: details } as unknown as Pattern }),
  };
}

/**
 * Patterns that together match what `patterns` match, no two of them the same event: an event that two rules forward
 * would arrive twice. One for each source and detail type; differing details of one type are joined by `$or`.
 */
export function forwarded(patterns: readonly Pattern[]): Pattern[] {
  const all = patterns.flatMap(asked);
  const whole = new Set(all.filter(({ type, detail }) => type === undefined && !detail).map(({ source }) => key(source)));
  const wanted = all.filter(({ source, type }) => type === undefined || !whole.has(key(source)));
  return [...Map.groupBy(wanted, ({ source, type }) => key(source, type)).values()].map(joined);
}
