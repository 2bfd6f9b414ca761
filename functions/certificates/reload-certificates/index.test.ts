import { EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type Command, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { describe, expect, onTestFinished, test } from "vitest";
import { after, before, days, hours, minutes } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { messages, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { mirroredWords } from "../mirrored-parameter.ts";
import type { Flaw, Probe } from "../probe.ts";
import { fixture, toldIn } from "./fixture.ts";
import unit, { type CertificateServer, reloadCertificates, type SecretServed } from "./index.ts";

const secret = "nightshift/certificates/shop";
const now = new Date("2026-11-30T12:00:00Z");
const served = {
  ...{ secret, from: "secret" as const },
  ...{ document: "read-certificate", endpoints: [] },
};
const current = { version: "v2", serial: "B2", changed: before(now, hours(1)) };
const instance = { InstanceId: "i-1", LaunchTime: before(now, days(90)), Tags: [] };
const command = (more: Partial<Command> = {}): Command => ({
  ...{ CommandId: "c-1", InstanceIds: ["i-1"], Status: "Success", TargetCount: 1 },
  Comment: "nightshift B2 shop",
  ...more,
});
const proposed = (more: Partial<SecretServed> = {}, there: object = {}) => {
  const one: SecretServed = { served, current, told: [], wrong: [], ...more };
  const found: CertificateServer = { instance: { ...instance, ...there }, secrets: [one] };
  return proposeFor(unit, found, { now });
};
const failed = command({ Status: "Failed", ErrorCount: 1 });

describe("what is proposed", () => {
  test("is the document alone, told by the serial number, a few at a time, and without any parameter", () => {
    const proposal = proposed();
    expect(proposal?.because).toBe(`${secret} has the certificate B2, of which it was not told`);
    expect(proposal?.call.operation).toBe("ssm:SendCommand");
    expect(proposal?.call.input).toEqual({
      DocumentName: "read-certificate",
      InstanceIds: ["i-1"],
      Comment: "nightshift B2 shop",
      MaxConcurrency: "20%",
      MaxErrors: "0",
    });
  });

  test.each<[what: string, more: Partial<SecretServed>, there?: object]>([
    ["while it is told", { told: [command({ Status: "InProgress" })] }],
    ["while it is taken back", { told: [command({ Status: "Cancelling" })] }],
    ["when it was told", { told: [command()] }],
    ["when it was told at last", { told: [command(), failed] }],
    ["to a server that was started since", {}, { LaunchTime: now }],
    [
      "of what is older than SSM remembers",
      { current: { ...current, changed: before(now, days(29)) } },
    ],
    ["where nobody knows how old it is", { current: { ...current, changed: undefined } }],
  ])("is nothing %s", (_, more, there) => expect(proposed(more, there)).toBeUndefined());

  test.each([
    ["Failed", [failed]],
    ["TimedOut", [command({ Status: "TimedOut" }), failed]],
  ] as const)("is the same again, up to three times, where it ended as %s", (status, told) =>
    expect(proposed({ told })?.because).toContain(`which ended as ${status} before`),
  );

  test("is the same again where it was told of another one since: a renewal that was undone", () => {
    const former = command({ Comment: "nightshift A1 shop" });
    expect(proposed({ told: [former, command()] })).toBeDefined();
    expect(proposed({ told: [command(), former] })).toBeUndefined();
  });

  test("goes by what each server was told, and not by others", () =>
    expect(proposed({ told: [command({ InstanceIds: ["i-2"] })] })).toBeDefined());

  test.each<[what: string, more: Partial<SecretServed>, words: RegExp]>([
    [
      "failed three times",
      { told: [{ ...failed, DeliveryTimedOutCount: 1, TargetCount: 4 }, failed, failed] },
      /read-certificate was sent 3 times and ended as Failed, with 2 of 4 instances failed: `aws ssm list-command-invocations --command-id c-1 --details`/,
    ],
    ["has no secret", { current: undefined }, /holds no certificate that a renewal or an export/],
    [
      "has a secret that somebody else filled",
      { current: { ...current, serial: null } },
      /holds no certificate that a renewal or an export/,
    ],
    [
      "serves another one although it was told",
      {
        told: [command()],
        wrong: [{ where: "www.example.com:443", kind: "old", why: "serial number A1" }],
      },
      /has run on all servers, and another certificate is served.*www\.example\.com:443 \(old: serial number A1\)/,
    ],
  ])("is nothing for one that %s: it is told", (_, more, words) =>
    expect(() => proposed(more)).toThrow(words),
  );

  describe("where servers take it from the parameter", () => {
    const mirror = { isSo: true, late: undefined, since: before(now, minutes(10)), version: 2 };
    const at = (RequestedDateTime: Date, more = {}) => command({ RequestedDateTime, ...more });
    const afterwards = at(before(now, minutes(5)));
    const beforehand = at(before(now, minutes(40)));

    test("is nothing until that has the new one, whatever was told before", () => {
      expect(proposed({ mirror: { ...mirror, isSo: false } })).toBeUndefined();
      const told = [at(before(now, minutes(40)), { Status: "Failed" })];
      expect(proposed({ mirror: { ...mirror, isSo: false }, told })).toBeUndefined();
    });
    test("is one that was told before the mirror had it: it has read the former one", () => {
      expect(proposed({ mirror, told: [beforehand] })).toBeDefined();
      expect(proposed({ mirror, told: [afterwards, beforehand] })).toBeUndefined();
    });
    test("is one that was started between renewal and mirror, and none that was later", () => {
      const { changed } = current;
      expect(proposed({ mirror }, { LaunchTime: after(changed, minutes(5)) })).toBeDefined();
      expect(proposed({ mirror }, { LaunchTime: before(now, minutes(9)) })).toBeUndefined();
    });
    test("counts what failed since then alone, and takes a command within the second for later", () => {
      const old = Array.from({ length: 3 }, () =>
        at(before(now, minutes(40)), { Status: "Failed" }),
      );
      expect(proposed({ mirror, told: old })?.because).not.toContain("before");
      const since = new Date(afterwards.RequestedDateTime ?? 0);
      since.setMilliseconds(900);
      expect(proposed({ mirror: { ...mirror, since }, told: [afterwards] })).toBeUndefined();
    });
    test("has one effect for each time that it is put", () => {
      const keys = [1, 2].map((version) => proposed({ mirror: { ...mirror, version } })?.once);
      expect(new Set(keys).size).toBe(2);
    });
    test("is told when the time is over", () =>
      expect(() => proposed({ mirror: { ...mirror, isSo: false, late: "it is late" } })).toThrow(
        "it is late",
      ));
  });

  test("of several certificates the next, and a trouble with one hides no other", () => {
    const found: CertificateServer = {
      instance,
      secrets: [
        { served, current: undefined, told: [], wrong: [] },
        { served: { ...served, secret: `${secret}-2` }, current, told: [], wrong: [] },
      ],
    };
    expect(proposeFor(unit, found, { now })?.because).toContain(`${secret}-2 has`);
  });
});

describe("settings", () => {
  const entry = { secret, document: "read-certificate" };
  test.each<[what: string, servers: readonly object[], words: string]>([
    ["a document of AWS's", [{ ...entry, document: "AWS-RunShellScript" }], "document of your own"],
    ["an ARN as a document", [{ ...entry, document: "arn:aws:ssm:x" }], "document of your own"],
    ["a secret elsewhere", [{ ...entry, secret: "shop" }], "must be the name of a secret"],
    ["one secret twice", [entry, entry], "must name each secret once"],
    ["a URL", [{ ...entry, endpoints: [{ host: "https://x" }] }], "must be a host name"],
    ["another place to take it from", [{ ...entry, from: "file" }], "secret"],
    ["parameters", [{ ...entry, parameters: { key: "x" } }], "parameters"],
  ])("with %s are refused", (_, servers, words) => {
    const { error } = unit.config.safeParse({ servers });
    expect(JSON.stringify(error?.issues)).toContain(words);
  });
});

const servesSerial =
  (serial: () => string, flaws: readonly Flaw[] = []): Probe =>
  async () => ({
    kind: "served",
    certificate: {
      ...{ serial: serial(), from: now, to: now, names: [], issuer: "Pebble" },
      ...{ key: "EC prime256v1", signature: undefined, protocol: "TLSv1.3" },
    },
    flaws,
  });

interface AccountOf {
  readonly endpoints?: readonly object[];
  readonly from?: "secret" | "parameter";
}
async function account(probe: Probe, { endpoints = [], from = "secret" }: AccountOf = {}) {
  const automation = reloadCertificates(probe);
  const delivery = await open(automation, (aws) => fixture.seed(aws, undefined as never), {
    ...fixture.settings,
    config: automation.config.parse({
      servers: [{ secret, from, document: "read-certificate", endpoints }],
    }),
  });
  onTestFinished(() => delivery.close());
  return delivery;
}

const secrets = (aws: TestAccount) => aws.client(SecretsManagerClient);

/** Another certificate takes the place of the one that is there, or comes back. */
async function makeCurrent(aws: TestAccount, serial: string): Promise<void> {
  await secrets(aws).send(
    new PutSecretValueCommand({
      SecretId: secret,
      SecretString: JSON.stringify({ key: "another", certificate: "", chain: "" }),
      VersionStages: ["AWSCURRENT", `serial-${serial}`],
    }),
  );
}

describe("servers", () => {
  const unknown: Probe = async () => ({ kind: "unknown", why: "it lies in a private network" });

  test("are told once of each certificate, whatever is delivered again, and of the next one anew", async () => {
    const there = await account(unknown, { endpoints: [{ host: "www.example.com" }] });
    const deliver = async (key: string) => {
      const run = await there.deliver({ start: { ...there.start, key } });
      return run.actions.map(({ outcome, held }) => held?.by ?? outcome).sort();
    };
    expect(await deliver("slot-1")).toEqual(["applied", "applied", "exemption"]);
    await there.later(hours(1));
    expect(await deliver("slot-2")).toEqual(["exemption"]);
    expect((await toldIn(there.aws)).stale).toEqual(["nightshift B2 shop"]);
    // Undone, or renewed: it is another one that readers get.
    await makeCurrent(there.aws, "A1");
    await there.later(hours(1));
    expect(await deliver("slot-3")).toEqual(["applied", "applied", "exemption"]);
    expect((await toldIn(there.aws)).stale).toEqual(["nightshift A1 shop", "nightshift B2 shop"]);
    // And back again, which it was told of once.
    await makeCurrent(there.aws, "B2");
    await there.later(hours(1));
    expect(await deliver("slot-4")).toEqual(["applied", "applied", "exemption"]);
    // What cannot be reached is no reason to say anything.
    expect(JSON.stringify(await messages(there))).not.toContain("private network");
  });

  test("that show another certificate afterwards are told of, once for all", async () => {
    const there = await account(
      servesSerial(() => "A1"),
      { endpoints: [{ host: "www.example.com" }] },
    );
    await there.deliver();
    await there.later(hours(1));
    const asked = there.deliver({ start: { ...there.start, key: "slot-2" } });
    await asked.catch(() => undefined);
    const text = JSON.stringify(await messages(there));
    expect(text).toContain("another certificate is served");
    expect(text).toContain("1 not judged");
  });

  test("that show the new one are not mentioned", async () => {
    const there = await account(
      servesSerial(() => "B2"),
      { endpoints: [{ host: "www.example.com" }] },
    );
    await there.deliver();
    await there.later(hours(1));
    const run = await there.deliver({ start: { ...there.start, key: "slot-2" } });
    expect(run.actions.map(({ held }) => held?.by)).toEqual(["exemption"]);
  });

  test("that are gone meanwhile are left out, and others are told", async () => {
    const there = await account(unknown);
    const ec2 = there.aws.client(EC2Client);
    let gone = "";
    there.proxy.fault(({ operation }) => operation === "SendCommand", "refused:InvalidInstanceId", {
      times: 1,
      onFault: ({ parameters }) => {
        gone = (parameters as { readonly InstanceIds: readonly string[] }).InstanceIds[0] ?? "";
      },
    });
    const run = await there.deliver().catch((error: unknown) => error);
    expect(run).toBeDefined();
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [gone] }));
    await there.later(hours(1));
    const again = await there.deliver({ start: { ...there.start, key: "slot-2" } });
    const outcomes = again.actions.map(({ outcome, held }) => held?.by ?? outcome);
    expect(outcomes.filter((outcome) => !["applied", "exemption"].includes(outcome))).toEqual([]);
  });

  test.each(["DescribeSecret", "DescribeInstances", "ListCommands"])(
    "are not told where %s is denied: an error is no empty list",
    async (operation) => {
      const there = await account(unknown);
      there.proxy.fault((call) => call.operation === operation, "denied");
      await expect(there.deliver()).rejects.toThrow();
      expect(there.proxy.calls.filter((call) => call.operation === "SendCommand")).toEqual([]);
    },
  );

  test.each(["killed", "killedAfter"] as const)(
    "are told although the process was %s when it told them",
    async (fault) => {
      const there = await account(unknown);
      there.proxy.fault(({ operation }) => operation === "SendCommand", fault, { times: 1 });
      await there.deliver().catch(() => undefined);
      there.proxy.revive();
      await there.later({ seconds: 20 * 60 });
      await there.deliver();
      const { stale = [], several = [], exempt } = await toldIn(there.aws);
      expect([new Set(stale), new Set(several), exempt]).toEqual([
        new Set(["nightshift B2 shop"]),
        new Set(["nightshift B2 shop", "nightshift C3 told"]),
        [],
      ]);
    },
  );
});

