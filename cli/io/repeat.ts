import { quoted } from "./words.ts";

/** What printed commands must repeat to mean the same as the one that printed them. */
export interface Repeat {
  readonly decide: string;
  readonly undo: string;
}

export function repeatOf({
  settings,
  at,
  config,
}: {
  readonly settings?: string;
  readonly at?: string;
  readonly config?: string;
}): Repeat {
  const options = (given: Readonly<Record<string, string | undefined>>) =>
    Object.entries(given)
      .flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${quoted(value)}`]))
      .join("");
  return { decide: options({ settings, at, config }), undo: options({ settings, at }) };
}
