/** Tags in one shape, and the exemption that the tag `nightshift:exempt` may carry. */
import type { Tags } from "./unit.ts";

export const exemptTag = "nightshift:exempt";

/** @returns names and values; `undefined` for what cannot have tags */
export function tagMap(tags: Tags): Readonly<Record<string, string>> | undefined {
  if (!Array.isArray(tags)) return "untaggable" in tags && Object.keys(tags).length === 1 ? undefined : (tags as Readonly<Record<string, string>>);
  const pairs = tags.map((tag: { Key?: string; Value?: string; key?: string; value?: string }) => [tag.Key ?? tag.key, tag.Value ?? tag.value ?? ""] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[0] !== undefined));
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
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const end = new Date(`${text}T23:59:59.999Z`);
  return Number.isNaN(end.getTime()) || end.toISOString().slice(0, 10) !== text ? undefined : end;
}

/**
 * Reads `until=2027-01-31 owner=ann@example.com reason=… from=idle-instances` (rules.md, 19): space-separated, `reason`
 * may hold spaces when it comes last.
 */
export function readExemption(value: string): Exemption {
  const problems: string[] = [];
  const read: { -readonly [K in keyof Exemption]?: Exemption[K] } = {};
  const [, plain = "", reason] = /^(.*?)(?:(?:^|\s)reason=(.*))?$/s.exec(value.trim()) ?? [];
  // What follows `reason=` and looks like a field of ours is one: the reason need not come last.
  const words = reason === undefined ? [] : reason.split(/\s+/);
  const fields = [...plain.split(/\s+/), ...words.filter((word) => /^(until|owner|from)=/.test(word))].filter(Boolean);
  if (reason !== undefined) read.reason = words.filter((word) => !/^(until|owner|from)=/.test(word)).join(" ");
  const seen = new Set<string>();
  for (const field of fields) {
    const at = field.indexOf("=");
    const [name, text] = at < 0 ? [field, ""] : [field.slice(0, at), field.slice(at + 1)];
    if (seen.has(name)) problems.push(`${name} is said twice`);
    seen.add(name);
    if (name === "until") {
      const end = endOfDay(text);
      if (end) read.until = end;
      else problems.push(`until=${text} is not a day like 2027-01-31`);
    } else if (name === "owner" && text) read.owner = text;
    else if (name === "from" && text) read.from = text.split(",").filter(Boolean);
    else problems.push(`"${field}" is not understood`);
  }
  return { ...read, problems };
}
