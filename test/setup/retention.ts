/**
 * A small automation for tests of the run: log groups whose name begins with `wrong` shall keep a
 * week.
 */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  TagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod/mini";
import {
  deleteRetentionPolicy,
  describeLogGroups,
  listTagsForResource,
  putRetentionPolicy,
} from "../../aws/logs/log-group.ts";
import { automation } from "../../sdk/automation.ts";
import type { TestAccount } from "./aws.ts";

export const retention = automation({
  id: "test-retention",
  family: "test",
  summary: "Gives log groups a retention",
  on: [],
  config: z.strictObject({ days: z._default(z.number(), 7) }),
  reads: [describeLogGroups, listTagsForResource],
  writes: [putRetentionPolicy],
  async *find({ read, only }) {
    for await (const group of read(describeLogGroups({})))
      if (group.logGroupName && (!only || only.includes(group.logGroupName))) yield group;
  },
  target: ({ logGroupName }) => ({ id: logGroupName, tags: undefined }),
  tags: async ({ logGroupArn }, { read }) =>
    (await read(listTagsForResource({ resourceArn: logGroupArn ?? "" })))?.tags ?? {},
  state: ({ retentionInDays }) => ({ retentionInDays }),
  restore: {
    by: [putRetentionPolicy, deleteRetentionPolicy],
    calls: ({ retentionInDays }, { target: logGroupName }) =>
      retentionInDays === undefined
        ? deleteRetentionPolicy({ logGroupName })
        : putRetentionPolicy({ logGroupName, retentionInDays }),
  },
  propose({ logGroupName, retentionInDays }, { config }) {
    if (!logGroupName?.startsWith("wrong") || retentionInDays === config.days) return;
    return {
      because: "it keeps its logs for another time",
      savesPerMonth: 1,
      call: putRetentionPolicy({ logGroupName, retentionInDays: config.days }),
    };
  },
});

export async function makeGroups(aws: TestAccount, ...names: string[]): Promise<void> {
  const logs = aws.client(CloudWatchLogsClient);
  for (const logGroupName of names) await logs.send(new CreateLogGroupCommand({ logGroupName }));
}

export async function tagGroup(
  aws: TestAccount,
  name: string,
  tags: Record<string, string>,
): Promise<void> {
  await aws.client(CloudWatchLogsClient).send(
    new TagResourceCommand({
      resourceArn: `arn:aws:logs:${aws.region}:${aws.account}:log-group:${name}`,
      tags,
    }),
  );
}

/** Days by name, `null` for ever. */
export async function retentions(aws: TestAccount): Promise<Record<string, number | null>> {
  const { logGroups = [] } = await aws
    .client(CloudWatchLogsClient)
    .send(new DescribeLogGroupsCommand({}));
  return Object.fromEntries(
    logGroups.map(({ logGroupName = "", retentionInDays }) => [
      logGroupName,
      retentionInDays ?? null,
    ]),
  );
}
