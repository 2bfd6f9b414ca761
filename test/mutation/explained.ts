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
    file: "core/plain.ts",
    code: "code < 0x100",
    instead: "code <= 0x100",
    why: "U+0100 is a letter, and none of the characters that are escaped",
  },
  {
    file: "core/settings-fields.ts",
    code: "{ return false; }",
    instead: "{}",
    why: "what is nothing is as false as `false`, for whoever asks whether a name is a time zone",
  },
  {
    file: "functions/cost/cost-report.ts",
    code: '""',
    instead: '"Stryker was here!"',
    why: "a cost without a day: no text that is no day lies between two days",
  },
  {
    file: "functions/cost/cost-report.ts",
    code: "percent > 0",
    instead: "percent >= 0",
    why: "that it is 0 was answered just before",
  },
  {
    file: "functions/cost/cost-report.ts",
    code: "[]",
    instead: '["Stryker was here"]',
    why: "the list of results: a text among them has neither a period nor groups, and costs nothing",
  },
];
