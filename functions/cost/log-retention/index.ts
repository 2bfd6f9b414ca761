/**
 * Gives a retention to log groups that keep for ever. That is CloudWatch's default, so every
 * function and container leaves a group that only grows and is paid for every month. Whoever must
 * keep for longer sets a retention of their own, which is never touched, or has the group excepted.
 */
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod/mini";
import {
  deleteRetentionPolicy,
  describeLogGroups,
  listTagsForResource,
  putRetentionPolicy,
} from "../../../aws/logs/log-group.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { minutes } from "../../../sdk/time.ts";
import { apiCall, sweep } from "../../../sdk/unit.ts";

/**
 * What CloudWatch Logs accepts. @see
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
] as const;

/** Requests a second that CloudWatch Logs takes for a listing. */
const atOnce = 10;

const Change = z.object({
  requestParameters: z.nullish(z.object({ logGroupName: z.optional(z.string()) })),
});

export default automation({
  id: "log-retention",
  family: "cost",
  summary: "Sets a retention on log groups that keep for ever",
  on: [
    sweep("cron(0 3 * * ? *)", { window: minutes(30) }),
    apiCall({
      source: "aws.logs",
      names: ["CreateLogGroup", "DeleteRetentionPolicy"],
      detail: Change,
      only: ({ requestParameters }) => [requestParameters?.logGroupName],
    }),
  ],
  config: z.strictObject({
    days: z
      ._default(z.literal(retentions), 90)
      .check(z.describe("Days to keep, one of those that CloudWatch Logs accepts.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of names that are left alone, like /audit/.")),
  }),
  reads: [describeLogGroups, listTagsForResource],
  writes: [putRetentionPolicy],
  lost: [
    "Log events older than the retention are deleted within about three days and do not come back.",
  ],

  async *find({ read, pages, only }) {
    if (!only) {
      for await (const groups of pages(describeLogGroups({}))) yield* groups;
      return;
    }
    // Names sort, so a group comes first among those that begin with its name; one that is gone
    // fails nobody.
    const named = async (logGroupNamePrefix: string): Promise<LogGroup[]> => {
      for await (const group of read(describeLogGroups({ logGroupNamePrefix, limit: 1 })))
        return group.logGroupName === logGroupNamePrefix ? [group] : [];
      return [];
    };
    for (const names of chunks(only, atOnce))
      for (const groups of await Promise.all(names.map(named))) yield* groups;
  },

  target: ({ logGroupName }: LogGroup) => ({ id: logGroupName, tags: undefined }),
  state: ({ retentionInDays }) => ({ retentionInDays }),
  // One that was deleted and made anew, as functions do with theirs, was not changed back.
  recognise: ({ creationTime }) => ({ creationTime }),
  restore: {
    by: [deleteRetentionPolicy],
    calls: ({ retentionInDays }, { target }) =>
      retentionInDays === undefined ? deleteRetentionPolicy({ logGroupName: target }) : undefined,
  },
  tags: async ({ logGroupArn, arn }, { read }) =>
    (await read(listTagsForResource({ resourceArn: logGroupArn ?? arn?.replace(/:\*$/, "") })))
      ?.tags ?? {},

  propose({ logGroupName, retentionInDays, logGroupClass }, { config: { days, except } }) {
    // The delivery class has a fixed retention of its own.
    if (!logGroupName || retentionInDays !== undefined || logGroupClass === "DELIVERY") return;
    if (except.some((beginning) => logGroupName.startsWith(beginning))) return;
    return {
      because: "it keeps its events for ever",
      call: putRetentionPolicy({ logGroupName, retentionInDays: days }),
    };
  },
});
