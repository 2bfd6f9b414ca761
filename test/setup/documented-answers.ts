/**
 * What AWS answers to the reads that confirm ends, as its documentation shows it, cut to what is
 * looked at: of services that the embedded AWS does not have, or has no state of. By operation; that
 * the matter is over, and what the service says where it has no such thing.
 */
import type { FaultAnswer } from "../../testing/fault-answers.ts";
import type { RecordedCall } from "../../testing/recorded-call.ts";

const activity = (description: string): string =>
  `<DescribeScalingActivitiesResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeScalingActivitiesResult><Activities><member><ActivityId>a-1</ActivityId><AutoScalingGroupName>web</AutoScalingGroupName><Description>${description}</Description><Cause>At the request of a user</Cause><StartTime>2026-11-20T21:13:44Z</StartTime><StatusCode>Successful</StatusCode><Progress>100</Progress></member></Activities></DescribeScalingActivitiesResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></DescribeScalingActivitiesResponse>`;

type Body = object | string;
/** By service and operation; a function where the answer repeats what it is asked for. */
const over: Readonly<Record<string, Body | ((asked: string) => Body)>> = {
  "acm:DescribeCertificate": {
    Certificate: {
      DomainName: "example.com",
      Status: "ISSUED",
      NotAfter: 1_955_665_000,
      RenewalSummary: { RenewalStatus: "SUCCESS", DomainValidationOptions: [] },
    },
  },
  "autoscaling:DescribeScalingActivities": activity("Launching a new EC2 instance: i-1"),
  "backup:DescribeBackupJob": { BackupJobId: "job-1", State: "COMPLETED", PercentDone: "100.0" },
  "backup:DescribeCopyJob": { CopyJob: { CopyJobId: "job-1", State: "COMPLETED" } },
  "backup:DescribeRestoreJob": { RestoreJobId: "job-1", Status: "COMPLETED" },
  "codebuild:BatchGetBuilds": { builds: [{ buildStatus: "SUCCEEDED" }], buildsNotFound: [] },
  "codedeploy:GetDeployment": { deploymentInfo: { status: "Succeeded", creator: "user" } },
  "config:GetComplianceDetailsByResource": { EvaluationResults: [] },
  "ecr:DescribeImageScanFindings": {
    imageScanStatus: { status: "COMPLETE" },
    imageScanFindings: { findings: [], findingSeverityCounts: { LOW: 1 } },
  },
  "guardduty:GetFindings": (asked) => ({
    findings: [{ id: /"findingIds":\["([^"]+)/.exec(asked)?.[1], service: { archived: true } }],
  }),
  "health:DescribeEvents": (asked) => ({
    events: [{ arn: /"eventArns":\["([^"]+)/.exec(asked)?.[1], statusCode: "closed" }],
  }),
  "inspector2:ListFindings": { findings: [{ findingArn: "arn:f", status: "CLOSED" }] },
  "securityhub:GetFindings": (asked) => ({
    Findings: [
      {
        Id: /"Value":"([^"]+)/.exec(asked)?.[1],
        Title: "S3 general purpose buckets should block public access",
        RecordState: "ACTIVE",
        Workflow: { Status: "RESOLVED" },
        Compliance: { Status: "PASSED" },
        Resources: [],
      },
    ],
  }),
  "access-analyzer:GetFindingV2": { id: "f", status: "RESOLVED", findingDetails: [] },
  "secretsmanager:DescribeSecret": { Name: "db/orders", LastRotatedDate: 1_795_209_240 },
  "support:DescribeTrustedAdvisorChecks": {
    checks: [{ id: "c-1", name: "Amazon EBS Snapshots", metadata: [] }],
  },
  "support:DescribeTrustedAdvisorCheckResult": {
    result: { checkId: "c-1", status: "ok", flaggedResources: [] },
  },
};

/** What that there is no such thing means for the matter. */
export type Outcome = "it is over" | "it is not over" | "AWS's own word has to do";

const gone: Readonly<Record<string, readonly [code: string, outcome: Outcome]>> = {
  "acm:DescribeCertificate": ["ResourceNotFoundException", "it is over"],
  "backup:DescribeBackupJob": ["ResourceNotFoundException", "it is not over"],
  "backup:DescribeCopyJob": ["ResourceNotFoundException", "it is not over"],
  "backup:DescribeRestoreJob": ["ResourceNotFoundException", "it is not over"],
  "codedeploy:GetDeployment": ["DeploymentDoesNotExistException", "it is not over"],
  "ecr:DescribeImageScanFindings": ["ImageNotFoundException", "it is over"],
  "health:DescribeEvents": ["SubscriptionRequiredException", "AWS's own word has to do"],
  "access-analyzer:GetFindingV2": ["ResourceNotFoundException", "it is not over"],
  "secretsmanager:DescribeSecret": ["ResourceNotFoundException", "it is over"],
  "support:DescribeTrustedAdvisorChecks": [
    "SubscriptionRequiredException",
    "AWS's own word has to do",
  ],
};

const nameOf = ({ service, operation }: RecordedCall): string => `${service}:${operation}`;

/** Whether there is an answer for it here. */
export const isDocumented = (operation: string): boolean => Object.hasOwn(over, operation);
/** @returns nothing where no such answer is documented here */
export const outcomeOfGone = (operation: string): Outcome | undefined => gone[operation]?.[1];

/** The matter is over. @returns nothing for what is not documented here */
export function saysOver(call: RecordedCall): FaultAnswer | undefined {
  const given = over[nameOf(call)];
  if (given === undefined) return undefined;
  const body = typeof given === "function" ? given(JSON.stringify(call.parameters)) : given;
  const isXml = typeof body === "string";
  return {
    status: 200,
    headers: { "content-type": isXml ? "text/xml" : "application/x-amz-json-1.1" },
    body: isXml ? body : JSON.stringify(body),
  };
}

/** There is no such thing, or the account may not ask. */
export function saysGone(call: RecordedCall): FaultAnswer | undefined {
  const code = gone[nameOf(call)]?.[0];
  return code === undefined
    ? undefined
    : {
        status: 400,
        headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code },
        body: JSON.stringify({ __type: code, message: "there is none" }),
      };
}
