/** Events as AWS publishes them, cut to what is judged by: what a person would say of each. */
import { describe, expect, test } from "vitest";
import anyEvent from "./index.ts";

const at = new Date("2026-11-20T12:00:00Z");
const tell = (type: string, detail: unknown, resources: readonly string[] = []) =>
  anyEvent.tell(detail, {
    account: "123456789012",
    region: "us-east-1",
    now: at,
    at,
    source: "aws.service",
    detailType: type,
    resources,
    config: anyEvent.config.parse({}),
  });

type Row = readonly [severity: string, about: string | undefined, type: string, detail: object];

const rows: readonly Row[] = [
  // What failed, in every spelling.
  [
    "warning",
    "login",
    "Synthetics Canary TestRun Failure",
    { "canary-name": "login", "test-run-status": "FAILED" },
  ],
  ["warning", undefined, "DRS Source Server Launch Result", { state: "RECOVERY_LAUNCH_FAILED" }],
  [
    "warning",
    "web",
    "EC2 Auto Scaling Instance Refresh Failed",
    { AutoScalingGroupName: "web", InstanceRefreshId: "c1d2" },
  ],
  [
    "warning",
    "t",
    "SageMaker Training Job State Change",
    { TrainingJobName: "t", TrainingJobStatus: "Failed" },
  ],
  ["warning", "etl", "Glue Job State Change", { jobName: "etl", state: "TIMEOUT" }],
  [
    "warning",
    "q",
    "Batch Job State Change",
    { jobName: "q", jobId: "4c7599ae", status: "FAILED", attempts: [] },
  ],
  [
    "warning",
    "vol-0a1b2c3d4e5f60718",
    "EBS Volume Notification",
    {
      event: "attachVolume",
      result: "failed",
      volumeId: "vol-0a1b2c3d4e5f60718",
    },
  ],
  [
    "warning",
    "uploads",
    "GuardDuty Malware Protection Object Scan Result",
    {
      scanStatus: "COMPLETED",
      s3ObjectDetails: { bucketName: "uploads", objectKey: "a.zip" },
      scanResultDetails: { scanResultStatus: "THREATS_FOUND" },
    },
  ],
  [
    "warning",
    "orders",
    "Config Rules Compliance Change",
    {
      resourceName: "orders",
      newEvaluationResult: { complianceType: "NON_COMPLIANT" },
      oldEvaluationResult: { complianceType: "COMPLIANT" },
    },
  ],
  [
    "warning",
    "nightly",
    "DataBrew Job State Change",
    { jobName: "nightly", state: "STOPPED_ERROR" },
  ],
  ["warning", "app", "Amplify Deployment Status Change", { appName: "app", jobStatus: "FAILED" }],
  [
    "warning",
    "db",
    "DMS Replication Task State Change",
    {
      replicationTaskName: "db",
      eventType: "REPLICATION_TASK_FAILED",
    },
  ],
  [
    "warning",
    undefined,
    "MediaLive Channel Alert",
    { alarm_state: "SET", alert_type: "Input lost" },
  ],
  [
    "warning",
    "t-1",
    "Transcribe Job State Change",
    {
      TranscriptionJobName: "t-1",
      TranscriptionJobStatus: "FAILED",
      FailureReason: "the format is not known",
    },
  ],
  ["warning", "imports", "Some Import", { tableName: "imports", failedRecords: 3, status: "done" }],
  ["warning", undefined, "CodeArtifact Copy", { errorCode: "Throttling" }],
  [
    "warning",
    "i-0abcd1234efgh5678",
    "EC2 Spot Instance Interruption Warning",
    {
      "instance-id": "i-0abcd1234efgh5678",
      "instance-action": "terminate",
    },
  ],
  // Nested severities.
  [
    "critical",
    undefined,
    "Macie Finding",
    {
      severity: { score: 3, description: "High" },
      category: "CLASSIFICATION",
    },
  ],
  [
    "critical",
    undefined,
    "Findings",
    { findings: [{ Severity: { Label: "LOW" } }, { Severity: { Label: "CRITICAL" } }] },
  ],
  [
    "critical",
    "api",
    "Inspector2 Scan",
    {
      "repository-name": "api",
      "finding-severity-counts": { CRITICAL: 1, HIGH: 0 },
    },
  ],
  [
    "info",
    "api",
    "Inspector2 Scan",
    {
      "repository-name": "api",
      "finding-severity-counts": { CRITICAL: 0, HIGH: 0, LOW: 3 },
    },
  ],
  ["warning", undefined, "DevOps Guru New Insight Open", { insightSeverity: "medium" }],
  ["critical", undefined, "DevOps Guru New Insight Open", { insightSeverity: "high" }],
  ["critical", undefined, "Security Lake", { risk_level: "Critical" }],
  // What is all right, what is over, and what was before.
  [
    "info",
    "login",
    "Synthetics Canary TestRun Successful",
    {
      "canary-name": "login",
      "test-run-status": "PASSED",
    },
  ],
  ["info", "etl", "Glue Job State Change", { jobName: "etl", state: "SUCCEEDED" }],
  [
    "info",
    "uploads",
    "GuardDuty Malware Protection Object Scan Result",
    {
      s3ObjectDetails: { bucketName: "uploads" },
      scanResultDetails: { scanResultStatus: "NO_THREATS_FOUND" },
    },
  ],
  [
    "info",
    undefined,
    "Job State",
    { previousState: { value: "FAILED" }, state: { value: "RUNNING" } },
  ],
  ["info", undefined, "Finding", { severity: "HIGH", status: "RESOLVED" }],
  ["info", "imports", "Some Import", { tableName: "imports", failedRecords: 0, errors: "none" }],
  ["info", "web", "EC2 Auto Scaling Instance Refresh Succeeded", { AutoScalingGroupName: "web" }],
  ["info", undefined, "Job State", { state: "FAILOVER_COMPLETED" }],
  ["critical", undefined, "Ticket", { priority: "P1" }],
  ["critical", undefined, "Ticket", { severity: "Sev 1" }],
  ["warning", undefined, "Log", { logLevel: "WARN" }],
  ["warning", undefined, "Call", { statusCode: 503 }],
  ["info", undefined, "Call", { statusCode: 200 }],
  ["warning", undefined, "Pod", { reason: "OOMKilled" }],
  ["warning", undefined, "Pod", { reason: "ImagePullBackOff" }],
  ["warning", undefined, "Readiness", { "new-state": { "readiness-status": "NOT_AUTHORIZED" } }],
  // What was asked for or set up, and what was made to see one, is no failure.
  ["info", undefined, "Batch Enrolment", { status: "COMPLETED", config: { action: "FAIL" } }],
  ["info", "uploads", "Macie Finding", { severity: "High", sample: true, bucketName: "uploads" }],
  ["info", "i-1", "Patch State", { instanceId: "i-1", status: "compliant", severity: "critical" }],
  // What is not so, and what a letter says.
  ["warning", "web", "Host State", { cluster: "web", status: "ACTIVE", agentConnected: false }],
  ["warning", undefined, "Nightly", { message: "The import did not finish" }],
  [
    "warning",
    "shop-prod",
    "Environment health",
    { Environment: "shop-prod", Message: "health has transitioned from Ok to Severe" },
  ],
  ["warning", "tunnel", "Status", { tunnelName: "tunnel", "change-type": "IPSEC-DOWN" }],
  ["info", "tunnel", "Status", { tunnelName: "tunnel", "change-type": "IPSEC-UP" }],
  // Of ids the thing's own, not that of what it is in or of what a tool calls its document.
  ["info", "i-1", "Run", { documentName: "AWS-RunShellScript", instanceId: "i-1", messageId: "m" }],
  ["info", "ws-1", "Access", { directoryId: "d-1", workspaceId: "ws-1" }],
  // Neither an account nor what was taken out is a subject; a random id is the last.
  ["info", "queue-1", "Something", { accountId: "123456789012", queueName: "queue-1" }],
  ["info", undefined, "Something", { id: "123456789012" }],
  [
    "info",
    "order-7",
    "Something",
    { id: "6f0f7b9e-7a3e-4b0e-9d2a-1b2c3d4e5f60", orderId: "order-7" },
  ],
];

