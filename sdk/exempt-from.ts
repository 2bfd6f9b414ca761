/**
 * Whether a tag exempts from a unit: the one grammar that guards and IAM go by (rule: tag-grammar).
 *
 * A tag exempts unless it clearly names others alone: one `from=` that begins a word, whose list
 * begins and ends with an automation that there is, and that names this one nowhere. All else is in
 * doubt, and in doubt exempt is exempt. So it is said in patterns that IAM can compare: `*` stands
 * for any text.
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
}

/** After `from=`, what a list begins with. */
const beginsWith = (id: string): string[] => [`*from=${id}`, `*from=${id} *`, `*from=${id},*`];
/** What a list of several ends with. */
const endsWith = (id: string): string[] => [`*,${id}`, `*,${id} *`];
const within = (id: string): string => `*,${id},*`;

const startsWord: readonly string[] = ["from=*", "* from=*"];
const startsList: readonly string[] = ["from=*,*", "* from=*,*"];
const empty: readonly string[] = ["*from=", "*from= *", "*from=,*"];

/** The tag exempts where any of them applies. */
export function exemptingRules({ own, others }: TagReaders): readonly ExemptingRule[] {
  const names = own.flatMap((id) => [...beginsWith(id), ...endsWith(id), within(id)]);
  const rules: readonly ExemptingRule[] = [
    { name: "ExemptFromAll", unlike: startsWord },
    { name: "ExemptFromThis", like: ["*from=*from=*", ...names] },
  ];
  if (!others) return [...rules, { name: "ExemptInDoubt", like: empty }];
  const strangers = others.filter((id) => !own.includes(id));
  // There is nobody whom it could mean instead.
  if (!strangers.length) return [{ name: "ExemptFromAll" }];
  return [
    ...rules,
    { name: "ExemptInDoubt", unlike: strangers.flatMap(beginsWith) },
    { name: "ExemptInDoubtToo", like: startsList, unlike: strangers.flatMap(endsWith) },
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
