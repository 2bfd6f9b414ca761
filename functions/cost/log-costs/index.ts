/**
 * Tells which log groups take in the most, what that costs where the prices of the region have been
 * read, how long they keep it, and which of them nobody is seen to read: no subscription, of its own
 * or of the whole account, no metric filter, no query of late. Whoever opens a stream in the console,
 * follows a log or fetches its events leaves no trace that is looked at here, so that is a hint and no
 * proof; for that reason nothing is changed. `log-retention` sees to groups that keep everything for
 * ever.
 */
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod/mini";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeLogGroups } from "../../../aws/logs/log-group.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { accountSubscription, readersOf, readsOfReaders } from "./readers.ts";
import { type BusyGroup, busyGroupOf, logCostsMessage } from "./told.ts";
import { type WrittenBytes, writtenTo } from "./written.ts";

/** A group, and what was written to it: only of those that write the most is it known who reads. */
interface Writing {
  readonly group: LogGroup;
  readonly written: WrittenBytes;
}

const gigabyte = 1024 ** 3;
/** Groups that CloudWatch is asked about at a time. */
const together = 500;
const daysOfMonth = 30;

/** The most that are asked who reads them: two calls each. */
const mostRows = 50;

export default report({
  id: "log-costs",
  family: "cost",
  summary: "Tells which log groups take in the most, and which of them nobody is seen to read",
  on: [sweep("cron(45 7 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(60)), 14)
      .check(z.describe("Over how many whole days it is counted what they take in.")),
    gigabytes: z
      ._default(z.number().check(z.gt(0), z.lte(1_000_000)), 1)
      .check(z.describe("Groups that take in less a month are not told.")),
    rows: z
      ._default(z.int().check(z.gte(1), z.lte(mostRows)), 20)
      .check(z.describe("How many are told, those that take in the most first.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of names of groups that are as they are to be.")),
  }),
  reads: [describeLogGroups, getMetricData, ...readsOfReaders],

  async *find({ read, now, config }): AsyncGenerator<BusyGroup> {
    const { days: length, gigabytes, rows, except } = config;
    const least = (gigabytes * gigabyte * length) / daysOfMonth;
    const groups = await Array.fromAsync(read(describeLogGroups({})));
    const wanted = groups.filter(
      ({ logGroupName = "" }) => !except.some((beginning) => logGroupName.startsWith(beginning)),
    );
    const busy: Writing[] = [];
    for (const some of chunks(wanted, together)) {
      const names = some.map(({ logGroupName = "" }) => logGroupName);
      const bytes = await writtenTo(read, names, { now, length });
      for (const group of some) {
        const written = bytes.get(group.logGroupName ?? "");
        if (written && written.bytes >= least) busy.push({ group, written });
      }
    }
    if (!busy.length) return;
    const subscription = await accountSubscription(read);
    busy.sort((a, b) => b.written.bytes - a.written.bytes);
    for (const [at, { group, written }] of busy.entries()) {
      // Those past the last row are counted alone.
      const readers = at < rows ? await readersOf(group, subscription, read) : "not asked";
      if (readers) yield busyGroupOf(group, written, readers);
    }
  },

  tell: (found: readonly BusyGroup[], here) => logCostsMessage(found, here),
});
