/** How signals write the names and the words of events. */

/** What an ARN names: `instance/i-1`, `web` of a topic; anything else as it is. */
export const nameIn = (arn: string): string =>
  arn.startsWith("arn:") ? arn.split(":").slice(5).join(":") || arn : arn;

/** The last part of it: `i-1`. */
export const lastOf = (arn: string): string => nameIn(arn).split(/[/:]/).at(-1) || arn;

/** `a`, `a and b`, `a and 3 more`. */
export function together(names: readonly string[]): string {
  const [first = "", second] = names;
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first} and ${names.length - 1} more`;
}

/** `AWS_EC2_INSTANCE_REBOOT` and `InstanceReboot` in words. */
export const unshouted = (code: string): string =>
  code
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .toLowerCase();

/** Without the full stop: what follows belongs to the same sentence. */
export const unstopped = (sentence: string): string => sentence.replace(/\.$/, "");

/** `: no capacity` of `no capacity`; nothing of nothing. For the parts of a title that may be absent. */
export const prefixed = (prefix: string, text: string | undefined): string =>
  text ? `${prefix}${text}` : "";

/**
 * `, in the account 222222222222`: an organisation's findings and notices are told of other accounts
 * than the one that hears of them.
 */
export const inAccount = (account: string | undefined, own: string): string =>
  prefixed(", in the account ", account === own ? undefined : account);

/** Whose call CloudTrail tells of, as a sentence begins: `ann`, `AWSService`, `Somebody`. */
export const callerOf = (
  identity: { readonly arn?: string | undefined; readonly type?: string | undefined } | undefined,
): string => (identity?.arn ? lastOf(identity.arn) : (identity?.type ?? "Somebody"));

/** Names, exactly, or their beginning before a `*`. */
export const matchesName = (
  patterns: readonly string[],
  ...names: readonly (string | undefined)[]
): boolean =>
  patterns.some((pattern) =>
    names.some((name) =>
      pattern.endsWith("*") ? name?.startsWith(pattern.slice(0, -1)) : name === pattern,
    ),
  );
