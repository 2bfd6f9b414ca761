/** Mutations that no test can notice, and why: the broken code does the same. */
export interface Explained {
  readonly file: string;
  /** As it stands there. */
  readonly code: string;
  readonly instead: string;
  readonly why: string;
}

export const explained: readonly Explained[] = [
  {
    file: "sdk/plain.ts",
    code: "code < 0x100",
    instead: "code <= 0x100",
    why: "U+0100 is a letter, and none of the characters that are escaped",
  },
  {
    file: "functions/security/open-ingress/exposure.ts",
    code: "a < b",
    instead: "a <= b",
    why: "the sizes are those of a set: no two are equal",
  },
  {
    file: "functions/security/open-ingress/exposure.ts",
    code: "judged.set(limits, groups);",
    instead: ";",
    why: "what was judged is kept to be judged once: without that it is judged again, and is the same",
  },
  {
    file: "functions/security/open-ingress/internet.ts",
    code: "a < b",
    instead: "a <= b",
    why: "ranges that begin together are joined in either order",
  },
  {
    file: "functions/security/open-ingress/internet.ts",
    code: "last > open[1]",
    instead: "last >= open[1]",
    why: "of two equal ends either is the end",
  },
  {
    file: "functions/security/open-ingress/internet.ts",
    code: "[]",
    instead: '["Stryker was here"]',
    why: "for the compiler: a text always has a first part",
  },
  {
    file: "functions/security/open-ingress/internet.ts",
    code: '""',
    instead: '"Stryker was here!"',
    why: "for the compiler: a text always has a first part",
  },
  {
    file: "functions/security/open-ingress/index.ts",
    code: "{ return false; }",
    instead: "{}",
    why: "what is nothing is as false as `false`, for whoever asks whether a text is a CIDR block",
  },
  {
    file: "functions/security/open-ingress/index.ts",
    code: '"ipv6"',
    instead: '""',
    why: "whatever is not IPv4 is as long as IPv6",
  },
  {
    file: "functions/security/open-ingress/index.ts",
    code: "[]",
    instead: '["Stryker was here"]',
    why: "a rule without an id, which names no target",
  },
  {
    file: "settings/statements.ts",
    code: "String(a.actions) < String(b.actions)",
    instead: "String(a.actions) <= String(b.actions)",
    why: "statements with the same actions may come in either order",
  },
];
