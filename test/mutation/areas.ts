/** What is mutated, and by which tests it must be noticed: none that needs moto. */
export interface Area {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
  /** Of units: their plans alone, not what reads AWS for them. */
  readonly plans?: true;
}

export const areas: Readonly<Record<string, Area>> = {
  guards: { mutate: ["core/guards/*.ts"], tests: ["core/guards/guards.test.ts"] },
  words: { mutate: ["core/{plain,redact}.ts"], tests: ["core/{plain,redact}.test.ts"] },
  values: {
    mutate: ["core/{codec,pattern,errors,arn}.ts"],
    tests: ["core/{codec,pattern,errors,arn}.test.ts"],
  },
  times: {
    mutate: ["core/{tags,time}.ts"],
    tests: ["core/{tags,time}.test.ts", "core/guards/guards.test.ts"],
  },
  settings: {
    mutate: ["core/{settings,settings-fields,parse-settings}.ts"],
    tests: ["core/{settings,freeze,on-call-settings}.test.ts"],
  },
  calls: { mutate: ["core/{call,flow}.ts"], tests: ["core/call.test.ts"] },
  ways: {
    mutate: ["core/run/{batch,way-back}.ts"],
    tests: ["core/run/{batch,way-back,undo}.test.ts"],
  },
  statements: { mutate: ["core/statements.ts"], tests: ["core/policy.test.ts"] },
  roles: { mutate: ["core/policy.ts"], tests: ["core/policy.test.ts", "test/policy.test.ts"] },
  cost: { mutate: ["functions/cost/*.ts"], tests: ["functions/cost/*.test.ts"], plans: true },
  units: { mutate: ["functions/{chunks,managed-by}.ts"], tests: ["functions/*.test.ts"] },
  security: {
    mutate: ["functions/security/*.ts"],
    tests: ["functions/security/*.test.ts"],
    plans: true,
  },
  claims: {
    mutate: ["core/ledger/{caps,claims,keys}.ts"],
    tests: ["core/names.test.ts", "core/ledger/ledger.test.ts"],
  },
  ledger: {
    mutate: ["core/ledger/*.ts", "!core/ledger/{caps,claims,keys}.ts"],
    tests: [
      "core/ledger/ledger.test.ts",
      "core/guards/loop.test.ts",
      "core/run/{run,deliveries,since,undo}.test.ts",
    ],
  },
  run: {
    mutate: ["core/run/*.ts", "!core/run/{batch,way-back}.ts"],
    tests: ["core/run/*.test.ts", "core/guards/loop.test.ts"],
  },
  signals: {
    mutate: ["functions/signals/*.ts"],
    tests: ["functions/signals/*.test.ts"],
    plans: true,
  },
};
