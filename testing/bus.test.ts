import { afterAll, expect, test } from "vitest";
import { embedded } from "../test/setup/aws.ts";
import { createBus } from "./bus.ts";

const regions = ["eu-west-1", "us-east-1"];
const { endpoint, account, credentials } = await embedded();
const call = (names: readonly string[]) => ({
  source: ["aws.ec2"],
  "detail-type": ["AWS API Call via CloudTrail"],
  detail: { eventName: names, errorCode: [{ exists: false }] },
});
const listeners = [
  {
    unit: "open-ingress",
    patterns: [call(["AuthorizeSecurityGroupIngress"]), call(["ModifySecurityGroupRules"])],
  },
  { unit: "alarm", patterns: [{ source: ["aws.cloudwatch"] }] },
  { unit: "any-event", patterns: [{ source: [{ prefix: "" }] }] },
  { unit: "cost-report", patterns: [] },
];
const bus = await createBus({ endpoint, regions, listeners, credentials });
afterAll(() => bus.close());

const apiCall = (eventName: string, more: object = {}) => ({
  source: "aws.ec2",
  "detail-type": "AWS API Call via CloudTrail",
  time: "2026-11-21T02:03:04Z",
  region: "us-east-1",
  resources: [`arn:aws:ec2:us-east-1:${account}:security-group/sg-1`],
  detail: { eventName, ...more },
});
const units = async (region: string) => (await bus.receive(region)).map(({ unit }) => unit);

test("an event reaches every unit whose deployed pattern matches, with all that it says, and no other", async () => {
  await bus.put(apiCall("ModifySecurityGroupRules", { requestParameters: { groupId: "sg-1" } }));
  const delivered = await bus.receive("us-east-1");
  expect(delivered.map(({ unit }) => unit)).toEqual(["open-ingress", "any-event"]);
  expect(delivered[0]?.payload).toMatchObject({
    account,
    region: "us-east-1",
    source: "aws.ec2",
    "detail-type": "AWS API Call via CloudTrail",
    time: "2026-11-21T02:03:04Z",
    resources: [`arn:aws:ec2:us-east-1:${account}:security-group/sg-1`],
    detail: { eventName: "ModifySecurityGroupRules", requestParameters: { groupId: "sg-1" } },
  });
});

test("a failed API call reaches no unit that asks for successful ones", async () => {
  await bus.put(
    apiCall("AuthorizeSecurityGroupIngress", { errorCode: "Client.UnauthorizedOperation" }),
  );
  expect(await units("us-east-1")).toEqual(["any-event"]);
});

test("an event stays in its region, and is delivered once", async () => {
  await bus.put(apiCall("AuthorizeSecurityGroupIngress"), "eu-west-1");
  expect(await units("us-east-1")).toEqual([]);
  expect(await units("eu-west-1")).toEqual(["open-ingress", "any-event"]);
  expect(await units("eu-west-1")).toEqual([]);
});

test("more events than fit one page all arrive, in order", async () => {
  const names = Array.from({ length: 23 }, (_, at) => `alarm-${at}`);
  for (const alarmName of names)
    await bus.put(
      {
        source: "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        detail: { alarmName },
      },
      "eu-west-1",
    );
  const alarms = (await bus.receive("eu-west-1")).filter(({ unit }) => unit === "alarm");
  expect(
    alarms.map(({ payload }) => (payload as { detail: { alarmName: string } }).detail.alarmName),
  ).toEqual(names);
});

test("what is published to the topic arrives as Lambda gets it from SNS", async () => {
  await bus.publish("us-east-1", { AlarmName: "cpu", NewStateValue: "ALARM" }, "ALARM: cpu");
  const [delivered, ...others] = await bus.receive("us-east-1");
  expect(others).toEqual([]);
  expect(delivered).toMatchObject({
    unit: "sns",
    payload: {
      Records: [
        {
          EventSource: "aws:sns",
          Sns: {
            TopicArn: bus.topic("us-east-1"),
            Subject: "ALARM: cpu",
            Message: '{"AlarmName":"cpu","NewStateValue":"ALARM"}',
          },
        },
      ],
    },
  });
});

test("a region without a bus is named, with those that have one", async () => {
  await expect(bus.put(apiCall("ModifySecurityGroupRules"), "ap-south-1")).rejects.toThrow(
    "There is no bus in ap-south-1; there is one in eu-west-1, us-east-1.",
  );
});
