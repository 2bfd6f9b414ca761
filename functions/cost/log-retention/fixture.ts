import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import created from "./events/create-log-group.json" with { type: "json" };

export const fixture: AutomationFixture = {
  settings: { config: { except: ["/audit/"] } },
  async seed(aws) {
    const logs = aws.client(CloudWatchLogsClient);
    const group = (logGroupName: string, tags?: Record<string, string>) =>
      logs.send(new CreateLogGroupCommand({ logGroupName, ...(tags && { tags }) }));
    await group("/app");
    await group("/app/a", { team: "web" });
    await group("/aws/lambda/orders");
    await group("/audit/logins");
    await group("/exempt", {
      "nightshift:exempt": "until=2099-12-31 owner=ann@example.com reason=trial",
    });
    await group("/kept");
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: "/kept", retentionInDays: 400 }));
  },
  async look(aws) {
    const logs = aws.client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const seen = logGroups.map(async ({ logGroupName = "", retentionInDays, logGroupArn }) => {
      const { tags } = await logs.send(
        new ListTagsForResourceCommand({ resourceArn: logGroupArn ?? "" }),
      );
      return [logGroupName, { retentionInDays, tags }] as const;
    });
    return Object.fromEntries(await Promise.all(seen));
  },
  wrong: ["/app", "/app/a", "/aws/lambda/orders"],
  held: { "/exempt": "exemption" },
  event: { of: async () => created, wrong: ["/aws/lambda/orders"] },
  unused: [
    {
      role: "undo",
      action: "logs:ListTagsForResource",
      why: "An undo role has all its automation's reads, because an undo looks with the automation's own `find`. This one fetches tags for the guards, which an undo does not ask. It lists tags and changes nothing.",
    },
  ],
};
