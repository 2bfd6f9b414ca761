/**
 * Deletes log groups that hold nothing and that nothing writes to: what is left of functions, tasks
 * and trials. Empty is what was empty at each look for weeks on end; a group that was made within
 * that time is not, nor one whose last event came in it, whether or not it is kept. An empty group
 * costs nothing; it is in the way, and who reads its name looks for its service in vain. A person is
 * asked before each: a task of ECS does not start where its group is gone.
 *
 * Left alone are those that services of AWS make for themselves, by the beginnings of their names;
 * left alone and named those that others manage, and those with filters, protection or a policy that
 * would not come back with them.
 */
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod/mini";
import { createLogGroup, deleteLogGroup } from "../../../aws/logs/empty.ts";
import { describeLogGroups, putRetentionPolicy } from "../../../aws/logs/log-group.ts";
import { automation } from "../../../sdk/automation.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { type FoundLogGroup, logGroupManager, looksAt, readsOfEmptiness } from "./look.ts";

/** Groups that are looked at together. */
const together = 100;

const ofServices = [
  "/aws/",
  "aws-waf-logs-",
  "API-Gateway-Execution-Logs_",
  "RDSOSMetrics",
  "sns/",
];

/** Names sort: a group comes first among those that begin with its name. */
async function logGroupNamed(
  read: Reader<readonly [typeof describeLogGroups]>,
  name: string,
): Promise<LogGroup[]> {
  for await (const group of read(describeLogGroups({ logGroupNamePrefix: name, limit: 1 })))
    return group.logGroupName === name ? [group] : [];
  return [];
}

export default automation({
  id: "empty-log-groups",
  family: "cleanup",
  summary: "Deletes log groups that have held nothing for weeks, and that nothing writes to",
  on: [sweep("cron(40 3 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(0), z.lte(365)), 30)
      .check(z.describe("How long it must have been empty, at each look.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), ofServices)
      .check(z.describe("Beginnings of names that are left alone, as of what services make.")),
  }),
  reads: [describeLogGroups, ...readsOfEmptiness],
  writes: [deleteLogGroup],
  lost: [
    "Its streams, which held nothing, and the date when it was made.",
    "Its field indexes, its transformer, its anomaly detector and its resource policy, where it had any: they have to be set again.",
  ],

  async *find({ read, pages, only, config, now }): AsyncGenerator<FoundLogGroup> {
    const looking = { read, now, days: config.days, all: only !== undefined };
    if (only) {
      for (const name of only) yield* await looksAt(await logGroupNamed(read, name), looking);
      return;
    }
    for await (const page of pages(describeLogGroups({}), together)) {
      const groups = page.filter(
        ({ logGroupName = "" }) =>
          !config.except.some((beginning) => logGroupName.startsWith(beginning)),
      );
      yield* await looksAt(groups, looking);
    }
  },

  target: (found) => ({
    id: found.group.logGroupName,
    tags: found.tags ?? {},
    managed: logGroupManager(found),
  }),
  name: ({ group: { logGroupName } }) => logGroupName,

  state: ({ group: { retentionInDays, kmsKeyId, logGroupClass }, tags = {} }) => ({
    // AWS sets that of the class DELIVERY, and refuses another's.
    ...(retentionInDays !== undefined && logGroupClass !== "DELIVERY" && { retentionInDays }),
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    ...(logGroupClass !== undefined && { logGroupClass }),
    tags: Object.fromEntries(
      Object.entries(tags)
        .filter(([key]) => !key.startsWith("aws:"))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }),
  becomes: () => null,
  counts: ({ isEmpty }) => isEmpty,

  restore: {
    by: [createLogGroup, putRetentionPolicy],
    calls({ retentionInDays, tags, ...rest }, { target: logGroupName }) {
      const hasTags = Object.keys(tags).length > 0;
      const made = createLogGroup({ logGroupName, ...rest, ...(hasTags && { tags }) });
      if (retentionInDays === undefined) return made;
      return [made, putRetentionPolicy({ logGroupName, retentionInDays })];
    },
  },

  propose({ group, isEmpty }, { config, now, since }) {
    const { logGroupName, creationTime } = group;
    const latest = before(now, days(config.days));
    if (!logGroupName || !isEmpty || !since || since > latest) return;
    if (creationTime === undefined || creationTime > latest.getTime()) return;
    if (config.except.some((beginning) => logGroupName.startsWith(beginning))) return;
    return {
      because: `it has held nothing since ${since.toISOString().slice(0, 10)}, and nothing writes to it`,
      call: deleteLogGroup({ logGroupName }),
      savesPerMonth: 0,
    };
  },
});
