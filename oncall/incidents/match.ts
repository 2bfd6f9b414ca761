/** What the settings match incidents by. */
import type { Match } from "../settings/on-call.ts";

/**
 * What is matched. What nobody knows, like the tags of something that is gone, fits nothing that
 * names it.
 */
export interface Matched {
  readonly severity: string;
  readonly family: string;
  readonly unit: string;
  readonly account: string;
  readonly region: string;
  /** Several values where several things are affected: one that fits is enough. */
  readonly tags?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

const fits = (patterns: readonly string[], texts: string | readonly string[] = []): boolean =>
  [texts]
    .flat()
    .some((text) =>
      patterns.some((pattern) =>
        pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern,
      ),
    );

const fields = ["severity", "family", "unit", "account", "region"] as const;

/** All that is named must fit; what names nothing fits everything. */
export function matchesIncident(match: Match, of: Matched): boolean {
  if (!fields.every((field) => match[field] === undefined || fits(match[field], of[field])))
    return false;
  return Object.entries(match.tags ?? {}).every(([name, patterns]) =>
    fits(patterns, of.tags?.[name]),
  );
}
