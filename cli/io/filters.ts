/** What `list`, `history` and `plans` leave out when asked: each says what is wrong with it. */
import { closest } from "../../sdk/closest.ts";
import { UsageError } from "../../sdk/errors.ts";
import { before, systemClock } from "../../sdk/time.ts";
import type { Mode } from "../../settings/mode.ts";
import { parseTime, spanOf } from "./options.ts";

/** As people give them. */
export interface FilterOptions {
  readonly unit?: string;
  readonly family?: string;
  readonly region?: string;
  readonly mode?: Mode;
  readonly outcome?: string;
  readonly since?: string;
}

export const outcomes = ["done", "nothing", "held", "waiting", "failed"] as const;

/** The names of the filters that were given. */
export const filtersGiven = ({
  unit,
  family,
  region,
  mode,
  outcome,
  since,
}: FilterOptions): readonly string[] =>
  Object.entries({ unit, family, region, mode, outcome, since }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`],
  );

/** A time, or how long ago: `2026-11-21T02:00:00Z`, `24h`, `7d`. */
export function parseSince(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  if (/^\d+[a-z]$/i.test(text)) return before(systemClock.now(), spanOf(text, "--since"));
  try {
    return parseTime(text, "--since");
  } catch {
    throw new UsageError(
      `--since ${text} is neither a time nor a length of time; write it like 2026-11-21T02:00:00Z, 24h or 7d`,
    );
  }
}

/** @throws {UsageError} that suggests what was probably meant */
export function oneOf(option: string, word: string | undefined, among: readonly string[]): void {
  if (word === undefined || among.includes(word)) return;
  const meant = closest(word, among);
  const known = meant ? `did you mean ${meant}?` : `there are ${[...among].sort().join(", ")}`;
  throw new UsageError(`${option} ${word} is not known; ${known}`);
}
