/** Which events a region sends home: exactly those that units ask for, and each of them once. */
import type { Leaf, Pattern } from "../core/pattern.ts";

const leaves = (value: Pattern[string] | undefined): readonly (Leaf | undefined)[] => (Array.isArray(value) ? value : [undefined]);
const name = (leaf: Leaf | undefined): string => JSON.stringify(leaf ?? null);

/**
 * Patterns that together match what `patterns` match, no two of them the same event: an event that two rules forward
 * would arrive twice. One for each source and detail type; differing details of one type are joined by `$or`.
 */
export function forwarded(patterns: readonly Pattern[]): Pattern[] {
  const bySource = new Map<string, { source: Leaf | undefined; types: Map<string, { type: Leaf | undefined; details: Map<string, Pattern | undefined> }> }>();
  for (const { source, "detail-type": detailType, detail } of patterns)
    for (const from of leaves(source))
      for (const type of leaves(detailType)) {
        const { types } = bySource.get(name(from)) ?? bySource.set(name(from), { source: from, types: new Map() }).get(name(from))!;
        const { details } = types.get(name(type)) ?? types.set(name(type), { type, details: new Map() }).get(name(type))!;
        details.set(JSON.stringify(detail ?? null), detail as Pattern | undefined);
      }
  return [...bySource.values()].flatMap(({ source, types }) => {
    const any = types.get(name(undefined));
    const wanted = any?.details.has("null") ? [any] : [...types.values()];
    return wanted.map(({ type, details }): Pattern => {
      const some = details.has("null") ? [] : [...details.values()];
      return {
        ...(source !== undefined && { source: [source] }),
        ...(type !== undefined && { "detail-type": [type] }),
        ...(some.length === 1 && some[0] && { detail: some[0] }),
        ...(some.length > 1 && { detail: { $or: some } as unknown as Pattern }),
      };
    });
  });
}
