import { AutoScalingClient, CreateLaunchConfigurationCommand } from "@aws-sdk/client-auto-scaling";
import { CodeBuildClient, CreateProjectCommand } from "@aws-sdk/client-codebuild";
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateLaunchTemplateCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { serialise } from "../../../sdk/codec.ts";
import { days } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { madeAgainTag } from "./make-group.ts";

const tagsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "old-web": { team: "web" },
  exempt: { "nightshift:exempt": "reason=mine" },
  "of-a-stack": { "aws:cloudformation:stack-name": "shop" },
};

const port = (number: number, more: Partial<IpPermission>): IpPermission => ({
  IpProtocol: "tcp",
  FromPort: number,
  ToPort: number,
  ...more,
});

/** Makes a group, and gives its id. */
async function make(ec2: EC2Client, name: string): Promise<string> {
  const Tags = Object.entries(tagsOf[name] ?? {}).map(([Key, Value]) => ({ Key, Value }));
  const { GroupId = "" } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: name,
      Description: `of ${name}`,
      ...(Tags.length > 0 && {
        TagSpecifications: [{ ResourceType: "security-group" as const, Tags }],
      }),
    }),
  );
  return GroupId;
}

/** Lets in its like, and a block with words to it; lets out to one port alone. */
async function giveRules(ec2: EC2Client, GroupId: string): Promise<void> {
  const Tags = [{ Key: "made-for", Value: "ann" }];
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [port(443, { IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "inside" }] })],
      TagSpecifications: [{ ResourceType: "security-group-rule", Tags }],
    }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] },
        port(80, { Ipv6Ranges: [{ CidrIpv6: "fd00::/8" }] }),
      ],
    }),
  );
  const { SecurityGroupRules = [] } = await ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId] }] }),
  );
  const SecurityGroupRuleIds = SecurityGroupRules.flatMap((rule) =>
    rule.IsEgress && rule.SecurityGroupRuleId ? [rule.SecurityGroupRuleId] : [],
  );
  await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds }));
  await ec2.send(
    new AuthorizeSecurityGroupEgressCommand({
      GroupId,
      IpPermissions: [port(5432, { IpRanges: [{ CidrIp: "10.1.0.0/16" }] })],
      TagSpecifications: [{ ResourceType: "security-group-rule", Tags }],
    }),
  );
}

/** A decoy: makes what uses the group. */
type Using = (aws: TestAccount, group: string, subnet: string) => Promise<unknown>;

const network = (SecurityGroups: string[], Subnets: string[]) => ({
  awsvpcConfiguration: { SecurityGroups, Subnets },
});

const clusterOf = ({ region, account }: TestAccount): string =>
  `arn:aws:ecs:${region}:${account}:cluster/shop`;
const taskOf = ({ region, account }: TestAccount): string =>
  `arn:aws:ecs:${region}:${account}:task-definition/job:1`;

