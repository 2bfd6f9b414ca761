/** The fields of what a function answers that nobody reads: misspelt, most likely. */
type Unread<Answer, Field extends string> = Answer extends object
  ? Exclude<keyof Answer & string, Field>
  : never;

/**
 * Anything where all fields of the answer are known. What a function returns is not checked for
 * fields that are too many, as an object in its place is; so the compiler is told in words.
 */
export type Spelt<Answer, Field extends string> = [Unread<Answer, Field>] extends [never]
  ? unknown
  : `"${Unread<Answer, Field>}" is none of its fields`;
