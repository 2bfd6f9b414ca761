import { expect, test } from "vitest";
import { sample } from "../../../events/samples.ts";
import { unwrap } from "../../../ingest/envelope.ts";
import { over } from "../../../test/setup/signal.ts";
import alarm from "./index.ts";

const tell = (
  path: string,
  config: { warnings?: string[]; ignore?: string[]; tellMissingData?: string[] } = {},
  change: object = {},
) => {
  const [{ event } = { event: undefined }] = unwrap(sample(path));
  if (!event) throw new Error(`${path} holds no event`);
  const { account, region, source, detailType, resources, time: at } = event;
  return alarm.tell(alarm.detail.parse({ ...(event.detail as object), ...change }), {
    account,
    region,
    source,
    detailType,
    resources,
    at,
    now: at,
    config: alarm.config.parse(config),
  });
};

test.each([
  [
    "alarm/metric-alarm",
    "critical",
    "ServerCpuTooHigh is in ALARM: CPUUtilization of i-12345678901234567 is 99.5, above 50 (1 of 1 datapoints)",
  ],
  [
    "alarm/metric-ok",
    "info",
    "ServerCpuTooHigh is OK again: CPUUtilization of i-12345678901234567 is 2.4, not above 50 (1 of 1 datapoints)",
  ],
  [
    "alarm/metric-insufficient-data",
    "warning",
    "ServerCpuTooHigh has too little data: CPUUtilization of i-12345678901234567, 1 datapoint was unknown",
  ],
  [
    "alarm/metric-math-alarm",
    "critical",
    "TotalNetworkTrafficTooHigh is in ALARM: Total Network Traffic of i-12345678901234567 is 45630, above 10000 (1 of 1 datapoints)",
  ],
  [
    "alarm/metric-math-alarm-sns",
    "critical",
    "TotalNetworkTrafficTooHigh is in ALARM: Total Network Traffic of i-12345678901234567 is 45630, above 10000 (1 of 1 datapoints)",
  ],
  [
    "alarm/anomaly-alarm",
    "critical",
    "EC2 CPU Utilization Anomaly is in ALARM: CPUUtilization of i-12345678901234567 is 0, outside 0.0206 to 0.3007 (1 of 1 datapoints)",
  ],
  [
    "alarm/insights-alarm",
    "critical",
    "DynamoDBInsightsAlarm is in ALARM: 6 out of 6 time series evaluated to ALARM",
  ],
  [
    "alarm/composite-alarm",
    "critical",
    "ServiceAggregatedAlarm is in ALARM: ServerCpuTooHigh is in ALARM",
  ],
  [
    "alarm/composite-alarm-sns",
    "critical",
    "ServiceAggregatedAlarm is in ALARM: ServerCpuTooHigh is in ALARM",
  ],
  [
    "alarm/composite-alarm-direct",
    "critical",
    "ServiceAggregatedAlarm is in ALARM: ServerCpuTooHigh is in ALARM",
  ],
])("%s is %s, in one sentence", (path, severity, title) =>
  expect(tell(path)).toMatchObject({ severity, title }),
);

test("the same change of state is told in the same words in all three shapes", () => {
  const [first, ...others] = [
    "alarm/metric-alarm",
    "alarm/metric-alarm-direct",
    "alarm/metric-alarm-sns",
  ].map((path) => tell(path));
  for (const other of others) {
    expect({ ...other, facts: { ...other?.facts, before: "" } }).toEqual({
      ...first,
      facts: { ...first?.facts, before: "" },
    });
  }
});

test("an alarm and its end have one key, and only OK closes it", () => {
  const key = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:ServerCpuTooHigh";
  expect(tell("alarm/metric-alarm")).toMatchObject({ key, closes: false });
  expect(tell("alarm/metric-insufficient-data")).toMatchObject({ key, closes: false });
  expect(tell("alarm/metric-ok-sns")).toMatchObject({ key, closes: true });
});