test("a moment within the second of its start counts as before it", () => {
  const changed = before(now, hours(1));
  expect(proposed({}, { LaunchTime: changed })).toBeDefined();
  expect(proposed({}, { LaunchTime: after(changed, { seconds: 1 }) })).toBeUndefined();
});

/** The mirror puts another one. */
async function putMirrored({ aws }: TestDelivery, serial: string, version: number) {
  await aws.client(SSMClient).send(
    new PutParameterCommand({
      ...{ Name: `/${secret}`, Value: "a key and its certificate", Type: "SecureString" },
      Description: mirroredWords({ serial, chain: "within" }, version),
      Overwrite: true,
    }),
  );
}

describe("servers that take it from the parameter", () => {
  const unknown: Probe = async () => ({ kind: "unknown", why: "nobody asks" });
  const opened = () => account(unknown, { from: "parameter" });
  type There = Awaited<ReturnType<typeof opened>>;
  const deliver = async (there: There, key: string) => {
    const run = await there.deliver({ start: { ...there.start, key } });
    return run.actions.map(({ outcome, held }) => held?.by ?? outcome).sort();
  };

  test("are told when the mirror has it, once, and of the next one when it has that", async () => {
    const there = await opened();
    await putMirrored(there, "A1", 1);
    expect(await deliver(there, "slot-1")).toEqual([]);
    expect((await toldIn(there.aws)).stale).toEqual([]);
    await putMirrored(there, "B2", 2);
    expect(await deliver(there, "slot-2")).toEqual(["applied", "applied", "exemption"]);
    expect(await deliver(there, "slot-3")).toEqual(["exemption"]);
    // Out of order: a renewal is undone, and its mirror follows later.
    await makeCurrent(there.aws, "A1");
    await there.later(hours(1));
    expect(await deliver(there, "slot-4")).toEqual([]);
    await putMirrored(there, "A1", 3);
    expect(await deliver(there, "slot-5")).toEqual(["applied", "applied", "exemption"]);
    expect((await toldIn(there.aws)).stale).toEqual(["nightshift A1 shop", "nightshift B2 shop"]);
  });

  test.each<[what: string, seed: (there: There) => Promise<unknown>, words: string]>([
    ["never has it", (there) => putMirrored(there, "A1", 1), "still has A1"],
    ["is gone", async () => undefined, "is not there"],
    [
      "was overwritten by hand",
      (there) => putMirrored(there, "B2", 7),
      "still has what nobody of ours put there",
    ],
  ])("are told nothing where it %s, and people are told once", async (_, seed, words) => {
    const there = await opened();
    await seed(there);
    expect(await deliver(there, "slot-1")).toEqual([]);
    await there.later(hours(4));
    await deliver(there, "slot-2").catch(() => undefined);
    const text = JSON.stringify(await messages(there));
    expect(text).toContain(words);
    expect(text).toContain("1 not judged");
    expect((await toldIn(there.aws)).stale).toEqual([]);
  });

  test("are told nothing where DescribeParameters is denied: the run fails", async () => {
    const there = await opened();
    await putMirrored(there, "B2", 1);
    there.proxy.fault((call) => call.operation === "DescribeParameters", "denied");
    await expect(there.deliver()).rejects.toThrow();
    expect((await toldIn(there.aws)).stale).toEqual([]);
  });
});
