/**
 * The account in memory gives the answers that moto gives, to what the units ask: 20 random
 * sequences (FC_SEED).
 */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import {
  CreateSecurityGroupCommand,
  EC2Client,
  RunInstancesCommand,
  type SecurityGroupRule,
} from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { getMetricData } from "../../aws/cloudwatch/metric.ts";
import { describeInstanceAttribute, describeInstances } from "../../aws/ec2/instance.ts";
import { describeInstanceTypes } from "../../aws/ec2/instance-type.ts";
import {
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  describeSecurityGroups,
  revokeSecurityGroupIngress,
} from "../../aws/ec2/security-group.ts";
import type { Read, SdkClient } from "../../sdk/call.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { clients, region, World } from "./world.ts";

const seed = Number(process.env.FC_SEED ?? (process.env.FC_RUNS ? Date.now() % 1_000_000_000 : 1));

let aws: TestAccount;
beforeAll(async () => {
  aws = await embedded();
});

const answered = (ask: Promise<unknown>): Promise<unknown> =>
  ask.then(
    (answer) => answer,
    (error: Error) => `refused: ${error.name}`,
  );
const all = <T>(read: Read, client: SdkClient, input: object): Promise<T[]> =>
  Array.fromAsync(read.ask(client, input) as AsyncIterable<T>);

const port = fc.constantFrom(22, 3389);
const source = fc.constantFrom("0.0.0.0/0", "10.0.0.0/8");
const asked = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("authorize" as const),
      port,
      source,
      described: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("revoke" as const),
      which: fc.array(fc.nat(4), { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("rules" as const, "groups" as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("rule" as const),
      which: fc.array(fc.nat(4), { minLength: 1, maxLength: 2 }),
    }),
  },
);
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

