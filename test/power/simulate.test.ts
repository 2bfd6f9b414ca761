import { expect, test } from "vitest";
import type { Statement } from "../../settings/statements.ts";
import { allows } from "./simulate.ts";
import { only } from "./usage.ts";

const account = "123456789012";
const stop = {
  role: "nightshift-test",
  action: "ec2:StopInstances",
  resource: `arn:aws:ec2:eu-west-1:${account}:instance/i-1`,
  context: { "aws:RequestedRegion": "eu-west-1" },
};
const statement = (Effect: "Allow" | "Deny", ...Action: string[]): Statement => ({
  Effect,
  Action,
  Resource: ["*"],
});
const granted = statement("Allow", "ec2:StopInstances");

test.each([
  ["alone", [granted], true],
  ["beside a denial of another action", [granted, statement("Deny", "ec2:StartInstances")], true],
  ["beside a denial of it among others", [granted, statement("Deny", "s3:*", stop.action)], false],
  ["beside a denial by a pattern", [granted, statement("Deny", "ec2:Stop*")], false],
  ["by a pattern", [statement("Allow", "ec2:*")], true],
  ["not, and another is", [statement("Allow", "ec2:StartInstances")], false],
  ["alone, asked again after that", [granted], true],
])("an action that is granted %s", async (_, statements, answer) => {
  expect(await allows(only(...statements), stop, account)).toBe(answer);
});

test("an answer is that of its own question: another resource is another", async () => {
  const policy = only({ ...granted, Resource: [stop.resource] });
  expect(await allows(policy, stop, account)).toBe(true);
  const other = { ...stop, resource: `${stop.resource}2` };
  expect(await allows(policy, other, account)).toBe(false);
});

test("an action that does not exist is no denial, but an error", async () => {
  const asked = { ...stop, action: "ec2:StopInstance" };
  await expect(allows(only(granted), asked, account)).rejects.toThrow("ec2:StopInstance");
});
