import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { days } from "../../../sdk/time.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

export const fixture: AutomationFixture = {
  settings: { config: { days: 0 }, irreversible: "act" },
  counted: days(1),
  async seed(aws) {
    const logs = aws.client(CloudWatchLogsClient);
    const group = (logGroupName: string, tags?: Record<string, string>) =>
      logs.send(new CreateLogGroupCommand({ logGroupName, ...(tags && { tags }) }));
    await group("/trial");
    await group("/trial/kept-for-a-week", { team: "web" });
    await logs.send(
      new PutRetentionPolicyCommand({
        logGroupName: "/trial/kept-for-a-week",
        retentionInDays: 7,
      }),
    );
    // Decoys: one that is written to, a service's own, and those of others.
    await group("/app");
    await logs.send(new CreateLogStreamCommand({ logGroupName: "/app", logStreamName: "a" }));
    await logs.send(
      new PutLogEventsCommand({
        logGroupName: "/app",
        logStreamName: "a",
        logEvents: [{ timestamp: Date.now(), message: "here" }],
      }),
    );
    await group("/aws/lambda/orders");
    await group("/exempt", { "nightshift:exempt": "reason=mine" });
    await group("/of-a-stack", { "aws:cloudformation:stack-name": "shop" });
  },
  async look(aws) {
    const logs = aws.client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const seen = logGroups.map(async ({ logGroupName = "", retentionInDays, ...rest }) => {
      const { tags } = await logs.send(
        new ListTagsForResourceCommand({ resourceArn: rest.logGroupArn ?? "" }),
      );
      const { kmsKeyId, logGroupClass } = rest;
      return [logGroupName, { retentionInDays, kmsKeyId, logGroupClass, tags }] as const;
    });
    return Object.fromEntries(await Promise.all(seen));
  },
  wrong: ["/trial", "/trial/kept-for-a-week"],
  held: { "/exempt": "exemption", "/of-a-stack": "managed" },
};