describe("a person would say", () => {
  test.each(rows)("%s, about %s: %s %j", (severity, about, type, detail) => {
    const told = tell(type, detail);
    expect(told?.severity).toBe(severity);
    const subject = / about (.+)$/.exec(told?.title ?? "")?.[1];
    expect(subject).toBe(about);
  });
});

test("an account among the resources is not what it is about", () =>
  expect(tell("Something", { jobName: "etl" }, ["123456789012"])?.title).toContain("about etl"));

test("it says what has happened, in which state it is and, where it is not well, why", () => {
  const titled = (detail: object) => tell("Copy Event", { name: "orders", ...detail })?.title;
  expect(titled({ event: "copyTable", result: "failed", cause: "no\nroom" })).toBe(
    'aws.service says "Copy Event: copyTable: failed: no room" about orders',
  );
  expect(titled({ event: "copyTable", result: "succeeded", cause: "as planned" })).toBe(
    'aws.service says "Copy Event: copyTable: succeeded" about orders',
  );
  expect(titled({ reason: "by schedule" })).toBe(
    'aws.service says "Copy Event: by schedule" about orders',
  );
});

test("its page is that of what it is about, where that has an ARN", () => {
  const page = (resource: string) =>
    `https://us-east-1.console.aws.amazon.com/go/view?arn=${encodeURIComponent(resource)}`;
  const arn = "arn:aws:glue:us-east-1:123456789012:job/etl";
  expect(tell("Job State", { state: "FAILED" }, [arn])).toMatchObject({
    affected: [arn],
    link: page(arn),
  });
  expect(tell("Job State", { jobName: "etl", jobArn: `${arn}/etl` })?.link).toBe(
    page(`${arn}/etl`),
  );
  expect(tell("Job State", { jobName: "etl" })).not.toHaveProperty("link");
});

test("amounts of bytes are told as people read them", () =>
  expect(
    tell("Copy", { backupSizeInBytes: 22_548_578_304, maxBytes: "all", bytes: 12 })?.facts,
  ).toEqual({ backupSizeInBytes: "21 GiB", maxBytes: "all", bytes: "12" }));

test("a call is judged by its outcome, whatever it is called or asks for", () => {
  const call = (more: object) =>
    tell("AWS API Call via CloudTrail", {
      eventName: "PutFailureAlarm",
      requestParameters: { state: "FAILED", severity: "CRITICAL" },
      ...more,
    })?.severity;
  expect(call({})).toBe("info");
  expect(call({ errorCode: "AccessDenied" })).toBe("warning");
});
