/**
 * Whether a tag exempts from a unit: the one grammar that guards and IAM go by (rule: tag-grammar).
 *
 * A tag exempts unless it clearly names others: one `from=` that begins a word, whose list begins
 * with an automation that there is, and that names this one nowhere. All else is in doubt, and in
 * doubt exempt is exempt. So it is said in patterns that IAM can compare: `*` stands for any text.
 */

/** It applies where the tag fits one of `like`, if there are any, and none of `unlike`. */
export interface ExemptingRule {
  /** How a policy's statement is called that denies by it. */
  readonly name: string;
  readonly like?: readonly string[];
  readonly unlike?: readonly string[];
}

/** For whom a tag is read. */
export interface TagReaders {
  /** The unit's ids, of today and of before. */
  readonly own: readonly string[];
  /** The ids of the other automations that there are; `undefined`: any word may be one. */
  readonly others: readonly string[] | undefined;
  /** Only a tag that names it exempts; any other is meant for what changes something. */
  readonly byName?: boolean | undefined;
  /**
   * A name that goes on counts as the automation's whose id it begins with: for IAM, where there are
   * too many automations for its policies. Guards go by whole names.
   */
  readonly roughly?: boolean;
}

const isFollowed = (text: string): string[] => [text, `${text} *`, `${text},*`];

/** A list that begins with an id, whether or not a word begins there. */
const beginsWith = (id: string): string[] => isFollowed(`*from=${id}`);

/** Wherever it may stand in a list. */
const mentions = (id: string): string[] => [...beginsWith(id), ...isFollowed(`*,${id}`)];

const twice = "*from=*from=*";
const anybody: readonly string[] = ["from=*", "* from=*"];
const nobody: readonly string[] = ["*from=", "*from= *", "*from=,*"];

/** The tag exempts where any of them applies; never both. */
export function exemptingRules({
  own,
  others,
  byName,
  roughly,
}: TagReaders): readonly ExemptingRule[] {
  if (byName) return [{ name: "ExemptFromThis", like: own.flatMap(mentions) }];
  const strangers = others?.filter((id) => !own.includes(id));
  const named = [twice, ...own.flatMap(mentions), ...(strangers ? [] : nobody)];
  // That a word begins, and whose name stands there, are asked apart: together they were twice as many
  // patterns of each automation, and a role's policy has 10,240 characters.
  const known = strangers?.flatMap(roughly ? (id) => [`*from=${id}*`] : beginsWith);
  return [
    { name: "ExemptFromAll", unlike: [...anybody, ...named] },
    ...(known ? [{ name: "ExemptFromUnknown", like: anybody, unlike: [...known, ...named] }] : []),
    { name: "ExemptFromThis", like: named },
  ];
}

/** Whether a text fits a pattern, as IAM's `StringLike` compares: in time that grows with its length. */
export function isLike(text: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

const fitsAny = (text: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => isLike(text, pattern));

/** @param value the tag's */
export const exemptsBy = (value: string, rules: readonly ExemptingRule[]): boolean =>
  rules.some(({ like, unlike = [] }) => (!like || fitsAny(value, like)) && !fitsAny(value, unlike));
