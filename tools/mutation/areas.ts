/** What is mutated, and by which tests it must be noticed: none that needs moto. */
export interface Area {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
  /** Of units: their plans alone, not what reads AWS for them. */
  readonly plans?: true;
}

export const areas: Readonly<Record<string, Area>> = {
  guards: { mutate: ["engine/guards/*.ts"], tests: ["engine/guards/guards.test.ts"] },
  words: { mutate: ["sdk/{plain,redact}.ts"], tests: ["sdk/{plain,redact}.test.ts"] },
  values: {
    mutate: ["sdk/{codec,pattern,errors,arn}.ts"],
    tests: ["sdk/{codec,pattern,errors,arn}.test.ts"],
  },
  times: {
    mutate: ["sdk/{tags,time}.ts"],
    tests: ["sdk/{tags,time}.test.ts", "engine/guards/guards.test.ts"],
  },
  settings: {
    mutate: ["settings/{settings,fields,parse}.ts"],
    tests: ["settings/{settings,freeze}.test.ts", "oncall/settings/settings.test.ts"],
  },
  calls: { mutate: ["sdk/{call,flow}.ts"], tests: ["sdk/call.test.ts"] },
  ways: {
    mutate: ["engine/run/{batch,way-back}.ts"],
    tests: ["engine/run/{batch,way-back,undo}.test.ts"],
  },
  statements: { mutate: ["settings/statements.ts"], tests: ["lib/iam/policy.test.ts"] },
  roles: {
    mutate: ["lib/iam/{policy,shared-policy,unit-ledger,every-role,deployed-units}.ts"],
    tests: ["lib/iam/policy.test.ts", "test/policy.test.ts"],
  },
  cost: {
    mutate: ["functions/cost/*/*.ts", "aws/ec2/instance-price.ts"],
    tests: ["functions/cost/*/*.test.ts"],
    plans: true,
  },
  units: { mutate: ["sdk/{chunks,managed-by}.ts"], tests: ["sdk/{chunks,managed-by}.test.ts"] },
  security: {
    mutate: ["functions/security/*/*.ts"],
    tests: ["functions/security/*/*.test.ts"],
    plans: true,
  },
  claims: {
    mutate: ["ledger/{caps,claims,ids,keys}.ts"],
    tests: ["settings/names.test.ts", "ledger/ledger.test.ts"],
  },
  ledger: {
    mutate: ["ledger/*.ts", "!ledger/{caps,claims,ids,keys}.ts"],
    tests: [
      "ledger/ledger.test.ts",
      "engine/guards/loop.test.ts",
      "engine/run/{run,deliveries,since,undo}.test.ts",
    ],
  },
  run: {
    mutate: ["engine/run/*.ts", "!engine/run/{batch,way-back}.ts"],
    tests: ["engine/run/*.test.ts", "engine/guards/loop.test.ts"],
  },
  flows: {
    mutate: ["engine/flows/*.ts"],
    tests: [
      "engine/flows/{every-request,limits,meanwhile,own-doing,own-state,owners-time,steps}.test.ts",
    ],
  },
  backup: {
    mutate: ["functions/backup/*.ts", "functions/backup/*/*.ts"],
    tests: ["functions/backup/*.test.ts", "functions/backup/*/*.test.ts"],
    plans: true,
  },
  certificates: {
    mutate: ["functions/certificates/*/*.ts"],
    tests: ["functions/certificates/*/*.test.ts"],
    plans: true,
  },
  signals: {
    mutate: ["functions/signals/*/*.ts", "sdk/signals/*.ts"],
    tests: ["functions/signals/*/*.test.ts"],
    plans: true,
  },
};