test("the facts name metric, dimensions, threshold, reason, since when and what it was before", () => {
  expect(tell("alarm/metric-alarm")?.facts).toMatchObject({
    metric: "AWS/EC2 CPUUtilization",
    of: "InstanceId=i-12345678901234567",
    threshold: "above 50",
    reason: expect.stringContaining("Threshold Crossed"),
    since: "2019-10-02T17:04:40.989+0000",
    before: "OK since 2019-10-01T13:56:40.987+0000",
  });
  expect(tell("alarm/composite-alarm")?.facts).toMatchObject({
    rule: "ALARM(ServerCpuTooHigh) OR ALARM(TotalNetworkTrafficTooHigh)",
    "caused by": "ServerCpuTooHigh is in ALARM",
  });
});

test("what CloudWatch itself withholds wakes nobody", () => {
  expect(tell("alarm/composite-suppressed")).toMatchObject({
    severity: "info",
    facts: { "actions withheld": "by WaitPeriod" },
  });
  const muteDetail = {
    mutedByArn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm-mute-rule:night",
    muteWindowEnd: "2026-01-01T12:00:00.000+0000",
  };
  expect(tell("alarm/metric-alarm", {}, { muteDetail })).toMatchObject({
    severity: "info",
    facts: { "actions withheld": "by the mute rule night until 2026-01-01T12:00:00.000+0000" },
  });
});

test("several datapoints are counted, and a state set by hand is told with its reason", () => {
  const reason =
    "Threshold Crossed: 3 out of the last 5 datapoints [12.0 (20/11/26 02:00:00), 11.0 (20/11/26 01:59:00)] were greater than or equal to the threshold (10.0) (minimum 3 datapoints for OK -> ALARM transition).";
  expect(tell("alarm/metric-alarm", {}, { state: { value: "ALARM", reason } })?.title).toBe(
    "ServerCpuTooHigh is in ALARM: CPUUtilization of i-12345678901234567 is 12, at or above 10 (3 of 5 datapoints)",
  );
  expect(
    tell("alarm/metric-alarm", {}, { state: { value: "ALARM", reason: "a drill" } })?.title,
  ).toBe("ServerCpuTooHigh is in ALARM: a drill");
});

test("an alarm is told whatever AWS makes of its configuration", () => {
  expect(
    tell(
      "alarm/metric-alarm",
      {},
      { configuration: "none", previousState: 7, state: { value: "ALARM" } },
    ),
  ).toMatchObject({
    title: "ServerCpuTooHigh is in ALARM",
    severity: "critical",
  });
});

test("an alarm that was OK and has no data is told only where the settings say so", () => {
  const missing = { previousState: { value: "OK" } };
  const back = { previousState: { value: "INSUFFICIENT_DATA" } };
  expect(tell("alarm/metric-insufficient-data", {}, missing)).toBeUndefined();
  expect(tell("alarm/metric-ok", {}, back)).toMatchObject({ closes: true, quiet: true });
  const config = { tellMissingData: ["Server*"] };
  expect(tell("alarm/metric-insufficient-data", config, missing)?.severity).toBe("warning");
  expect(tell("alarm/metric-ok", config, back)?.quiet).toBeUndefined();
  expect(tell("alarm/metric-insufficient-data")?.severity).toBe("warning");
});

test("an alarm that is deleted ends what it has told, and says so where it was in ALARM", async () => {
  const deleted = (value: string) =>
    tell("alarm/metric-alarm", {}, { operation: "delete", state: { value }, previousState: null });
  expect(deleted("ALARM")).toMatchObject({
    title: "ServerCpuTooHigh was deleted while in ALARM",
    severity: "info",
    closes: true,
    key: tell("alarm/metric-alarm")?.key,
  });
  expect(deleted("ALARM")?.quiet).toBeUndefined();
  expect(deleted("OK")?.quiet).toBe(true);
  expect(tell("alarm/metric-alarm", {}, { operation: "update" })).toBeUndefined();
  const ask = (answer: object) =>
    over(
      alarm,
      "alarm/metric-alarm",
      { "cloudwatch:DescribeAlarms": answer },
      { change: { operation: "delete" } },
    );
  expect((await ask({})).over).toBe(true);
  expect((await ask({ MetricAlarms: [{ StateValue: "ALARM" }] })).over).toBe(false);
});

