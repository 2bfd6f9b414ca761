/**
 * Shortens how long log groups of development keep their events. What is debugged today is of no
 * use next month, and is paid for until somebody deletes it.
 */
import { automation, minutes, sweep, z } from "nightshift";
import {
  deleteRetentionPolicy,
  describeLogGroups,
  listTagsForResource,
  putRetentionPolicy,
} from "nightshift/aws/logs/log-group";

export default automation({
  id: "short-logs",
  family: "logs",
  summary: "Shortens the retention of log groups of development",
  on: [sweep("cron(30 3 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.literal([7, 14, 30]), 14)
      .check(z.describe("Days to keep, one of those that CloudWatch Logs accepts.")),
    prefix: z
      ._default(z.string().check(z.minLength(2)), "/dev/")
      .check(z.describe("How the names of development's groups begin.")),
  }),
  reads: [describeLogGroups, listTagsForResource],
  writes: [putRetentionPolicy],

  async *find({ read, only, config }) {
    for await (const group of read(describeLogGroups({ logGroupNamePrefix: config.prefix }))) {
      if (!only || only.includes(group.logGroupName ?? "")) yield group;
    }
  },

  target: ({ logGroupName }) => ({ id: logGroupName, tags: undefined }),
  state: ({ retentionInDays }) => ({ retentionInDays }),
  restore: {
    by: [putRetentionPolicy, deleteRetentionPolicy],
    calls: ({ retentionInDays }, { target: logGroupName }) =>
      retentionInDays === undefined
        ? deleteRetentionPolicy({ logGroupName })
        : putRetentionPolicy({ logGroupName, retentionInDays }),
  },

  async tags({ logGroupArn }, { read }) {
    const answer = await read(listTagsForResource({ resourceArn: logGroupArn }));
    return answer?.tags ?? {};
  },

  propose({ logGroupName, retentionInDays }, { config: { days } }) {
    if (retentionInDays !== undefined && retentionInDays <= days) return undefined;
    const kept = retentionInDays === undefined ? "for ever" : `for ${retentionInDays} days`;
    return {
      because: `it keeps its events ${kept}`,
      call: putRetentionPolicy({ logGroupName, retentionInDays: days }),
    };
  },
});
