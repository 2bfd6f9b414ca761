import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import type { MemoryAws } from "../../../testing/memory/aws.ts";
import created from "./events/create-log-group.json" with { type: "json" };

const group = (aws: MemoryAws, target: string) => aws.logs.groups.get(target) ?? { tags: {} };

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
  memory: {
    targetId: (nth) => `wrong-${nth}`,
    seed: (aws, target) => void aws.logs.groups.set(target, { tags: {} }),
    state: (aws, target) => String(group(aws, target).retentionInDays),
    isWrong: (aws, target) => group(aws, target).retentionInDays === undefined,
    spoil: (aws, target) => void delete group(aws, target).retentionInDays,
    tags: (aws, target) => group(aws, target).tags,
    asksTags: (target) => `tags of ${target}`,
  },
  unused: [
    {
      role: "undo",
      action: "logs:ListTagsForResource",
      why: "An undo role has all its automation's reads, because an undo looks with the automation's own `find`. This one fetches tags for the guards, which an undo does not ask. It lists tags and changes nothing.",
    },
  ],
};
