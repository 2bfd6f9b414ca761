/** Objects of unknown content, like the details of events. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object with names, not a list and not `null`. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object itself, or an empty one where it is something else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
