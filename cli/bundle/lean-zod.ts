/**
 * zod as functions use it: what is parsed is there, and so is the answer. A check or a transformation
 * that would have to be waited for is refused, as zod refuses it where nobody waits; whoever asks for
 * zod's schemas by the standard of other libraries finds none. A kilobyte (compressed) of each bundle.
 */

/** What zod's module of schemas says, and what it says here. */
const changes: readonly (readonly [said: RegExp, here: string])[] = [
  // What a check or a transformation gives is looked at; all else is there already.
  [/if \(_ instanceof Promise && ctx\?\.async === false\)/g, "if (isAwaited(_))"],
  [/if \(_out instanceof Promise\)/g, "if (isAwaited(_out))"],
  [/(= def\.fn\(input\);\s+)if \(r instanceof Promise\)/g, "$1if (isAwaited(r))"],
  [/if \(asyncResult(?: \|\| _ instanceof Promise)?\)/g, "if (false)"],
  [/if \(ctx\.async\)/g, "if (false)"],
  [/\b\w+ instanceof Promise\b/g, "false"],
  [/\bproms\.length\b/g, "0"],
  [/\blet async = false;/g, "const async = false;"],
  [/return util\.hide\(this, "~standard", standardProps\(this\)\);/g, "return undefined;"],
];

const isAwaited = "const isAwaited = (value) => value instanceof Promise;";

/** How often each of the changes was made, for the test that says when zod has other words. */
export const foundIn = (code: string): readonly number[] =>
  changes.map(([said]) => [...code.matchAll(said)].length);

/** @param code of `zod/v4/core/schemas.js` */
export const leanZod = (code: string): string =>
  [changes.reduce((text, [said, here]) => text.replace(said, here), code), isAwaited].join("\n");
