import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  DeleteParameterCommand,
  GetParameterHistoryCommand,
  type ParameterMetadata,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { days } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { certificatesFor } from "../../../testing/certificates.ts";
import { messages, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { mirroredIn } from "../mirrored-parameter.ts";
import { pairIn } from "../secret-versions.ts";
import type { MirroredSecret } from "./config.ts";
import { fixture, kept, kmsKeyIn, pairOf, parameterOf, readersGet, secretOf } from "./fixture.ts";
import unit, { type MirroredPair } from "./index.ts";

const region = "eu-west-1";
const kmsKey = kmsKeyIn(region);
const secret = secretOf("shop");
const name = parameterOf("shop");
const wanted: MirroredSecret = { secret, kmsKey, chain: "within", advanced: true };
const describedAs = (serial: string, version: number, chain = "within"): string =>
  `nightshift: certificate ${serial}, its chain ${chain}, put as version ${version}`;

describe("what is proposed", () => {
  const there: ParameterMetadata = {
    ...{ Name: name, Type: "SecureString", KeyId: kmsKey, Version: 7 },
    Description: describedAs("A1", 7),
  };
  const found: MirroredPair = {
    ...{ name, wanted, parameter: there },
    current: { version: "v2", serial: "B2" },
  };
  const proposed = (more: Partial<MirroredPair> = {}) => proposeFor(unit, { ...found, ...more });
  const has = (more: ParameterMetadata) => proposed({ parameter: { ...there, ...more } });

  test("is what the secret has, with what was there before as the way back", () => {
    expect(proposed()).toEqual({
      because: `${secret} has the certificate B2, and ${name} A1`,
      call: expect.objectContaining({
        operation: "certificate:MirrorAgain",
        input: {
          ...{ name, secret, version: "v2", serial: "B2", kmsKey, chain: "within", advanced: true },
          former: { serial: "A1", chain: "within", version: 7, kmsKey },
        },
      }),
    });
  });
  test("is nothing where the parameter has it, under that key", () =>
    expect(has({ Description: describedAs("B2", 7) })).toBeUndefined());
  test("is the first one where there is no parameter", () =>
    expect(proposed({ parameter: undefined })?.call.operation).toBe("certificate:MirrorFirst"));
  test.each<[what: string, more: ParameterMetadata, because: string]>([
    ["was overwritten by hand", { Description: describedAs("B2", 6) }, "was not put from here"],
    ["has another description", { Description: "mine" }, "was not put from here"],
    ["has no description", { Description: undefined }, "was not put from here"],
    [
      "has its chain elsewhere",
      { Description: describedAs("B2", 7, "beside") },
      "the settings want it within",
    ],
    [
      "is under AWS's own key",
      { Description: describedAs("B2", 7), KeyId: "alias/aws/ssm" },
      "encrypted by alias/aws/ssm",
    ],
  ])("is to put it again where the parameter %s", (_, more, because) =>
    expect(has(more)?.because).toContain(because),
  );
  test.each<[what: string, more: Partial<MirroredPair>, words: string]>([
    ["a secret that is not there", { current: undefined }, "there is no secret"],
    [
      "a secret of somebody else's making",
      { current: { version: "v", serial: null } },
      "holds no certificate that a renewal or an export",
    ],
    [
      "a parameter in plain text",
      { parameter: { ...there, Type: "String" } },
      "SSM changes no kind: delete it, or give the secret another name",
    ],
  ])("is nothing for %s, which is told with what to do", (_, more, words) => {
    expect(() => proposed(more)).toThrow(CannotJudge);
    expect(() => proposed(more)).toThrow(words);
  });
});

describe("settings", () => {
  test.each<[what: string, certificates: readonly object[], words: string]>([
    ["a secret elsewhere", [{ secret: "shop", kmsKey }], "must be the name of a secret in"],
    ["no key of one's own", [{ secret }], "Invalid input"],
    ["AWS's own key", [{ secret, kmsKey: "alias/aws/ssm" }], "must be a key's ARN"],
    ["one secret twice", [wanted, { ...wanted, chain: "beside" }], "once in a region"],
    ["a misspelt field", [{ ...wanted, advance: false }], 'Unrecognized key: "advance"'],
  ])("with %s are refused", (_, certificates, words) => {
    const { error } = unit.config.safeParse({ certificates });
    expect(error?.issues.map(({ message }) => message).join()).toContain(words);
  });
  test("may name one secret in two regions", () => {
    const two = [wanted, { ...wanted, kmsKey: kmsKeyIn("us-east-1") }];
    expect(unit.config.safeParse({ certificates: two }).success).toBe(true);
  });
});

type Seed = (aws: TestAccount) => Promise<unknown>;

async function opened(more: Partial<MirroredSecret> = {}, seed: Seed = (aws) => kept(aws, "shop")) {
  const config = unit.config.parse({ certificates: [{ ...wanted, ...more }] });
  const account = await open(unit, seed, { config });
  onTestFinished(() => account.close());
  return account;
}

const next = (account: TestDelivery, key: string) =>
  account.deliver({ start: { ...account.start, key } });
const outcomesOf = ({ actions }: Awaited<ReturnType<TestDelivery["deliver"]>>) =>
  actions.map(({ outcome, error }) => [outcome, error ?? null]);

/** All that readers of the parameter were ever given, the first first. */
async function history({ aws }: TestDelivery, Name = name) {
  const { Parameters = [] } = await aws
    .client(SSMClient)
    .send(new GetParameterHistoryCommand({ Name, WithDecryption: true }));
  return Parameters.map(({ Value = "" }) => Value);
}
const serialsRead = async (account: TestDelivery, Name = name) =>
  (await history(account, Name)).map((value) => pairIn(value)?.serial ?? value);

const put = ({ aws }: Pick<TestDelivery, "aws">, Value: string) =>
  aws.client(SSMClient).send(
    new PutParameterCommand({
      ...{ Name: name, Value, Type: "SecureString", KeyId: kmsKey, Overwrite: true },
    }),
  );

/** As a renewal, or its undo, leaves the secret. */
const holds = ({ aws }: Pick<TestDelivery, "aws">, value: object, serial: string) =>
  aws.client(SecretsManagerClient).send(
    new PutSecretValueCommand({
      SecretId: secret,
      SecretString: JSON.stringify(value),
      VersionStages: ["AWSCURRENT", `serial-${serial}`],
    }),
  );

test("readers see a certificate with its own key, always; no key is anywhere else", async () => {
  const account = await opened();
  await holds(account, pairOf("former"), "A1");
  const runs = [await account.deliver()];
  await account.later(days(1));
  await holds(account, pairOf("new"), "B2");
  runs.push(await next(account, "slot-2"));
  // The renewal is undone: what the secret had before is current again.
  await account.later(days(1));
  await holds(account, pairOf("former"), "A1");
  runs.push(await next(account, "slot-3"), await next(account, "slot-4"));
  expect(runs.map(outcomesOf)).toEqual([
    [["applied", null]],
    [["applied", null]],
    [["applied", null]],
    [],
  ]);
  expect(await serialsRead(account)).toEqual(["A1", "B2", "A1"]);
  expect(await history(account)).toEqual(
    ["former", "new", "former"].map((which) => JSON.stringify(pairOf(which as "former" | "new"))),
  );
  const keys = (["former", "new"] as const).map((which) => pairOf(which).key.split("\n")[1] ?? "");
  expect(keys.filter((key) => key.length > 40)).toHaveLength(2);
  const elsewhere = account.proxy.calls
    .filter(({ operation }) => operation !== "PutParameter" && operation !== "PutSecretValue")
    .map(({ operation, parameters }) => `${operation} ${JSON.stringify(parameters)}`);
  const told = JSON.stringify([await messages(account), runs]);
  expect(keys.filter((key) => [...elsewhere, told].some((text) => text.includes(key)))).toEqual([]);
});

test.each(["killed", "killedAfter"] as const)(
  "a process that is %s at any request is taken up, and puts each version once",
  async (fault) => {
    const wrong: string[] = [];
    for (const operation of ["GetSecretValue", "PutParameter", "DescribeParameters"]) {
      const account = await open(
        unit,
        (aws) => fixture.seed(aws, undefined as never),
        fixture.settings,
      );
      onTestFinished(() => account.close());
      account.proxy.fault((call) => call.operation === operation, fault, { times: 1 });
      await account.deliver().catch(() => undefined);
      account.proxy.revive();
      await account.later({ seconds: 20 * 60 });
      await account.deliver();
      for (const [which, serials] of [
        ["first", ["B2"]],
        ["stale", ["A1", "B2"]],
        ["by-hand", ["A1", "by hand", "B2"]],
        ["exempt", ["A1"]],
      ] as const) {
        const read = await serialsRead(account, parameterOf(which));
        if (read.join() !== serials.join()) wrong.push(`${operation}: ${which} ${read}`);
      }
    }
    expect(wrong).toEqual([]);
  },
);

test("an undo puts the version before, what somebody put by hand too, and deletes what was not there", async () => {
  const account = await open(
    unit,
    (aws) => fixture.seed(aws, undefined as never),
    fixture.settings,
  );
  onTestFinished(() => account.close());
  const before = await readersGet(account.aws);
  const run = await account.deliver();
  expect(await readersGet(account.aws)).not.toEqual(before);
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, account.host());
  const undone = await take((await take()).confirm);
  expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual(
    undone.actions.map(() => ["applied", true]),
  );
  expect(undone.actions).toHaveLength(3);
  expect(await readersGet(account.aws)).toEqual(before);
  expect(await serialsRead(account, parameterOf("stale"))).toEqual(["A1", "B2", "A1"]);
  // What was taken back is left alone.
  const held = await next(account, "slot-2");
  expect(held.actions.map(({ outcome }) => outcome)).toEqual(["held", "held", "held", "held"]);
});

