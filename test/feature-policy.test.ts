/**
 * What IAM would answer to the roles that features add: those of channels, Slack and incidents, in
 * a deployment that has them all.
 */
import { describe, expect, test } from "vitest";
import { sharedPolicy } from "../lib/iam/shared-policy.ts";
import { names } from "../testing/deployed.ts";
import type { Context } from "./power/requests.ts";
import { allows } from "./power/simulate.ts";
import { fullManifest } from "./setup/full-manifest.ts";

const account = "123456789012";
const owner = { partition: "aws", account };
const { home } = fullManifest.settings;
const ledger = `arn:aws:dynamodb:${home}:${account}:table/${names.table}`;

const may = (name: string, action: string, resource: string, context: Context = {}) =>
  allows(
    sharedPolicy(name, fullManifest, owner),
    { role: names.role(name), action, resource, context },
    account,
  );
const mayInLedger = (name: string, action: string, ...partitions: readonly string[]) =>
  may(name, `dynamodb:${action}`, ledger, { "dynamodb:LeadingKeys": partitions });

/** A partition of each writer, as `ledger/keys.ts` has them. */
const partitions = [
  "decision#outbox",
  "decision#saves-volumes.r.plan-p",
  "deliver#outbox",
  "exempt#123456789012#eu-central-1",
  "exempt#log",
  "exempt#outbox",
  "incident#inc.1",
  "incident#taken#d",
  "signals#heard",
  "slack#claim#t",
  "slack#form#V1",
  "slack#order#d",
  "slack#refused",
  "slack#seen#t",
  "told#m",
  "undo#saves-volumes#hold#123456789012#eu-central-1",
  "undo#taken#d",
  "unit#saves-volumes#lock#123456789012#eu-central-1",
  "unit#saves-volumes#outbox",
  "unit#saves-volumes#plan",
  "unit#saves-volumes#run#r",
  "watch#findings",
  "watch#outbox",
];
const changes = ["PutItem", "UpdateItem", "DeleteItem"];

