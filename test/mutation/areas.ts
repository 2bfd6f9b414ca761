/** What is mutated, and by which tests it must be noticed: none that needs the embedded AWS. */
export interface Area {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

const beside = (...names: readonly string[]): Area => ({
  mutate: names.map((name) => `core/${name}.ts`),
  tests: names.map((name) => `core/${name}.test.ts`),
});

export const areas: Readonly<Record<string, Area>> = {
  guards: { mutate: ["core/guards/*.ts"], tests: ["core/guards/guards.test.ts"] },
  words: beside("plain", "redact"),
  values: beside("codec", "pattern", "names", "arn", "errors"),
  times: { mutate: ["core/{tags,time}.ts"], tests: ["core/{tags,time}.test.ts", "core/guards/guards.test.ts"] },
  settings: beside("settings"),
  calls: {
    mutate: ["core/{call,flow}.ts", "core/run/{batch,way-back}.ts"],
    tests: ["core/call.test.ts", "core/run/{batch,way-back}.test.ts", "test/calls.test.ts"],
  },
  policies: { mutate: ["core/{policy,statements}.ts"], tests: ["test/policy.test.ts"] },
  cost: { mutate: ["functions/cost/*.ts", "functions/managed-by.ts"], tests: ["functions/cost/*.test.ts"] },
  security: { mutate: ["functions/security/*.ts"], tests: ["functions/security/*.test.ts"] },
  signals: { mutate: ["functions/signals/*.ts"], tests: ["functions/signals/*.test.ts"] },
};
