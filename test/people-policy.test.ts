/** What those on call are granted, as IAM answers to it: by an independent simulator. */
import { describe, expect, test } from "vitest";
import { peoplePolicy } from "../lib/iam/people.ts";
import { names } from "../testing/deployed.ts";
import type { Context } from "./power/requests.ts";
import { allows } from "./power/simulate.ts";
import { fullManifest } from "./setup/full-manifest.ts";

const account = "123456789012";
const { home } = fullManifest.settings;
const policy = peoplePolicy(fullManifest, { partition: "aws", account });
const may = (action: string, resource: string, context: Context = {}) =>
  allows(policy, { role: "OnCall", action, resource, context }, account);
const functionOf = (name: string) =>
  `arn:aws:lambda:${home}:${account}:function:nightshift-${name}`;
const table = `arn:aws:dynamodb:${home}:${account}:table/${names.table}`;
const keys = (...leading: string[]): Context => ({ "dynamodb:LeadingKeys": leading });

describe("decide", () => {
  const decide = functionOf("decide");
  test("is invoked through its address", async () => {
    expect(
      await may("lambda:InvokeFunctionUrl", decide, { "lambda:FunctionUrlAuthType": "AWS_IAM" }),
    ).toBe(true);
    expect(
      await may("lambda:InvokeFunction", decide, { "lambda:InvokedViaFunctionUrl": "true" }),
    ).toBe(true);
  });
  test("is not invoked without it, nor through an address that anybody could call", async () => {
    expect(await may("lambda:InvokeFunction", decide)).toBe(false);
    expect(
      await may("lambda:InvokeFunction", decide, { "lambda:InvokedViaFunctionUrl": "false" }),
    ).toBe(false);
    expect(await may("lambda:InvokeAsync", decide)).toBe(false);
    expect(
      await may("lambda:InvokeFunctionUrl", decide, { "lambda:FunctionUrlAuthType": "NONE" }),
    ).toBe(false);
  });
});

test("orders go to units, undo and incidents; nobody speaks for Slack, or as AWS", async () => {
  for (const name of ["saves-volumes", "costs", "undo", "incidents", "watchdog", "signals"])
    expect(await may("lambda:InvokeFunction", functionOf(name)), name).toBe(true);
  for (const name of ["slack", "slack-work", "signals:aws", "off", "another"])
    expect(await may("lambda:InvokeFunction", functionOf(name)), name).toBe(false);
});

test("of the ledger all is read, and what is people's own is written", async () => {
  for (const key of ["unit#saves-volumes#run#r", "decision#p", "exempt#log"])
    expect(await may("dynamodb:Query", table, keys(key)), key).toBe(true);
  for (const key of ["exempt#123456789012#eu-central-1", "unit#saves-volumes#breaker"])
    expect(await may("dynamodb:PutItem", table, keys(key)), key).toBe(true);
  for (const key of ["decision#p", "unit#saves-volumes#plan", "slack#order#d", "undo#order#d"])
    for (const action of ["PutItem", "DeleteItem", "UpdateItem"])
      expect(await may(`dynamodb:${action}`, table, keys(key)), key).toBe(false);
  for (const action of ["Scan", "PartiQLUpdate", "BatchWriteItem"])
    expect(await may(`dynamodb:${action}`, table, keys("exempt#log")), action).toBe(false);
});

test("nothing of the functions, their roles or resources of the account is changed", async () => {
  for (const action of ["lambda:UpdateFunctionCode", "lambda:AddPermission"])
    expect(await may(action, functionOf("undo")), action).toBe(false);
  expect(await may("iam:PassRole", `arn:aws:iam::${account}:role/nightshift-undo`)).toBe(false);
  expect(await may("sts:AssumeRole", `arn:aws:iam::${account}:role/nightshift-undo`)).toBe(false);
});