describe("the in-memory AWS answers the units as moto does", () => {
  test(`security groups, in 20 sequences (FC_SEED=${seed})`, async () => {
    const moto = aws.client(EC2Client);
    const ours = clients.get(EC2Client, region);
    let count = 0;
    /** What is the same in both accounts: rules by the order in which they were made. */
    const bare = (rules: readonly SecurityGroupRule[], made: readonly string[]) =>
      rules
        .filter(({ IsEgress }) => !IsEgress)
        .map(
          ({
            SecurityGroupRuleId = "",
            IpProtocol,
            FromPort,
            ToPort,
            CidrIpv4,
            Description,
            Tags = [],
          }) => {
            const tags = Tags.map(({ Key, Value }) => [Key, Value]);
            return [
              made.indexOf(SecurityGroupRuleId),
              IpProtocol,
              FromPort,
              ToPort,
              CidrIpv4,
              Description ?? null,
              tags,
            ];
          },
        )
        .sort();
    async function send(
      one: Asked,
      client: SdkClient,
      GroupId: string,
      made: string[],
    ): Promise<unknown> {
      const idsOf = (which: readonly number[]) =>
        [...new Set(which)].map((at) => made[at] ?? "sgr-0123456789abcdef0");
      switch (one.kind) {
        case "authorize": {
          const IpPermissions = [
            {
              IpProtocol: "tcp",
              FromPort: one.port,
              ToPort: one.port,
              IpRanges: [
                { CidrIp: one.source, ...(one.described && { Description: "for a while" }) },
              ],
            },
          ];
          const TagSpecifications = [
            { ResourceType: "security-group-rule", Tags: [{ Key: "for", Value: "ours" }] },
          ];
          await authorizeSecurityGroupIngress.send(client, {
            GroupId,
            IpPermissions,
            TagSpecifications,
          });
          for (const { SecurityGroupRuleId = "", IsEgress } of await all<SecurityGroupRule>(
            describeSecurityGroupRules,
            client,
            {
              Filters: [{ Name: "group-id", Values: [GroupId] }],
            },
          ))
            if (!IsEgress && !made.includes(SecurityGroupRuleId)) made.push(SecurityGroupRuleId);
          return "done";
        }
        case "revoke":
          return revokeSecurityGroupIngress
            .send(client, { GroupId, SecurityGroupRuleIds: idsOf(one.which) })
            .then(() => "done");
        case "rules":
          return bare(
            await all(describeSecurityGroupRules, client, {
              Filters: [{ Name: "group-id", Values: [GroupId] }],
            }),
            made,
          );
        case "rule":
          return bare(
            await all(describeSecurityGroupRules, client, {
              Filters: [{ Name: "security-group-rule-id", Values: idsOf(one.which) }],
            }),
            made,
          );
        case "groups":
          return (
            await all<{ GroupId?: string; Tags?: object[] }>(describeSecurityGroups, client, {
              Filters: [{ Name: "group-id", Values: [GroupId] }],
            })
          ).map(({ Tags }) => Tags);
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 4, maxLength: 10 }), async (requests) => {
        const world = new World(1);
        const name = `group-${++count}`;
        const { GroupId = "" } = await moto.send(
          new CreateSecurityGroupCommand({
            GroupName: name,
            Description: name,
            TagSpecifications: [
              { ResourceType: "security-group", Tags: [{ Key: "a", Value: "b" }] },
            ],
          }),
        );
        world.aws.ec2.security.groups.set("sg-1", { a: "b" });
        const made = { theirs: [] as string[], ours: [] as string[] };
        for (const one of requests) {
          const theirs = await answered(send(one, moto, GroupId, made.theirs));
          const mine = await world.process("test", [], () =>
            answered(send(one, ours, "sg-1", made.ours)),
          );
          expect({ one, answer: mine }).toEqual({ one, answer: theirs });
        }
      }),
      { seed, numRuns: 20, endOnFailure: true },
    );
  });

  test("what is asked of an idle instance", async () => {
    const moto = aws.client(EC2Client);
    const { Instances = [] } = await moto.send(
      new RunInstancesCommand({
        ImageId: "ami-12c6146b",
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
      }),
    );
    const id = Instances[0]?.InstanceId ?? "";
    const world = new World(1);
    world.aws.ec2.machines.set(id, { state: "running", tags: {} });
    const look = async (ec2: SdkClient, metrics: SdkClient) => {
      const byState = async (state: string) =>
        (
          await all<{ InstanceId?: string; InstanceType?: string }>(describeInstances, ec2, {
            Filters: [{ Name: "instance-state-name", Values: [state] }],
          })
        ).map(({ InstanceId, InstanceType }) => [InstanceId, InstanceType]);
      const attribute = (await describeInstanceAttribute.ask(ec2, {
        InstanceId: id,
        Attribute: "disableApiStop",
      })) as { DisableApiStop?: object };
      const gone = await describeInstanceAttribute.ask(ec2, {
        InstanceId: "i-0123456789abcdef0",
        Attribute: "disableApiStop",
      });
      const types = await all<{ InstanceType?: string; InstanceStorageSupported?: boolean }>(
        describeInstanceTypes,
        ec2,
        {
          Filters: [{ Name: "instance-type", Values: ["t3.micro"] }],
        },
      );
      const MetricStat = {
        Metric: {
          Namespace: "AWS/EC2",
          MetricName: "CPUUtilization",
          Dimensions: [{ Name: "InstanceId", Value: id }],
        },
        Period: 3600,
        Stat: "Average",
      };
      const figures = await all<{ Id?: string; StatusCode?: string }>(getMetricData, metrics, {
        MetricDataQueries: [{ Id: "c0", MetricStat }],
        StartTime: new Date("2026-11-20T00:00:00Z"),
        EndTime: new Date("2026-11-20T02:00:00Z"),
      });
      return {
        running: await byState("running"),
        stopped: await byState("stopped"),
        attribute: attribute.DisableApiStop,
        gone,
        types: types.map(({ InstanceType, InstanceStorageSupported }) => [
          InstanceType,
          InstanceStorageSupported,
        ]),
        figures: figures.map(({ Id, StatusCode }) => [Id, StatusCode]),
      };
    };
    const ours = await world.process("test", [], () =>
      look(clients.get(EC2Client, region), clients.get(CloudWatchClient, region)),
    );
    expect(ours).toEqual(await look(moto, aws.client(CloudWatchClient)));
  });
});