describe("the ledger is not a deputy (rule: ledger-no-deputy)", () => {
  const own: Readonly<Record<string, RegExp>> = {
    deliver: /^(told#|deliver#outbox$)/,
    incidents: /^incident#/,
    slack: /^slack#(form#|refused$|seen#)/,
    "slack-work": /^(decision|exempt|slack)#/,
  };
  test.each(Object.entries(own))("%s writes %s and nothing else", async (name, its) => {
    const written = new Set<string>();
    for (const partition of partitions)
      for (const action of changes)
        if (await mayInLedger(name, action, partition)) written.add(partition);
    expect([...written]).toEqual(partitions.filter((partition) => its.test(partition)));
  });
  test.each(Object.keys(own))("%s writes nothing beside its own in one request", async (name) => {
    const its = partitions.find((partition) => own[name]?.test(partition)) ?? "";
    expect(await mayInLedger(name, "PutItem", its)).toBe(true);
    expect(await mayInLedger(name, "PutItem", its, "unit#saves-volumes#plan")).toBe(false);
    expect(await may(name, "dynamodb:PutItem", ledger)).toBe(false);
  });
  test("what is ordered in Slack is read by whoever carries it out, and by nobody else", async () => {
    const readers: string[] = [];
    for (const name of fullManifest.settings.functions)
      if (await mayInLedger(name, "GetItem", "slack#order#d")) readers.push(name);
    expect(readers.sort()).toEqual(["incidents", "slack-work", "undo"]);
    for (const name of ["incidents", "undo"])
      for (const other of ["slack#claim#t", "slack#form#V1", "slack#seen#t"])
        expect(await mayInLedger(name, "GetItem", other), `${name} ${other}`).toBe(false);
  });
  test("a decision is written by whoever proves a person's word, and changed or removed by nobody", async () => {
    const decision = "decision#saves-volumes.r.plan-p";
    const writers: string[] = [];
    for (const name of fullManifest.settings.functions) {
      if (await mayInLedger(name, "PutItem", decision)) writers.push(name);
      for (const action of ["UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate"])
        expect(await mayInLedger(name, action, decision), `${name} ${action}`).toBe(false);
    }
    expect(writers.sort()).toEqual(["decide", "slack-work"]);
  });
});

describe("mail", () => {
  const identity = (name: string) => `arn:aws:ses:${home}:${account}:identity/${name}`;
  const from = (address: string): Context => ({ "ses:FromAddress": address });
  const own = "nightshift@example.com";
  test.each(["ses:SendEmail", "ses:SendRawEmail"])(
    "is sent from the address of the settings, through it or its domain: %s",
    async (action) => {
      for (const name of [own, "example.com"])
        expect(await may("deliver", action, identity(name), from(own)), name).toBe(true);
    },
  );
  test.each(["ceo@example.com", "nightshift@example.com.evil.example", "", "*"])(
    "is not sent from %j, though the domain's identity would do",
    async (address) => {
      for (const action of ["ses:SendEmail", "ses:SendRawEmail"])
        expect(await may("deliver", action, identity("example.com"), from(address))).toBe(false);
    },
  );
  test("is not sent from an identity that the settings do not name, nor without a sender", async () => {
    expect(await may("deliver", "ses:SendEmail", identity("other.example"), from(own))).toBe(false);
    expect(await may("deliver", "ses:SendEmail", identity("example.com"))).toBe(false);
    for (const action of ["ses:SendBulkEmail", "ses:SendTemplatedEmail", "ses:SendBounce"])
      expect(await may("deliver", action, identity("example.com"), from(own)), action).toBe(false);
  });
  test("is sent by deliver alone", async () => {
    for (const name of fullManifest.settings.functions)
      expect(await may(name, "ses:SendEmail", identity(own), from(own)), name).toBe(
        name === "deliver",
      );
  });
});

describe("the topic's key", () => {
  const key = `arn:aws:kms:${home}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
  const topic = (name: string) => `arn:aws:sns:${home}:${account}:${name}`;
  const about = (name: string): Context => ({
    "kms:ResourceAliases": [names.key],
    "kms:EncryptionContext:aws:sns:topicArn": topic(name),
  });
  test.each(["kms:Decrypt", "kms:GenerateDataKey"])(
    "is used for our topic's messages, and for nothing else: %s",
    async (action) => {
      for (const name of ["tell", "deliver"]) {
        expect(await may(name, action, key, about(names.topic))).toBe(true);
        expect(await may(name, action, key, about("other"))).toBe(false);
        expect(await may(name, action, key, { "kms:ResourceAliases": [names.key] })).toBe(false);
        expect(
          await may(name, action, key, {
            ...about(names.topic),
            "kms:ResourceAliases": ["alias/x"],
          }),
        ).toBe(false);
      }
    },
  );
});

test("a team's own key is used for our topic's messages, the ledger and the queues alone", async () => {
  const key = `arn:aws:kms:${home}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
  const { settings } = fullManifest;
  const deployment = { ...settings.deployment, kmsKeys: { [home]: key } };
  const manifest = { ...fullManifest, settings: { ...settings, deployment } };
  const mayDecrypt = (context: Context) =>
    allows(
      sharedPolicy("tell", manifest, owner),
      { role: "nightshift-tell", action: "kms:Decrypt", resource: key, context },
      account,
    );
  const topic = `arn:aws:sns:${home}:${account}:`;
  const sent = (name: string) => ({ "kms:EncryptionContext:aws:sns:topicArn": topic + name });
  const through = (service: string) => ({ "kms:ViaService": `${service}.${home}.amazonaws.com` });
  expect(await mayDecrypt(sent(names.topic))).toBe(true);
  for (const service of ["dynamodb", "sqs"]) expect(await mayDecrypt(through(service))).toBe(true);
  for (const context of [{}, sent("other"), through("s3"), through("secretsmanager")])
    expect(await mayDecrypt(context), JSON.stringify(context)).toBe(false);
});

describe("who starts whom", () => {
  const functionOf = (name: string) =>
    `arn:aws:lambda:${home}:${account}:function:${names.function(name)}`;
  const startedBy = async (starter: string) => {
    const all = [
      ...fullManifest.settings.functions,
      ...fullManifest.units.map(({ id }) => id),
      "another",
    ];
    const started: string[] = [];
    for (const name of all)
      if (await may(starter, "lambda:InvokeFunction", functionOf(name))) started.push(name);
    return started.sort();
  };
  test("Slack's endpoint starts what works for it, and nothing else", async () => {
    expect(await startedBy("slack")).toEqual(["slack-work"]);
  });
  test("what works for Slack starts undo, incidents and automations", async () => {
    expect(await startedBy("slack-work")).toEqual(
      [
        "incidents",
        "undo",
        "closes-ports",
        "retired-volumes",
        "saves-volumes",
        "watches-volumes",
      ].sort(),
    );
  });
  test("incidents and deliver start nobody", async () => {
    expect([await startedBy("incidents"), await startedBy("deliver")]).toEqual([[], []]);
  });
});