test("each series of an alarm that watches many is a matter of its own", async () => {
  const series = { alarmContributor: { id: "6d442278", attributes: { TableName: "orders" } } };
  const began = tell("alarm/insights-alarm", {}, series);
  expect(began?.title).toMatch(/^DynamoDBInsightsAlarm is in ALARM for TableName=orders: /);
  expect(began?.key).not.toBe(tell("alarm/insights-alarm")?.key);
  expect(tell("alarm/insights-alarm", {}, { ...series, state: { value: "OK" } })).toMatchObject({
    closes: true,
    key: began?.key,
  });
  expect((await over(alarm, "alarm/insights-alarm", {}, { change: series })).over).toBe("no state");
});

test("bytes are told in units that people read, other numbers as they are", () => {
  const reason =
    "Threshold Crossed: 1 datapoint [17180000000.0 (20/11/26 02:00:00)] was less than the threshold (21474836480.0).";
  const told = (namespace: string, name: string, stat = "Average") => {
    const metrics = [{ metricStat: { stat, metric: { namespace, name, dimensions: {} } } }];
    const change = { state: { value: "ALARM", reason }, configuration: { metrics } };
    return tell("alarm/metric-alarm", {}, change)?.title;
  };
  const human = "ServerCpuTooHigh is in ALARM: FreeStorageSpace is 16 GiB, below 20 GiB";
  expect(told("AWS/RDS", "FreeStorageSpace")).toBe(`${human} (1 of 1 datapoints)`);
  expect(told("AWS/Lambda", "UsedBytes")).toContain("16 GiB");
  // OpenSearch's is in megabytes, and a count of samples in nothing.
  expect(told("AWS/ES", "FreeStorageSpace")).toContain("is 17180000000, below 21470000000");
  expect(told("AWS/Lambda", "UsedBytes", "SampleCount")).toContain("is 17180000000");
});

test("settings make some alarms warnings and silence others", () => {
  expect(tell("alarm/metric-alarm", { warnings: ["Server*"] })?.severity).toBe("warning");
  expect(tell("alarm/metric-alarm", { warnings: ["Server"] })?.severity).toBe("critical");
  expect(tell("alarm/metric-alarm", { ignore: ["ServerCpuTooHigh"] })).toBeUndefined();
});

test("it leads to the alarm's page, and names it as what is affected", () =>
  expect(tell("alarm/anomaly-alarm")).toMatchObject({
    link: "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#alarmsV2:alarm/EC2%20CPU%20Utilization%20Anomaly",
    affected: ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:EC2 CPU Utilization Anomaly"],
  }));

test("it is over when the alarm is OK, metric or composite", async () => {
  const asked = [
    {
      operation: "cloudwatch:DescribeAlarms",
      kind: "read",
      input: { AlarmNames: ["ServerCpuTooHigh"], AlarmTypes: ["MetricAlarm", "CompositeAlarm"] },
    },
  ];
  const ask = (answer: object) =>
    over(alarm, "alarm/metric-ok", { "cloudwatch:DescribeAlarms": answer });
  expect(await ask({ MetricAlarms: [{ StateValue: "OK" }] })).toEqual({ over: true, asked });
  expect((await ask({ CompositeAlarms: [{ StateValue: "OK" }] })).over).toBe(true);
  expect((await ask({ MetricAlarms: [{ StateValue: "INSUFFICIENT_DATA" }] })).over).toBe(false);
  await expect(ask({})).rejects.toThrow("there is no alarm ServerCpuTooHigh any more");
});
