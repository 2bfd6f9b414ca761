/**
 * EventBridge event patterns, in the forms that triggers use: equality, `prefix`, `exists`,
 * `anything-but`.
 */
import { isFields } from "./fields.ts";
export type Leaf =
  | string
  | number
  | boolean
  | null
  | { readonly prefix: string }
  | { readonly exists: boolean }
  | { readonly "anything-but": unknown };
export type Pattern = { readonly [field: string]: Pattern | readonly Leaf[] };

function fits(leaf: Leaf, value: unknown): boolean {
  if (!isFields(leaf)) return leaf === value;
  if ("exists" in leaf) return leaf.exists === (value !== undefined);
  if (value === undefined) return false;
  if ("prefix" in leaf) return typeof value === "string" && value.startsWith(leaf.prefix as string);
  const refused = leaf["anything-but"];
  return Array.isArray(refused) ? !refused.includes(value) : refused !== value;
}

/**
 * Whether EventBridge would deliver the event to a rule with this pattern.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export function matchesPattern(pattern: Pattern, event: unknown): boolean {
  const fields = isFields(event) ? event : {};
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = fields[field];
    // Of a list of objects, one must fit.
    if (!Array.isArray(wanted))
      return Array.isArray(value)
        ? value.some((one) => matchesPattern(wanted as Pattern, one))
        : matchesPattern(wanted as Pattern, value);
    const values = Array.isArray(value) && value.length > 0 ? value : [value];
    return wanted.some((leaf) => values.some((one) => fits(leaf, one)));
  });
}
