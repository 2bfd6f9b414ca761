import { describe, expect, test } from "vitest";
import { notification, sample, throughSns, throughSqs } from "../events/samples.ts";
import { EnvelopeError, unwrap } from "./envelope.ts";

const own = "123456789012";
const heads = (payload: unknown, account: string | undefined = own) =>
  unwrap(payload, account).map(({ event: { source, detailType, account: of, region, time } }) => [
    source,
    detailType,
    of,
    region,
    time.toISOString(),
  ]);
const [s3Record] = (sample("s3/replication-failed") as unknown as { Records: object[] }).Records;

test("a list of S3 is as many events as it has records", () => {
  const event = ["aws.s3", "S3 Event Notification", own, "us-west-2", "2026-11-20T21:14:05.733Z"];
  expect(heads({ Records: [s3Record, s3Record] })).toEqual([event, event]);
  expect(heads(throughSqs({ Records: [s3Record, s3Record] }))).toEqual([event, event]);
});

test("S3 does not say whose bucket it is: the topic or queue does, else it is the account that this runs in", () => {
  expect(heads(throughSns(sample("s3/replication-failed")), "999999999999")[0]?.[2]).toBe(own);
  expect(heads(throughSqs(sample("s3/replication-failed")), "999999999999")[0]?.[2]).toBe(own);
  expect(heads(sample("s3/replication-failed"), "999999999999")[0]?.[2]).toBe("999999999999");
  expect(() => unwrap(sample("s3/replication-failed"))).toThrow(EnvelopeError);
});

test("the test that S3 sends of a new notification is no event", () => {
  const given = {
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: "2026-11-20T21:14:05.733Z",
    Bucket: "b",
    RequestId: "1",
    HostId: "2",
  };
  expect(unwrap(throughSns(given))).toEqual([]);
  expect(unwrap(throughSqs(given, notification(given)))).toEqual([]);
});

test("what Lambda says of an invocation has the source that EventBridge gives it", () => {
  const event = [
    "lambda",
    "Lambda Function Invocation Result - Failure",
    own,
    "us-west-2",
    "2026-11-20T21:14:05.568Z",
  ];
  expect(heads(throughSqs(sample("lambda/destination-record")))).toEqual([event]);
  const succeeded = {
    ...sample("lambda/destination-record"),
    requestContext: {
      functionArn: `arn:aws:lambda:us-west-2:${own}:function:f`,
      condition: "Success",
    },
  };
  expect(heads(succeeded)[0]?.[1]).toBe("Lambda Function Invocation Result - Success");
});

test("a cost anomaly over SNS happened when the topic says, in its region", () => {
  expect(heads(throughSns(sample("cost-anomaly/anomaly-sns")))).toEqual([
    ["aws.ce", "Anomaly Detected", own, "us-east-1", "2026-11-20T21:14:05.123Z"],
  ]);
});

test("a budget's letter is read line by line, also by itself and on a queue without its envelope", () => {
  const letter = sample("budgets/actual") as unknown as string;
  const [{ event } = { event: undefined }] = unwrap(throughSns(letter));
  expect(event).toMatchObject({
    source: "aws.budgets",
    account: own,
    region: "us-east-1",
    time: new Date("2026-11-20T21:14:05.123Z"),
  });
  expect(event?.detail).toEqual({
    "Budget Name": "shop-monthly",
    "Budget Type": "Cost",
    "Budgeted Amount": "$1,000.00",
    "Alert Type": "ACTUAL",
    "Alert Threshold": "> $800.00",
    "ACTUAL Amount": "$913.51",
  });
  expect(heads(letter)[0]?.[4]).toBe("2026-11-20T00:00:00.000Z");
  expect(heads(throughSqs(letter))[0]?.slice(0, 4)).toEqual([
    "aws.budgets",
    "Budget Notification",
    own,
    "us-east-1",
  ]);
  for (const wrapped of [letter, throughSqs(letter)])
    expect(unwrap(wrapped)[0]?.event.id).toBe(event?.id);
});

test("another letter is no budget's", () =>
  expect(unwrap(throughSns("Dear customer"))[0]?.event.source).toBe("sns"));

describe("what RDS publishes to the topic of an event subscription", () => {
  const notice = {
    "Event Source": "db-instance",
    "Event Time": "2026-11-20 12:00:00.000",
    "Identifier Link": "https://console.aws.amazon.com/rds/home?region=us-east-1#dbinstance:id=db1",
    "Source ID": "db1",
    "Source ARN": "arn:aws:rds:us-east-1:123456789012:db:db1",
    "Event ID":
      "http://docs.amazonwebservices.com/AmazonRDS/latest/UserGuide/USER_Events.html#RDS-EVENT-0089",
    "Event Message": "Free storage is low",
  };

  test("is the event that the bus would have brought", () => {
    const [delivery] = unwrap(throughSns(notice), own);
    expect(delivery?.event).toMatchObject({
      source: "aws.rds",
      detailType: "RDS DB Instance Event",
      account: own,
      region: "us-east-1",
      time: new Date("2026-11-20T12:00:00Z"),
      resources: ["arn:aws:rds:us-east-1:123456789012:db:db1"],
      detail: {
        SourceType: "DB_INSTANCE",
        SourceIdentifier: "db1",
        EventID: "RDS-EVENT-0089",
        Message: "Free storage is low",
      },
    });
    expect(unwrap(throughSns(notice), own)[0]?.event.id).toBe(delivery?.event.id);
  });

  test.each([
    ["db-cluster", "RDS DB Cluster Event"],
    ["db-snapshot", "RDS DB Snapshot Event"],
    ["db-cluster-snapshot", "RDS DB Cluster Snapshot Event"],
  ])("of a %s is a %s", (kind, detailType) => {
    const { "Source ARN": _, "Event Time": __, ...less } = { ...notice, "Event Source": kind };
    const [delivery] = unwrap(throughSns(less), own);
    expect(delivery?.event).toMatchObject({ detailType, account: own, region: "us-east-1" });
  });

  test.each(["db-spaceship", "constructor", 7, null])("of a %j is none", (kind) =>
    expect(unwrap(throughSns({ ...notice, "Event Source": kind }), own)[0]?.event.source).toBe(
      "sns",
    ),
  );
});
