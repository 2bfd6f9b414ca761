import { whenUsed } from "./when-used.ts";

/** `1 change`, `3 changes`; `many` where the plural is irregular. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

const suffixes: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd" };
const rules = whenUsed(() => new Intl.PluralRules("en", { type: "ordinal" }));

/** `1st`, `2nd`, `3rd`, `11th`. */
export const ordinal = (number: number): string =>
  `${number}${suffixes[rules().select(number)] ?? "th"}`;
