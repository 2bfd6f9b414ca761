/** What routes, mutes and features of the settings match messages and incidents by. */
import type { Severity } from "../sdk/message.ts";

/**
 * What something matches by; all that is named must fit. `*` at the end of a text stands for any
 * rest.
 */
export interface Match {
  readonly severity?: readonly Severity[] | undefined;
  /** Of the unit: the folder under `functions/`. */
  readonly family?: readonly string[] | undefined;
  readonly unit?: readonly string[] | undefined;
  readonly account?: readonly string[] | undefined;
  readonly region?: readonly string[] | undefined;
  /** Of what is affected, where it is known: `{ team: ["payments"] }`. */
  readonly tags?: Readonly<Record<string, readonly string[]>> | undefined;
}

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
export function matches(match: Match, matched: Matched): boolean {
  if (!fields.every((field) => match[field] === undefined || fits(match[field], matched[field])))
    return false;
  return Object.entries(match.tags ?? {}).every(([name, patterns]) =>
    fits(patterns, matched.tags?.[name]),
  );
}
