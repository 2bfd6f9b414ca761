/** Tags in one shape, and the exemption that the tag `nightshift:exempt` may carry. */
import type { Tags } from "./unit.ts";

export const exemptTag = "nightshift:exempt";

/** @returns names and values; `undefined` for what cannot have tags */
export function tagMap(tags: Tags): Readonly<Record<string, string>> | undefined {
  if (!Array.isArray(tags))
    return "untaggable" in tags && Object.keys(tags).length === 1
      ? undefined
      : (tags as Readonly<Record<string, string>>);
  const pairs = tags.map(
    (tag: { Key?: string; Value?: string; key?: string; value?: string }) =>
      [tag.Key ?? tag.key, tag.Value ?? tag.value ?? ""] as const,
  );
  return Object.fromEntries(
    pairs.filter((pair): pair is readonly [string, string] => pair[0] !== undefined),
  );
}

export interface Exemption {
  /** The end of its last day, UTC. */
  readonly until?: Date;
  readonly owner?: string;
  readonly reason?: string;
  /** The units that it exempts from; absent: all. */
  readonly from?: readonly string[];
  /** What of it cannot be understood, in words. Empty: all is well. */
  readonly problems: readonly string[];
}

/** The end of a day written as `2027-01-31`, in UTC; `undefined` for what is no such day. */
export function endOfDay(text: string): Date | undefined {
  // A year of more than four digits begins with a sign.
  if (!/^\d/.test(text)) return undefined;
  const end = new Date(`${text}T23:59:59.999Z`);
  return Number.isNaN(end.getTime()) || end.toISOString().slice(0, 10) !== text ? undefined : end;
}

/**
 * Reads `until=2027-01-31 owner=ann@example.com reason=… from=idle-instances` (rule: tag-grammar):
 * space-separated, `reason` may hold spaces when it comes last.
 */
export function readExemption(value: string): Exemption {
  const problems: string[] = [];
  const read: { -readonly [K in keyof Exemption]?: Exemption[K] } = {};
  const seen = new Set<string>();
  let reason: string[] | undefined;
  for (const word of value.split(/\s/).filter(Boolean)) {
    const name = word.replace(/=.*/, "");
    const text = word.slice(name.length + 1);
    if (!reason && word.startsWith("reason=")) {
      reason = [text];
      continue;
    }
    // What follows `reason=` and looks like a field of ours is one: the reason need not come last.
    if (reason && !/^(until|owner|from)=/.test(word)) {
      reason.push(word);
      continue;
    }
    if (seen.has(name)) problems.push(`${name} is said twice`);
    seen.add(name);
    if (name === "until") {
      const end = endOfDay(text);
      if (end) read.until = end;
      else problems.push(`until=${text} is not a day like 2027-01-31`);
    } else if (name === "owner" && text) read.owner = text;
    else if (name === "from" && text) read.from = text.split(",").filter(Boolean);
    else problems.push(`"${word}" is not understood`);
  }
  return { ...read, ...(reason && { reason: reason.join(" ") }), problems };
}