const byUse: Readonly<Record<string, Using>> = {
  async "on-interface"(aws, group, SubnetId) {
    await aws
      .client(EC2Client)
      .send(new CreateNetworkInterfaceCommand({ SubnetId, Groups: [group] }));
  },
  async "in-template"(aws, group) {
    await aws.client(EC2Client).send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: "web",
        LaunchTemplateData: { NetworkInterfaces: [{ DeviceIndex: 0, Groups: [group] }] },
      }),
    );
  },
  async "in-configuration"(aws, group) {
    await aws.client(AutoScalingClient).send(
      new CreateLaunchConfigurationCommand({
        LaunchConfigurationName: "old",
        ImageId: "ami-12c6146b",
        InstanceType: "t3.micro",
        SecurityGroups: [group],
      }),
    );
  },
  async "of-function"(aws, group, subnet) {
    const { Role } = await aws.client(IAMClient).send(
      new CreateRoleCommand({
        RoleName: `f-${aws.region}`,
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "lambda.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
      }),
    );
    await aws.client(LambdaClient).send(
      new CreateFunctionCommand({
        FunctionName: "rarely-called",
        Role: Role?.Arn,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Code: { ZipFile: Buffer.from("UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==", "base64") },
        VpcConfig: { SecurityGroupIds: [group], SubnetIds: [subnet] },
      }),
    );
  },
  async "of-service"(aws, group, subnet) {
    await aws.client(ECSClient).send(
      new CreateServiceCommand({
        cluster: "shop",
        serviceName: "asleep",
        taskDefinition: "job",
        desiredCount: 0,
        networkConfiguration: {
          awsvpcConfiguration: { securityGroups: [group], subnets: [subnet] },
        },
      }),
    );
  },
  async "of-database"(aws, group) {
    await aws.client(RDSClient).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "db",
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        AllocatedStorage: 20,
        MasterUsername: "app",
        MasterUserPassword: "not-a-secret",
        VpcSecurityGroupIds: [group],
      }),
    );
  },
  async "of-project"(aws, group, subnet) {
    await aws.client(CodeBuildClient).send(
      new CreateProjectCommand({
        name: "site",
        source: { type: "GITHUB", location: "https://github.com/example/site" },
        artifacts: { type: "NO_ARTIFACTS" },
        environment: {
          type: "LINUX_CONTAINER",
          image: "aws/codebuild/standard:7.0",
          computeType: "BUILD_GENERAL1_SMALL",
        },
        serviceRole: `arn:aws:iam::${aws.account}:role/build`,
        vpcConfig: { vpcId: "vpc-1", subnets: [subnet], securityGroupIds: [group] },
      }),
    );
  },
  async "of-rule"(aws, group, subnet) {
    const events = aws.client(EventBridgeClient);
    await events.send(new PutRuleCommand({ Name: "nightly", ScheduleExpression: "rate(1 day)" }));
    const target = {
      Id: "job",
      Arn: clusterOf(aws),
      RoleArn: `arn:aws:iam::${aws.account}:role/start`,
      EcsParameters: {
        TaskDefinitionArn: taskOf(aws),
        NetworkConfiguration: network([group], [subnet]),
      },
    };
    await events.send(new PutTargetsCommand({ Rule: "nightly", Targets: [target] }));
  },
  async "of-schedule"(aws, group, subnet) {
    await aws.client(SchedulerClient).send(
      new CreateScheduleCommand({
        Name: "weekly",
        ScheduleExpression: "rate(7 days)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: {
          Arn: clusterOf(aws),
          RoleArn: `arn:aws:iam::${aws.account}:role/start`,
          EcsParameters: {
            TaskDefinitionArn: taskOf(aws),
            NetworkConfiguration: network([group], [subnet]),
          },
        },
      }),
    );
  },
};

async function startEcs(aws: TestAccount): Promise<void> {
  const ecs = aws.client(ECSClient);
  await ecs.send(new CreateClusterCommand({ clusterName: "shop" }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "job",
      networkMode: "awsvpc",
      containerDefinitions: [{ name: "job", image: "job", memory: 64 }],
    }),
  );
}

export const fixture: AutomationFixture = {
  settings: { config: { days: 14 }, irreversible: "act" },
  counted: days(20),
  async seed(aws) {
    const ec2 = aws.client(EC2Client);
    await startEcs(aws);
    const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    await giveRules(ec2, await make(ec2, "old-web"));
    for (const name of ["old-trial", "exempt", "of-a-stack"]) await make(ec2, name);
    // Its like is left by EMR, which looks for it by its name.
    await make(ec2, "ElasticMapReduce-master");
    for (const [name, use] of Object.entries(byUse))
      await use(aws, await make(ec2, name), subnet?.SubnetId ?? "");
    // A rule of a group that is used names it.
    const named = await make(ec2, "of-clients");
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: await make(ec2, "of-clients-too"),
        IpPermissions: [port(5432, { UserIdGroupPairs: [{ GroupId: named }] })],
      }),
    );
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const { SecurityGroupRules = [] } = await ec2.send(new DescribeSecurityGroupRulesCommand({}));
    // What is made again has a new id, and so have its rules; a rule that names its own group too.
    const rulesOf = (group: string | undefined) =>
      SecurityGroupRules.flatMap((each) => {
        const { GroupId, SecurityGroupRuleId: _, SecurityGroupRuleArn: __, ...rule } = each;
        const isOwn = rule.ReferencedGroupInfo?.GroupId === group;
        if (GroupId !== group) return [];
        return [serialise(isOwn ? { ...rule, ReferencedGroupInfo: "its own" } : rule)];
      }).sort();
    return Object.fromEntries(
      SecurityGroups.map(({ GroupName = "", GroupId, Description, VpcId, Tags = [] }) => [
        GroupName,
        {
          Description,
          isInVpc: VpcId !== undefined,
          tags: Tags.filter(({ Key }) => Key !== madeAgainTag),
          rules: rulesOf(GroupId),
        },
      ]),
    );
  },
  wrong: ["old-web", "old-trial", "of-clients-too"],
  held: { exempt: "exemption", "of-a-stack": "managed", "ElasticMapReduce-master": "managed" },
};
