/** What `list`, `history` and `plans` leave out when asked: each says what is wrong with it. */
import { closest } from "../../sdk/closest.ts";
import { UsageError } from "../../sdk/errors.ts";
import type { Mode } from "../../settings/mode.ts";

/** As people give them. */
export interface FilterOptions {
  readonly unit?: string;
  readonly family?: string;
  readonly region?: string;
  readonly mode?: Mode;
  readonly outcome?: string;
  readonly since?: string;
}

export const outcomes = ["done", "begun", "nothing", "held", "waiting", "failed"] as const;

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

/** @throws {UsageError} that suggests what was probably meant */
export function oneOf(option: string, word: string | undefined, among: readonly string[]): void {
  if (word === undefined || among.includes(word)) return;
  const meant = closest(word, among);
  const known = meant ? `did you mean ${meant}?` : `there are ${[...among].sort().join(", ")}`;
  throw new UsageError(`${option} ${word} is not known; ${known}`);
}