describe("an undo is refused, and changes nothing,", () => {
  const mirrored = async () => {
    const account = await opened();
    await put(account, "what was there");
    return { account, run: await account.deliver() };
  };
  const undone = async ({ account, run }: Awaited<ReturnType<typeof mirrored>>) => {
    const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, account.host());
    const first = await take();
    return (first.confirm ? await take(first.confirm) : first).actions;
  };
  test("where somebody has overwritten the parameter since", async () => {
    const begun = await mirrored();
    await put(begun.account, "by hand");
    const [action] = await undone(begun);
    expect(action?.outcome).not.toBe("applied");
    expect(await serialsRead(begun.account)).toEqual(["what was there", "B2", "by hand"]);
  });
  test("where the parameter was deleted and made anew: its versions are gone", async () => {
    const begun = await mirrored();
    const { aws } = begun.account;
    await aws.client(SSMClient).send(new DeleteParameterCommand({ Name: name }));
    await undone(begun).catch(() => undefined);
    expect(Object.keys(await readersGet(aws))).toEqual([]);
  });
});

describe("the size of a value", () => {
  const large = (() => {
    const names = Array.from({ length: 40 }, (_, at) => `service-${at}.shop.example.com`);
    const made = certificatesFor([
      { subject: "authority", ca: true, key: "RSA 2048" },
      { subject: "middle", by: "authority", ca: true, key: "RSA 2048" },
      { subject: "large", by: "middle", key: "RSA 2048", names, serial: "c3" },
    ]);
    const { cert: certificate = "", key = "" } = made.large ?? {};
    const chain = [made.middle?.cert.trim(), made.authority?.cert.trim()].join("\n");
    return { key, certificate, chain };
  })();
  const withLarge: Seed = async (aws) => {
    await kept(aws, "shop");
    await holds({ aws }, large, "C3");
  };

  test("of more than 4,096 bytes takes an advanced parameter, by itself", async () => {
    const account = await opened({}, withLarge);
    expect(outcomesOf(await account.deliver())).toEqual([["applied", null]]);
    const sent = account.proxy.calls.filter(({ operation }) => operation === "PutParameter");
    expect(sent.map(({ parameters }) => (parameters as { Tier: string }).Tier)).toEqual([
      "Intelligent-Tiering",
    ]);
  });
  test("is told where the settings want none of these, with what to do; nothing is put", async () => {
    const account = await opened({ advanced: false }, withLarge);
    const [[outcome, why] = []] = outcomesOf(await account.deliver().catch((error) => error.run));
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringMatching(
        /would have \d+ bytes, and takes 4096: `chain: "beside"` puts the chain .*; `advanced: true` takes/,
      ),
    ]);
    expect(await readersGet(account.aws)).toEqual({});
  });
  test("is smaller with the chain beside it: each of its certificates is there before it is named", async () => {
    const account = await opened({ chain: "beside" }, withLarge);
    expect(outcomesOf(await account.deliver())).toEqual([["applied", null]]);
    const [value = "{}"] = await history(account);
    const { chainIn, ...pair } = JSON.parse(value) as { chainIn: string[] };
    expect(Object.keys(pair)).toEqual(["key", "certificate"]);
    const chain = await Promise.all(chainIn.map((part) => history(account, part)));
    expect(chain.flat().join("\n")).toBe(large.chain);
    const sent = account.proxy.calls
      .filter(({ operation }) => operation === "PutParameter")
      .map(({ parameters }) => (parameters as { Name: string }).Name);
    expect(sent).toEqual([...chainIn, name]);
    // Another certificate of the same chain writes none of it anew.
    await holds(account, { ...pairOf("new"), chain: large.chain }, "B2");
    await account.later(days(1));
    expect(outcomesOf(await next(account, "slot-2"))).toEqual([["applied", null]]);
    expect(await history(account, chainIn[0])).toHaveLength(1);
  });
  test("a first one with its chain beside it is taken back with it", async () => {
    const account = await opened({ chain: "beside" }, withLarge);
    const run = await account.deliver();
    const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, account.host());
    await take((await take()).confirm);
    expect(await readersGet(account.aws)).toEqual({});
  });
});

