import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { before, days, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

interface SeededFunction {
  readonly size: number;
  readonly used: number;
  /** Of each day. */
  readonly seconds: number;
}

const report = (size: number, used: number): string =>
  `REPORT RequestId: 3604209a-e9a3-11e6-939a-754dd98c7be3\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: ${size} MB\tMax Memory Used: ${used} MB\t\n`;

async function log(aws: TestAccount, name: string, { size, used }: SeededFunction) {
  const logs = aws.client(CloudWatchLogsClient);
  const logGroupName = `/aws/lambda/${name}`;
  const logStreamName = "2026/11/20/[$LATEST]1";
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const logEvents = Array.from({ length: 60 }, (_, at) => ({
    timestamp: before(new Date(), hours(40 + at / 10)).getTime(),
    message: report(size, used - (at % 7)),
  })).reverse();
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

async function make(aws: TestAccount, FunctionName: string, seeded: SeededFunction) {
  await aws.client(LambdaClient).send(
    new CreateFunctionCommand({
      FunctionName,
      MemorySize: seeded.size,
      ...{ Runtime: "nodejs24.x", Handler: "index.handler" },
      Role: `arn:aws:iam::${aws.account}:role/runs`,
      Code: { ZipFile: Buffer.from("code") },
    }),
  );
  const MetricData = [1, 2].map((ago) => ({
    MetricName: "Duration",
    Value: seeded.seconds * 1000,
    Timestamp: before(new Date(), days(ago)),
    Dimensions: [{ Name: "FunctionName", Value: FunctionName }],
  }));
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/Lambda", MetricData }));
  await log(aws, FunctionName, seeded);
}

/** Of the account: it is there for the next region. */
async function makeRole(aws: TestAccount): Promise<void> {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  try {
    await aws
      .client(IAMClient)
      .send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument }));
  } catch (error) {
    if (!(error instanceof Error && error.name === "EntityAlreadyExistsException")) throw error;
  }
}

export const fixture: ReportFixture = {
  settings: { config: { days: 3, except: ["kept-"] } },
  async seed(aws) {
    await makeRole(aws);
    await make(aws, "roomy", { size: 2048, used: 210, seconds: 50_000 });
    // Decoys: one that fits, one that takes hardly any time, one that is to stay as it is.
    await make(aws, "fitting", { size: 512, used: 400, seconds: 50_000 });
    await make(aws, "rare", { size: 2048, used: 100, seconds: 10 });
    await make(aws, "kept-large", { size: 2048, used: 100, seconds: 50_000 });
  },
  told: { title: "1 function of Lambda in", severity: "info" },
};
