import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { expect, onTestFinished, test } from "vitest";
import { coveredBy } from "../../../engine/run/planned-change.ts";
import { undo } from "../../../engine/run/undo.ts";
import type { ActionRecord } from "../../../ledger/actions.ts";
import { actionId } from "../../../ledger/ids.ts";
import { keys } from "../../../ledger/keys.ts";
import { minutes } from "../../../sdk/time.ts";
import { actions, open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import unit from "./index.ts";

async function group(aws: TestAccount, GroupName: string): Promise<string> {
  const ec2 = aws.client(EC2Client);
  const made = await ec2.send(new CreateSecurityGroupCommand({ GroupName, Description: "x" }));
  return made.GroupId ?? "";
}

const world = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
const ssh = { ...world, IpProtocol: "tcp", FromPort: 22, ToPort: 22 };

/** A run has closed a rule of `web`; `payroll` was never open. */
async function closed() {
  const groups = { web: "", payroll: "" };
  const one = await open(
    unit,
    async (aws) => {
      groups.web = await group(aws, "web");
      groups.payroll = await group(aws, "payroll");
      const rule = { GroupId: groups.web, IpPermissions: [ssh] };
      await aws.client(EC2Client).send(new AuthorizeSecurityGroupIngressCommand(rule));
    },
    {},
    true,
  );
  onTestFinished(() => one.close());
  const { id } = await one.deliver();
  await one.later(minutes(40));
  const [action] = await actions(one, id);
  if (!action) throw new Error("nothing was closed");
  return { one, action, groups };
}

test.each<[string, (action: ActionRecord, victim: string) => Partial<ActionRecord>, RegExp]>([
  [
    "another group in the way back alone",
    (_, GroupId) => ({
      undo: [
        {
          operation: "ec2:AuthorizeSecurityGroupIngress",
          input: { GroupId, IpPermissions: [world] },
        },
      ],
      target: "sgr-00000000000000000",
      within: null,
    }),
    /its call names|its way back is/,
  ],
  [
    "another group throughout, as if a rule of it had been closed",
    ({ before }, GroupId) => ({
      target: "sgr-00000000000000000",
      within: GroupId,
      call: {
        operation: "ec2:RevokeSecurityGroupIngress",
        input: { GroupId, SecurityGroupRuleIds: ["sgr-00000000000000000"] },
      },
      before: { ...(before as object), GroupId },
    }),
    /CloudTrail has no ec2:RevokeSecurityGroupIngress of .*role\/nightshift-open-ingress about it/,
  ],
])("a forged action with %s opens nothing", async (_, forge, why) => {
  const { one, action, groups } = await closed();
  const forged = { ...action, ...forge(action, groups.payroll) };
  const digest = coveredBy(forged.target, forged.call);
  const record = { ...forged, digest, id: actionId(forged.run, digest) };
  await one.store.put({
    ...keys.action("unit", unit.id, record.run, record.id),
    type: "action",
    state: "applied",
    body: record,
  });
  const result = await undo(unit, record.id, { by: "ann" }, one.host());
  expect(result.actions.map(({ outcome }) => outcome)).toEqual(["failed"]);
  expect(result.actions[0]?.error).toMatch(why);
  const { SecurityGroupRules = [] } = await one.aws
    .client(EC2Client)
    .send(new DescribeSecurityGroupRulesCommand({}));
  expect(SecurityGroupRules.filter(({ IsEgress }) => !IsEgress)).toEqual([]);
});

test("a forged action whose call names nothing opens nothing, though CloudTrail has a call of that name", async () => {
  const { one, action, groups } = await closed();
  const call = { operation: "ec2:RevokeSecurityGroupIngress", input: {} };
  const target = "sgr-00000000000000000";
  const digest = coveredBy(target, call);
  const before = { ...(action.before as object), GroupId: groups.payroll };
  const id = actionId(action.run, digest);
  await one.store.put({
    ...keys.action("unit", unit.id, action.run, id),
    type: "action",
    state: "applied",
    body: { ...action, id, digest, call, target, before, within: groups.payroll },
  });
  const result = await undo(unit, id, { by: "ann" }, one.host());
  expect(result.actions.map(({ outcome, held }) => [outcome, held?.by])).toEqual([
    ["held", "unconfirmed"],
  ]);
  const { SecurityGroupRules = [] } = await one.aws
    .client(EC2Client)
    .send(new DescribeSecurityGroupRulesCommand({}));
  expect(SecurityGroupRules.filter(({ IsEgress }) => !IsEgress)).toEqual([]);
});

test("what was closed is opened again as it was, in its group", async () => {
  const { one, action, groups } = await closed();
  const result = await undo(unit, action.id, { by: "ann" }, one.host());
  expect(result.actions.map(({ outcome }) => outcome)).toEqual(["applied"]);
  const { SecurityGroupRules = [] } = await one.aws
    .client(EC2Client)
    .send(new DescribeSecurityGroupRulesCommand({}));
  const ingress = SecurityGroupRules.filter(({ IsEgress }) => !IsEgress);
  expect(ingress.map(({ GroupId, FromPort }) => [GroupId, FromPort])).toEqual([[groups.web, 22]]);
});
