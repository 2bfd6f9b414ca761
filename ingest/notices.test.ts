/** The notices as AWS's pages give them, and what the bus says of the same matter. */
import { describe, expect, test } from "vitest";
import { notification, throughSns, throughSqs } from "../events/samples.ts";
import autoScaling from "../functions/signals/auto-scaling/index.ts";
import backup from "../functions/signals/backup/index.ts";
import cloudformation from "../functions/signals/cloudformation/index.ts";
import codedeploy from "../functions/signals/codedeploy/index.ts";
import type { AnySignal } from "../sdk/signal.ts";
import { unwrap } from "./envelope.ts";

const own = "123456789012";
const eventOf = (payload: unknown) => unwrap(payload, own)[0]?.event;

const group =
  "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:eb56d16b:autoScalingGroupName/web";
const scaling = {
  Service: "AWS Auto Scaling",
  Event: "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
  Time: "2026-11-20T12:00:00.000Z",
  AccountId: own,
  AutoScalingGroupName: "web",
  AutoScalingGroupARN: group,
  ActivityId: "06076c51-4874-487d-b15b-7895a713ab55",
  EC2InstanceId: "",
  StatusCode: "Failed",
  StatusMessage: "You have reached your quota of maximum Fleet Requests.",
  Cause: "At 2026-11-20T11:59:00Z an instance was started",
  Details: { "Availability Zone": "us-east-1e", "Subnet ID": "subnet-16c5df2c" },
};
const deployment = {
  region: "us-west-1",
  accountId: own,
  eventTriggerName: "failed",
  applicationName: "shop",
  deploymentId: "d-75I7MBT7C",
  deploymentGroupName: "prod",
  status: "Failed",
  errorInformation: {
    ErrorCode: "IAM_ROLE_MISSING",
    ErrorMessage: "IAM Role is missing for deployment group: prod",
  },
};
const volume = "arn:aws:ec2:us-east-1:123456789012:volume/vol-012f345df6789012e";
const jobLetter = (became: string) =>
  `An AWS Backup job ${became}. Resource ARN : ${volume}. BackupJob ID : 1b2345b2-f22c-4dab-5eb6-bbc7890ed123`;
const stack = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1b2345b2";
const stackLetter = (physical: string, status: string) =>
  [
    `StackId='${stack}'`,
    "Timestamp='2026-11-20T12:00:00.000Z'",
    "EventId='e1'",
    "LogicalResourceId='shop'",
    `PhysicalResourceId='${physical}'`,
    `ResourceStatus='${status}'`,
    "ResourceStatusReason='Export network:vpc cannot be deleted'",
    "ResourceType='AWS::CloudFormation::Stack'",
    "StackName='shop'",
    "ClientRequestToken='null'",
    "",
  ].join("\n");

describe("is the event that the bus would have brought", () => {
  test.each([
    ["a group that cannot launch", scaling, "aws.autoscaling", "EC2 Instance Launch Unsuccessful"],
    [
      "a group that launches",
      { ...scaling, Event: "autoscaling:EC2_INSTANCE_LAUNCH" },
      "aws.autoscaling",
      "EC2 Instance Launch Successful",
    ],
    [
      "a group that cannot terminate",
      { ...scaling, Event: "autoscaling:EC2_INSTANCE_TERMINATE_ERROR" },
      "aws.autoscaling",
      "EC2 Instance Terminate Unsuccessful",
    ],
    [
      "a deployment",
      deployment,
      "aws.codedeploy",
      "CodeDeploy Deployment State-change Notification",
    ],
    ["a backup", jobLetter("failed"), "aws.backup", "Backup Job State Change"],
    [
      "a copy",
      jobLetter("failed").replace("Backup job", "Backup copy job"),
      "aws.backup",
      "Copy Job State Change",
    ],
    [
      "a stack",
      stackLetter(stack, "UPDATE_ROLLBACK_FAILED"),
      "aws.cloudformation",
      "CloudFormation Stack Status Change",
    ],
    [
      "a resource of a stack",
      stackLetter("shop-bucket", "CREATE_FAILED"),
      "aws.cloudformation",
      "CloudFormation Resource Status Change",
    ],
  ])("%s", (_, given, source, detailType) => {
    const here = {
      source,
      detailType,
      account: own,
      region: source === "aws.codedeploy" ? "us-west-1" : "us-east-1",
    };
    for (const way of [throughSns(given), throughSqs(notification(given)), throughSqs(given)])
      expect(eventOf(way)).toMatchObject(here);
    expect(eventOf(throughSns(given))?.id).toBe(eventOf(throughSqs(given))?.id);
  });

  test.each([
    ["was completed successfully", "COMPLETED"],
    ["failed", "FAILED"],
    ["failed to complete in time", "EXPIRED"],
    ["was stopped", "ABORTED"],
    ["was started", "RUNNING"],
  ])("a backup that %s is %s", (became, state) =>
    expect(eventOf(throughSns(jobLetter(became)))?.detail).toMatchObject({
      state,
      resourceArn: volume,
      backupJobId: "1b2345b2-f22c-4dab-5eb6-bbc7890ed123",
    }),
  );

  test("what a notification rule of the developer tools sends", () => {
    const given = {
      account: own,
      detailType: "CodePipeline Pipeline Execution State Change",
      region: "us-east-1",
      source: "aws.codepipeline",
      time: "2026-11-20T12:00:00Z",
      notificationRuleArn: `arn:aws:codestar-notifications:us-east-1:${own}:notificationrule/1`,
      detail: { pipeline: "shop", state: "FAILED" },
      resources: [],
    };
    const [delivery] = unwrap(throughSns(given), own);
    expect(delivery).toMatchObject({
      shape: "event",
      event: { detailType: given.detailType, raw: { "detail-type": given.detailType } },
    });
  });
});

