import { X509Certificate } from "node:crypto";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, onTestFinished, test } from "vitest";
import { CannotJudge } from "../../../sdk/errors.ts";
import { open } from "../../../test/setup/delivery.ts";
import { messages } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { fixture, readersGet } from "./fixture.ts";
import unit, { type ExportedCertificate } from "./index.ts";

const arn = "arn:aws:acm:eu-west-1:123456789012:certificate/c1";
const secret = "nightshift/certificates/shop";
const seen: ExportedCertificate = {
  arn,
  wanted: { name: "www.example.com", secret },
  detail: { Type: "AMAZON_ISSUED", Status: "ISSUED", Options: { Export: "ENABLED" } },
  serial: "B2",
  to: "2027-06-30",
  tags: [],
  current: { version: "v1", serial: "A1" },
};
const proposed = (more: Partial<ExportedCertificate> = {}) =>
  proposeFor(unit, { ...seen, ...more });

describe("what is proposed", () => {
  test("is the renewed one, with the version before as the way back", () => {
    expect(proposed()).toEqual({
      because: `ACM has the certificate B2, which ends on 2027-06-30, and ${secret} has A1`,
      call: expect.objectContaining({
        operation: "certificate:ExportAgain",
        input: { arn, secret, serial: "B2", kmsKey: undefined, former: "v1" },
      }),
    });
  });
  test("into a secret that has nothing is another call: a key leaves ACM, which is asked first", () => {
    expect(proposed({ current: undefined })?.call.operation).toBe("certificate:ExportFirst");
    const first = unit.writes.find(({ operation }) => operation === "certificate:ExportFirst");
    expect(first?.irreversible).toContain("leaves ACM for the first time");
  });
  test.each<[what: string, more: Partial<ExportedCertificate>]>([
    ["what the secret has already", { current: { version: "v2", serial: "B2" } }],
    ["what was not issued yet", { serial: undefined }],
  ])("is not %s", (_, more) => expect(proposed(more)).toBeUndefined());
  test("is a private authority's too", () =>
    expect(proposed({ detail: { Type: "PRIVATE", Options: {} } })).toBeDefined());
  test.each(["AMAZON_ISSUED", "IMPORTED"] as const)(
    "%s ones that may not be exported are told, with what to do",
    (Type) => {
      const detail = { Type, Status: "ISSUED" as const, Options: { Export: "DISABLED" as const } };
      expect(() => proposed({ detail })).toThrow(CannotJudge);
      expect(() => proposed({ detail })).toThrow("Request another one that may be exported");
    },
  );
});

describe("settings", () => {
  const entry = { name: "www.example.com", secret };
  test.each<[what: string, certificates: readonly object[], words: string]>([
    ["a secret outside our folder", [{ ...entry, secret: "shop" }], "must be the name of a secret"],
    ["no ARN of ACM", [{ ...entry, arn: "arn:aws:iam::1:x" }], "must be the ARN of a certificate"],
    ["a URL", [{ ...entry, name: "https://x.example.com" }], "must be the first name"],
    ["one secret twice", [entry, { ...entry, name: "b.example.com" }], "another secret for each"],
    [
      "one ARN twice",
      [
        { ...entry, arn },
        { ...entry, arn, secret: `${secret}-2` },
      ],
      "each ARN once",
    ],
  ])("with %s are refused", (_, certificates, words) => {
    const { error } = unit.config.safeParse({ certificates });
    expect(error?.issues.map(({ message }) => message).join()).toContain(words);
  });
});

test("what readers get is a pair, and no key is anywhere but in Secrets Manager", async () => {
  const account = await open(unit, (aws) => fixture.seed(aws, undefined as never), {
    ...fixture.settings,
  });
  onTestFinished(() => account.close());
  const run = await account.deliver();
  expect(run.actions.map(({ outcome }) => outcome).sort()).toEqual(["applied", "applied", "held"]);
  const secrets = account.aws.client(SecretsManagerClient);
  const keys: string[] = [];
  for (const name of ["renewed", "first"]) {
    const { SecretString = "" } = await secrets.send(
      new GetSecretValueCommand({
        SecretId: `nightshift/certificates/${name}`,
        VersionStage: "AWSCURRENT",
      }),
    );
    const kept = JSON.parse(SecretString) as Record<"key" | "certificate" | "chain", string>;
    expect(kept.key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(new X509Certificate(kept.certificate).subject).toContain(`${name}.example.com`);
    expect(kept.chain).toContain("BEGIN CERTIFICATE");
    keys.push(kept.key.split("\n")[2] ?? "");
  }
  expect(keys.filter((key) => key.length > 20)).toHaveLength(2);
  // The ledger's requests are among the calls.
  const calls = account.proxy.calls
    .filter(({ service }) => service !== "secretsmanager")
    .map(({ operation, parameters }) => `${operation} ${JSON.stringify(parameters)}`);
  const told = JSON.stringify([await messages(account), run]);
  expect(keys.filter((key) => [...calls, told].some((text) => text.includes(key)))).toEqual([]);
  // The next sweep has nothing to do, and exports nothing again.
  const exports = () =>
    account.proxy.calls.filter(({ operation }) => operation === "ExportCertificate").length;
  const before = exports();
  const again = await account.deliver({ start: { ...account.start, key: "slot-2" } });
  expect(again.actions.map(({ outcome }) => outcome)).toEqual(["held"]);
  expect(exports()).toBe(before);
});

test.each(["killed", "killedAfter"] as const)(
  "a process that is %s at any request of it is taken up, and ends as if nothing had been",
  async (fault) => {
    const wrong: string[] = [];
    for (const operation of [
      ...["ExportCertificate", "PutSecretValue", "UpdateSecretVersionStage", "CreateSecret"],
    ]) {
      const account = await open(unit, (aws) => fixture.seed(aws, undefined as never), {
        ...fixture.settings,
      });
      onTestFinished(() => account.close());
      account.proxy.fault((call) => call.operation === operation, fault, { times: 1 });
      await account.deliver().catch(() => undefined);
      account.proxy.revive();
      await account.later({ seconds: 20 * 60 });
      await account.deliver();
      const { "renewed.example.com": renewed, "first.example.com": first } = await readersGet(
        account.aws,
      );
      if (renewed !== "what ACM has" || first !== "what ACM has")
        wrong.push(`${operation}: ${renewed}, ${first}`);
    }
    expect(wrong).toEqual([]);
  },
);
