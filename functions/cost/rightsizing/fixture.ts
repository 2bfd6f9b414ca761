import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { EC2Client, RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";

interface Measured {
  readonly cpu: number;
  readonly memory?: number;
  readonly days?: number;
}

async function start(
  aws: TestAccount,
  name: string,
  type: string,
  tags: Readonly<Record<string, string>> = {},
): Promise<string> {
  const Tags = Object.entries({ Name: name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
  const { Instances: [made] = [] } = await aws.client(EC2Client).send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      InstanceType: type as "m5.xlarge",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags }],
    }),
  );
  return made?.InstanceId ?? "";
}

/** Whole hours of what EC2 and the CloudWatch agent publish. */
async function measure(
  aws: TestAccount,
  InstanceId: string,
  { cpu, memory, days = 15 }: Measured,
): Promise<void> {
  const points = (MetricName: string, Value: number) =>
    Array.from({ length: days * 24 }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions: [{ Name: "InstanceId", Value: InstanceId }],
      Timestamp: before(new Date(), hours(hour)),
    }));
  const send = (Namespace: string, MetricData: ReturnType<typeof points>) =>
    aws.client(CloudWatchClient).send(new PutMetricDataCommand({ Namespace, MetricData }));
  await send("AWS/EC2", points("CPUUtilization", cpu));
  await send("AWS/EC2", [...points("NetworkIn", 1e6), ...points("NetworkOut", 1e6)]);
  await send("AWS/EC2", [...points("EBSReadBytes", 1e6), ...points("EBSWriteBytes", 1e6)]);
  if (memory !== undefined) await send("CWAgent", points("mem_used_percent", memory));
}

/** In the shape that the client of Compute Optimizer declares of its answers. */
function recommendation({ account, region }: TestAccount, id: string, to: string) {
  return {
    accountId: account,
    instanceArn: `arn:aws:ec2:${region}:${account}:instance/${id}`,
    currentInstanceType: "m5.2xlarge",
    finding: "OVER_PROVISIONED",
    findingReasonCodes: ["CPUOverprovisioned"],
    lookBackPeriodInDays: 14,
    utilizationMetrics: [{ name: "CPU", statistic: "MAXIMUM", value: 7 }],
    recommendationOptions: [
      {
        instanceType: to,
        performanceRisk: 1,
        rank: 1,
        platformDifferences: [],
        savingsOpportunity: {
          savingsOpportunityPercentage: 50,
          estimatedMonthlySavings: { currency: "USD", value: 100 },
        },
      },
    ],
  };
}

export const fixture: ReportFixture = {
  settings: { config: { except: ["kept"] } },
  async seed(aws) {
    const known = await start(aws, "known", "m5.2xlarge");
    const instanceRecommendations = [recommendation(aws, known, "m5.xlarge")];
    await record(aws, { path: "GetEnrollmentStatus", answer: { status: "Active" } });
    await record(aws, {
      path: "GetEC2InstanceRecommendations",
      answer: { instanceRecommendations, errors: [] },
    });
    const large = await start(aws, "large", "m5.2xlarge", { "aws:autoscaling:groupName": "web" });
    await measure(aws, large, { cpu: 8, memory: 10 });
    // Decoys: one whose memory is used, one whose memory nobody knows, a young and a busy one, one
    // that is to stay, and one that is gone.
    await measure(aws, await start(aws, "full", "r5.xlarge"), { cpu: 5, memory: 90 });
    await measure(aws, await start(aws, "dark", "r5.xlarge"), { cpu: 5 });
    await measure(aws, await start(aws, "young", "m5.xlarge"), { cpu: 5, memory: 10, days: 9 });
    await measure(aws, await start(aws, "busy", "m5.xlarge"), { cpu: 95, memory: 10 });
    await measure(aws, await start(aws, "kept", "m5.xlarge"), { cpu: 5, memory: 10 });
    const gone = await start(aws, "gone", "m5.xlarge");
    await measure(aws, gone, { cpu: 5, memory: 10 });
    await aws.client(EC2Client).send(new TerminateInstancesCommand({ InstanceIds: [gone] }));
  },
  told: { title: "2 instances in", severity: "info" },
};