describe.each([
  ["with the name in a field", "https://…#tasks:ids=orders", { SourceId: "orders " }],
  ["with the name behind the link", "https://…#tasks:ids=orders\nSourceId: orders ", {}],
])("a migration task %s", (_, link, more) => {
  const given = {
    "Event Source": "replication-task",
    "Event Time": "2026-11-20 12:00:00.123",
    "Identifier Link": link,
    "Event ID": "http://docs.aws.amazon.com/dms/latest/userguide/CHAP_Events.html#DMS-EVENT-0078 ",
    "Event Message":
      "Replication task has failed.\nReason: Last Error Stream Component Fatal error.",
    ...more,
  };
  test("is told by its name", () =>
    expect(eventOf(throughSns(given))).toMatchObject({
      source: "aws.dms",
      detailType: "DMS Replication Task State Change",
      time: new Date("2026-11-20T12:00:00.123Z"),
      detail: {
        replicationTaskName: "orders",
        eventId: "DMS-EVENT-0078",
        detailMessage: given["Event Message"],
      },
    }));
});

test("a cache is told by the name of its cluster", () =>
  expect(eventOf(throughSns({ "ElastiCache:FailoverComplete": "sessions" }))).toMatchObject({
    source: "aws.elasticache",
    region: "us-east-1",
    detail: { event: "FailoverComplete", cluster: "sessions" },
  }));

const told = (signal: AnySignal, payload: unknown) => {
  const event = eventOf(payload);
  if (!event) throw new Error("there is no event");
  const { account, region, resources, source, detailType, time: at } = event;
  const config = signal.config.parse({});
  const all = signal.tell(signal.detail.parse(event.detail), {
    ...{ account, region, resources, source, detailType, at, now: at, config },
  });
  return [all ?? []].flat()[0];
};
const onBus = (source: string, detailType: string, given: { region: string; detail: object }) => ({
  ...{ id: "1", source, account: own, time: "2026-11-20T12:00:00Z", resources: [], ...given },
  "detail-type": detailType,
});

test.each<[string, AnySignal, unknown, unknown, string]>([
  [
    "a group",
    autoScaling,
    scaling,
    {
      ...onBus("aws.autoscaling", "EC2 Instance Launch Unsuccessful", {
        region: "us-east-1",
        detail: { AutoScalingGroupName: "web", EC2InstanceId: "" },
      }),
      resources: [group],
    },
    "The Auto Scaling group web cannot launch an instance: You have reached your quota of maximum Fleet Requests",
  ],
  [
    "a deployment",
    codedeploy,
    deployment,
    onBus("aws.codedeploy", "CodeDeploy Deployment State-change Notification", {
      region: "us-west-1",
      detail: { application: "shop", deploymentGroup: "prod", state: "FAILURE" },
    }),
    "The deployment of shop to prod has failed: IAM Role is missing for deployment group: prod",
  ],
  [
    "a backup",
    backup,
    jobLetter("failed to complete in time"),
    onBus("aws.backup", "Backup Job State Change", {
      region: "us-east-1",
      detail: { state: "FAILED", resourceArn: volume, backupJobId: "another" },
    }),
    "The backup of volume/vol-012f345df6789012e was not made within its window",
  ],
  [
    "a stack",
    cloudformation,
    stackLetter(stack, "UPDATE_ROLLBACK_FAILED"),
    onBus("aws.cloudformation", "CloudFormation Stack Status Change", {
      region: "us-east-1",
      detail: { "stack-id": stack, "status-details": { status: "UPDATE_FAILED" } },
    }),
    "The stack shop: update rollback failed: Export network:vpc cannot be deleted",
  ],
])("what the topic and the bus say of %s is one matter", (_, signal, notice, event, title) => {
  const [published, seen] = [told(signal, throughSns(notice)), told(signal, event)];
  expect(published?.title).toBe(title);
  expect(published?.key).toBe(seen?.key);
  expect(published?.key).toEqual(expect.any(String));
});

test("the test of a new notification is no event", () =>
  expect(unwrap(throughSns({ ...scaling, Event: "autoscaling:TEST_NOTIFICATION" }), own)).toEqual(
    [],
  ));

test.each([
  "An AWS Backup job",
  "An AWS Backup job was renamed",
  "StackId='",
  { Event: "autoscaling:EC2_INSTANCE_LAUNCH" },
  { ...deployment, status: 7 },
  { "Event Source": "replication-task" },
  { "ElastiCache:": "sessions" },
  { "ElastiCache:FailoverComplete": 7 },
  { "Event Source": "constructor", "Event Message": "x", "Event ID": "y", "Source ID": "z" },
])("%j is of no service, and told as it is", (given) =>
  expect(eventOf(throughSns(given))?.source).toBe("sns"),
);
