import { CreateSecurityGroupCommand, DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { embedded } from "../test/setup/aws.ts";

const named = (GroupName: string) => ({ Filters: [{ Name: "group-name", Values: [GroupName] }] });

test("each test account is its own: what one holds, another does not see", async () => {
  const [one, other] = await Promise.all([embedded(), embedded()]);
  await one.client(EC2Client).send(new CreateSecurityGroupCommand({ GroupName: "mine", Description: "mine" }));
  const [mine, others] = await Promise.all([one, other].map((account) => account.client(EC2Client).send(new DescribeSecurityGroupsCommand(named("mine")))));
  expect(mine?.SecurityGroups).toHaveLength(1);
  expect(others?.SecurityGroups).toHaveLength(0);
});

test("code that takes everything from its environment lands in the account that is in use", async () => {
  const account = await embedded({ region: "us-west-2" });
  account.use();
  const identity = await new STSClient().send(new GetCallerIdentityCommand({}));
  expect(identity.Account).toBe(account.account);
});
