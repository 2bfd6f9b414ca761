import { isFields } from "./fields.ts";

/** A value that holds no others, and the name of the field that it stands in. */
export interface NamedText {
  /** Of the nearest field: an element of a list has its list's. */
  readonly name: string;
  readonly text: string;
  /** Whether it stands in a field of the value itself, alone or in a list. */
  readonly top: boolean;
}

const textOf = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : String(value);

/** All values within a value, as text. What is nothing is left out. */
export function leavesOf(value: unknown): NamedText[] {
  const found: NamedText[] = [];
  const walk = (part: unknown, name: string, depth: number): void => {
    if (part === null || part === undefined) return;
    if (Array.isArray(part)) {
      for (const item of part) walk(item, name, depth + (isFields(item) ? 1 : 0));
      return;
    }
    if (isFields(part) && !(part instanceof Date) && !(part instanceof Uint8Array)) {
      for (const [field, item] of Object.entries(part)) walk(item, field, depth + 1);
      return;
    }
    found.push({ name, text: textOf(part), top: depth <= 1 });
  };
  walk(value, "", 0);
  return found;
}
