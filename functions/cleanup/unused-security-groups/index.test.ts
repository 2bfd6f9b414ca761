import type { SecurityGroup, SecurityGroupRule } from "@aws-sdk/client-ec2";
import {
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { deleteSecurityGroup } from "../../../aws/ec2/security-group-life.ts";
import { undo } from "../../../engine/run/undo.ts";
import { before, days } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { each, measuredAws, pagesOf, searching } from "../../../test/setup/measured.ts";
import { asUndo } from "../../../test/setup/undo-role.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { fixture } from "./fixture.ts";
import unit from "./index.ts";
import { type FoundSecurityGroup, groupManager } from "./look.ts";
import { makeSecurityGroup, ruleSpec } from "./make-group.ts";

const now = new Date("2026-11-21T03:50:00Z");
const ago = (number: number) => before(now, days(number));
const account = "123456789012";

const group: SecurityGroup = {
  GroupId: "sg-1",
  GroupName: "trial",
  Description: "of a trial",
  VpcId: "vpc-1",
  OwnerId: account,
  Tags: [{ Key: "team", Value: "web" }],
};
const unused: FoundSecurityGroup = { group, rules: [], manager: undefined };
const since = ago(30);

describe("what is proposed", () => {
  test("a group that no look has seen used for weeks is deleted, and a person asked before", () => {
    expect(proposeFor(unit, unused, { now, since })).toEqual({
      because:
        "since 2026-10-22 no network interface has carried it, and nothing that AWS tells of names it",
      call: deleteSecurityGroup({ GroupId: "sg-1" }),
      savesPerMonth: 0,
    });
    expect(deleteSecurityGroup.uncertain).toMatch(/another id/);
  });

  test.each<[what: string, more: Partial<FoundSecurityGroup>, measured?: Date | undefined]>([
    ["used", { usedBy: "the network interface eni-1" }],
    ["unused for less", {}, ago(29)],
    ["unused at this look for the first time", {}, undefined],
    ["the default of its VPC", { group: { ...group, GroupName: "default" } }],
    ["kept ready", { group: { ...group, GroupName: "keep-this" } }],
  ])("nothing of one that is %s", (...[what, more, measured]) => {
    const at = what.startsWith("unused") ? measured : since;
    const options = { now, config: { except: ["keep-"] }, ...(at && { since: at }) };
    expect(proposeFor(unit, { ...unused, ...more }, options)).toBeUndefined();
  });
});

test.each<[more: Partial<SecurityGroup>, words: RegExp | undefined]>([
  [{}, undefined],
  [{ OwnerId: "999999999999" }, /account 999999999999/],
  [{ Tags: [{ Key: "aws:cloudformation:stack-name", Value: "shop" }] }, /stack shop/],
  [{ Tags: [{ Key: "aws:eks:cluster-name", Value: "prod" }] }, /EKS cluster prod/],
  [{ GroupName: "ElasticMapReduce-slave" }, /EMR/],
  [{ GroupName: "d-9067_controllers" }, /Directory Service/],
  [{ GroupName: "d-day" }, undefined],
  [{ GroupName: "launch-wizard-3" }, undefined],
])("who manages one with %o", (more, words) => {
  const manager = groupManager({ ...group, ...more }, account);
  if (words) expect(manager).toMatch(words);
  else expect(manager).toBeUndefined();
});

/** By operation; what is not there answers nothing. */
type Answers = Readonly<Record<string, (input: never) => unknown>>;
const listings = [
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroupRules",
  "ec2:DescribeLaunchTemplates",
  "ec2:DescribeLaunchTemplateVersions",
  "ec2:DescribeSpotFleetRequests",
  "ec2:DescribeVpcEndpoints",
  "ec2:DescribeSecurityGroupVpcAssociations",
  "autoscaling:DescribeLaunchConfigurations",
  "lambda:ListFunctions",
  "rds:DescribeDBInstances",
  "rds:DescribeDBClusters",
  "codebuild:ListProjects",
  "ecs:ListClusters",
  "ecs:ListServices",
  "scheduler:ListSchedules",
];
const nothing: Answers = {
  ...Object.fromEntries(listings.map((operation) => [operation, () => each([])])),
  "ec2:DescribeSecurityGroupReferences": async () => ({ SecurityGroupReferenceSet: [] }),
};
const of =
  (...items: readonly object[]) =>
  () =>
    each(items);
const aCluster = { "ecs:ListClusters": () => each(["arn:cluster"]) };
const byTask = {
  EcsParameters: { NetworkConfiguration: { awsvpcConfiguration: { SecurityGroups: ["sg-1"] } } },
};

interface Looked {
  readonly groups?: readonly SecurityGroup[];
  readonly only?: readonly string[];
}
async function found(answers: Answers = {}, { groups = [group], only }: Looked = {}) {
  const aws = measuredAws(() => [], {
    ...nothing,
    "ec2:DescribeSecurityGroups": of(...groups),
    ...answers,
  });
  const { pages } = pagesOf(groups, 1000);
  const search = { ...searching(now), only, config: unit.config.parse({}), read: aws.read, pages };
  const all = await Array.fromAsync(
    unit.find(search as never) as AsyncIterable<FoundSecurityGroup>,
  );
  return { all, ...aws };
}

describe("what uses a group, as people found out who deleted it", () => {
  test.each<[what: string, answers: Answers, by: RegExp]>([
    [
      "an interface of whatever service",
      {
        "ec2:DescribeNetworkInterfaces": of({
          NetworkInterfaceId: "eni-1",
          Description: "ELB app/web/1",
          Groups: [{ GroupId: "sg-1" }],
        }),
      },
      /eni-1 \(ELB app/,
    ],
    [
      "a rule of another group",
      {
        "ec2:DescribeSecurityGroupRules": of({
          GroupId: "sg-2",
          SecurityGroupRuleId: "sgr-1",
          ReferencedGroupInfo: { GroupId: "sg-1" },
        }),
      },
      /rule sgr-1 of sg-2/,
    ],
    [
      "a rule beyond a peering",
      {
        "ec2:DescribeSecurityGroupReferences": async () => ({
          SecurityGroupReferenceSet: [{ GroupId: "sg-1", ReferencingVpcId: "vpc-9" }],
        }),
      },
      /vpc-9, beyond a peering/,
    ],
    [
      "another VPC that it is associated with",
      {
        "ec2:DescribeSecurityGroupVpcAssociations": of({
          GroupId: "sg-1",
          VpcId: "vpc-2",
          State: "associated",
        }),
      },
      /association with vpc-2/,
    ],
    ...[
      { SecurityGroupIds: ["sg-1"] },
      { SecurityGroups: ["trial"] },
      { NetworkInterfaces: [{ Groups: ["sg-1"] }] },
    ].map((LaunchTemplateData): [string, Answers, RegExp] => [
      `an old version of a launch template, by ${Object.keys(LaunchTemplateData)[0]}`,
      {
        "ec2:DescribeLaunchTemplates": of({ LaunchTemplateId: "lt-1" }),
        "ec2:DescribeLaunchTemplateVersions": of({
          LaunchTemplateName: "web",
          VersionNumber: 3,
          LaunchTemplateData,
        }),
      },
      /version 3 of the launch template web/,
    ]),
    [
      "a launch configuration",
      {
        "autoscaling:DescribeLaunchConfigurations": of({
          LaunchConfigurationName: "old",
          SecurityGroups: ["sg-1"],
        }),
      },
      /launch configuration old/,
    ],
    [
      "a spot fleet",
      {
        "ec2:DescribeSpotFleetRequests": of({
          SpotFleetRequestId: "sfr-1",
          SpotFleetRequestConfig: {
            LaunchSpecifications: [{ SecurityGroups: [{ GroupId: "sg-1" }] }],
          },
        }),
      },
      /spot fleet sfr-1/,
    ],
    [
      "an endpoint that nobody has accepted yet",
      {
        "ec2:DescribeVpcEndpoints": of({ VpcEndpointId: "vpce-1", Groups: [{ GroupId: "sg-1" }] }),
      },
      /endpoint vpce-1/,
    ],
    [
      "an old version of a function that nobody calls, whose interface Lambda took away",
      {
        "lambda:ListFunctions": of({
          FunctionName: "yearly",
          VpcConfig: { SecurityGroupIds: ["sg-1"] },
        }),
      },
      /function yearly/,
    ],
    [
      "a database that is stopped",
      {
        "rds:DescribeDBInstances": of({
          DBInstanceIdentifier: "db",
          VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1" }],
        }),
      },
      /database db/,
    ],
    [
      "a database cluster without instances",
      {
        "rds:DescribeDBClusters": of({
          DBClusterIdentifier: "c",
          VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1" }],
        }),
      },
      /database cluster c/,
    ],
    [
      "a build project that does not build now",
      {
        "codebuild:ListProjects": () => each(["site"]),
        "codebuild:BatchGetProjects": async () => ({
          projects: [{ name: "site", vpcConfig: { securityGroupIds: ["sg-1"] } }],
        }),
      },
      /project site/,
    ],
    [
      "a service that is scaled to nothing",
      {
        ...aCluster,
        "ecs:ListServices": () => each(["arn:service"]),
        "ecs:DescribeServices": async () => ({
          services: [
            {
              serviceName: "asleep",
              networkConfiguration: { awsvpcConfiguration: { securityGroups: ["sg-1"] } },
            },
          ],
        }),
        "events:ListEventBuses": async () => ({}),
      },
      /ECS service asleep/,
    ],
    [
      "tasks that a rule starts, on the second page of the second bus",
      {
        ...aCluster,
        "events:ListEventBuses": async ({ NextToken }: { NextToken?: string }) =>
          NextToken
            ? { EventBuses: [{ Name: "own" }] }
            : { EventBuses: [{ Name: "default" }], NextToken: "2" },
        "events:ListRuleNamesByTarget": async ({ EventBusName }: { EventBusName: string }) =>
          EventBusName === "own" ? { RuleNames: ["nightly"] } : undefined,
        "events:ListTargetsByRule": async () => ({ Targets: [byTask] }),
      },
      /rule nightly/,
    ],
    [
      "tasks that a schedule starts",
      {
        ...aCluster,
        "events:ListEventBuses": async () => ({}),
        "scheduler:ListSchedules": of({
          Name: "weekly",
          GroupName: "default",
          Target: { Arn: "arn:cluster" },
        }),
        "scheduler:GetSchedule": async () => ({ Target: byTask }),
      },
      /schedule default\/weekly/,
    ],
  ])("%s", async (_, answers, by) => {
    const { all } = await found(answers);
    expect(all[0]?.usedBy).toMatch(by);
    expect(unit.counts?.(all[0] as FoundSecurityGroup)).toBe(false);
  });

  test("its own rules, and an association that is over, are no use", async () => {
    const { all } = await found({
      "ec2:DescribeSecurityGroupRules": of({
        GroupId: "sg-1",
        SecurityGroupRuleId: "sgr-1",
        ReferencedGroupInfo: { GroupId: "sg-1" },
      }),
      "ec2:DescribeSecurityGroupVpcAssociations": of({ GroupId: "sg-1", State: "disassociated" }),
    });
    expect([all[0]?.usedBy, all[0]?.rules]).toMatchObject([undefined, [{ GroupId: "sg-1" }]]);
  });

  test("one that goes while its peers are asked for fails no other", async () => {
    const groups = [group, { ...group, GroupId: "sg-2", GroupName: "other" }];
    const peers = async ({ GroupId }: { GroupId: readonly string[] }) =>
      GroupId.includes("sg-1")
        ? undefined
        : { SecurityGroupReferenceSet: [{ GroupId: "sg-2", ReferencingVpcId: "vpc-9" }] };
    const { all } = await found({ "ec2:DescribeSecurityGroupReferences": peers }, { groups });
    expect(all.map(({ usedBy }) => usedBy?.slice(0, 17))).toEqual([undefined, "a rule in vpc-9, "]);
  });
});

test("of 20,000 all users are read once, and rules of the unused 200 at a time", async () => {
  const groups = Array.from({ length: 20_000 }, (_, nth) => ({
    ...group,
    GroupId: `sg-${nth}`,
    GroupName: `g-${nth}`,
  }));
  const carried = groups.slice(400).map(({ GroupId }) => ({ GroupId }));
  const { all, operations } = await found(
    { "ec2:DescribeNetworkInterfaces": of({ NetworkInterfaceId: "eni-1", Groups: carried }) },
    { groups },
  );
  expect([all.length, all.filter(({ usedBy }) => !usedBy).length]).toEqual([20_000, 400]);
  const times = (operation: string) => operations.filter((each) => each === operation).length;
  expect(times("ec2:DescribeNetworkInterfaces")).toBe(1);
  expect(times("ec2:DescribeSecurityGroupRules")).toBe(1 + 2);
});

test("where there are default groups alone, nothing is read of what uses them", async () => {
  const { operations } = await found({}, { groups: [{ ...group, GroupName: "default" }] });
  expect(operations).toEqual([]);
});

describe("the way back", () => {
  test("a rule is what it lets through, its words and tags; its own group is named as such", () => {
    const rule: SecurityGroupRule = {
      SecurityGroupRuleId: "sgr-1",
      GroupId: "sg-1",
      GroupOwnerId: account,
      IsEgress: false,
      IpProtocol: "icmp",
      FromPort: 8,
      ToPort: -1,
      ReferencedGroupInfo: { GroupId: "sg-1", UserId: account },
      Description: "ping",
      Tags: [
        { Key: "aws:x", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    };
    expect(ruleSpec(rule)).toEqual({
      egress: false,
      rule: {
        IpProtocol: "icmp",
        FromPort: 8,
        ToPort: -1,
        ReferencedGroupInfo: { GroupId: "itself" },
        Description: "ping",
      },
      tags: { b: "2" },
    });
  });

  test("is one step, which knows which id it had", () => {
    const state = unit.state(unused);
    expect(unit.restore?.calls(state, { target: "sg-1", within: undefined })).toEqual(
      makeSecurityGroup({
        was: "sg-1",
        name: "trial",
        description: "of a trial",
        vpc: "vpc-1",
        tags: { team: "web" },
        rules: [],
      }),
    );
  });
});

async function opened(settings: object = fixture.settings ?? {}): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, { ...settings, mode: "act" });
  onTestFinished(() => delivery.close());
  return delivery;
}
const namesOf = async ({ aws }: TestDelivery) => Object.keys(await fixture.look(aws));
/** All that was unused at a look three weeks before. */
async function weeksLater(): Promise<TestDelivery> {
  const delivery = await opened();
  await delivery.deliver();
  await delivery.later(days(20));
  return delivery;
}
const slot = (delivery: TestDelivery) => ({ ...delivery.start, key: "slot-2" });

test("undo makes it again as it was, under another id, twice as once", async () => {
  const delivery = await weeksLater();
  const look = await fixture.look(delivery.aws);
  const run = await delivery.deliver({ start: slot(delivery) as never });
  expect(await namesOf(delivery)).not.toContain("old-web");
  for (const _ of [1, 2]) await undo(unit, run.id, { by: "ann" }, asUndo(delivery.host()));
  expect(await fixture.look(delivery.aws)).toEqual(look);
});

test("undo leaves a group alone that has its name by now", async () => {
  const delivery = await weeksLater();
  const run = await delivery.deliver({ start: slot(delivery) as never });
  const ec2 = delivery.aws.client(EC2Client);
  await ec2.send(new CreateSecurityGroupCommand({ GroupName: "old-web", Description: "new" }));
  const look = (await fixture.look(delivery.aws))["old-web"];
  const result = await undo(unit, run.id, { by: "ann" }, asUndo(delivery.host()));
  expect(JSON.stringify(result)).toMatch(/another security group of the name old-web by now/);
  expect((await fixture.look(delivery.aws))["old-web"]).toEqual(look);
});

test("one that AWS says is used after all fails, and the others go", async () => {
  const delivery = await weeksLater();
  const { SecurityGroups: [kept] = [] } = await delivery.aws
    .client(EC2Client)
    .send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: ["old-web"] }] }),
    );
  delivery.proxy.fault(
    ({ operation, parameters }) =>
      operation === "DeleteSecurityGroup" &&
      (parameters as { GroupId: string }).GroupId === kept?.GroupId,
    "refused:DependencyViolation",
    { times: 100 },
  );
  expect((await delivery.deliver({ start: slot(delivery) as never })).outcome).toBe("failed");
  const names = await namesOf(delivery);
  expect([names.includes("old-web"), names.includes("old-trial")]).toEqual([true, false]);
});

test.each([
  "DescribeSecurityGroups",
  "DescribeNetworkInterfaces",
  "DescribeSecurityGroupReferences",
  "DescribeLaunchTemplateVersions",
  "ListFunctions",
  "DescribeDBInstances",
  "BatchGetProjects",
  "ListServices",
  "ListTargetsByRule",
  "GetSchedule",
])("where %s is denied nothing is deleted: an error is no empty list", async (operation) => {
  const delivery = await weeksLater();
  delivery.proxy.fault((call) => call.operation === operation, "denied");
  await expect(delivery.deliver({ start: slot(delivery) as never })).rejects.toThrow();
  expect(await namesOf(delivery)).toContain("old-web");
});

test.each([
  { days: -1 },
  { days: 366 },
  { days: 1.5 },
  { except: "a" },
  { except: [""] },
  { ttl: 1 },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));