describe("what a secret holds is looked at before it goes anywhere:", () => {
  test.each<[what: string, value: object]>([
    ["a key of another certificate", { ...pairOf("new"), key: pairOf("former").key }],
    ["another certificate than its label says", pairOf("former")],
    ["no certificate", { key: "kept", certificate: "", chain: "" }],
    ["something else", { user: "admin", password: "canary-of-a-password" }],
  ])("%s is told, and readers keep what they have", async (_, value) => {
    const account = await opened();
    await account.deliver();
    await holds(account, value, "D4");
    await account.later(days(1));
    const error = await next(account, "slot-2").catch((failed) => failed);
    const told = JSON.stringify([await messages(account), String(error)]);
    expect(told).toContain("does not hold the certificate D4 with its own key");
    expect(told).not.toContain("canary-of-a-password");
    expect(await serialsRead(account)).toEqual(["B2"]);
  });
});

test.each<[what: string, Description: string | undefined, Version: number, serial: string | null]>([
  ["ours", describedAs("AB12", 3), 3, "AB12"],
  ["ours, and overwritten since", describedAs("AB12", 3), 4, null],
  [
    "put back by an undo of what was none of ours",
    "nightshift: version 1 again, put as version 3",
    3,
    null,
  ],
  ["somebody's", "the certificate of the shop", 1, null],
  ["without one", undefined, 1, null],
])("a description that is %s", (_, Description, Version, serial) => {
  const { serial: is } = mirroredIn({ ...(Description && { Description }), Version });
  expect(is).toBe(serial);
});

test("two hundred secrets, each in a look of its own: one that is missing is told, the others go on", async () => {
  const certificates = Array.from({ length: 200 }, (_, at) => ({
    secret: secretOf(at === 3 ? "shop" : `missing-${at}`),
    kmsKey,
  }));
  const config = unit.config.parse({ certificates });
  const account = await open(unit, (aws) => kept(aws, "shop"), { config });
  onTestFinished(() => account.close());
  const run = await account.deliver();
  expect(run.actions.filter(({ outcome }) => outcome === "applied")).toHaveLength(1);
  expect(await serialsRead(account)).toEqual(["B2"]);
});
