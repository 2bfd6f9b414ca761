import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { AutomationFixture } from "nightshift/testing";

/** A small account: what is wrong in it, and what must be left alone although it looks alike. */
export const fixture: AutomationFixture = {
  async seed(aws) {
    const logs = aws.client(CloudWatchLogsClient);
    const create = (logGroupName: string, tags: Record<string, string> = {}) =>
      logs.send(new CreateLogGroupCommand({ logGroupName, tags }));
    const keep = (logGroupName: string, retentionInDays: number) =>
      logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));

    await create("/dev/checkout");
    await create("/dev/search");
    await keep("/dev/search", 90);
    await create("/dev/short");
    await keep("/dev/short", 7);
    await create("/dev/audited", {
      "nightshift:exempt": "until=2099-12-31 owner=ann@example.com reason=audit",
    });
    await create("/prod/checkout");
  },
  async look(aws) {
    const logs = aws.client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    return Object.fromEntries(
      logGroups.map(({ logGroupName = "", retentionInDays }) => [
        logGroupName,
        { retentionInDays },
      ]),
    );
  },
  wrong: ["/dev/checkout", "/dev/search"],
  held: { "/dev/audited": "exemption" },
};
