/**
 * Tells which functions of Lambda have more memory than they take, and which are near their end, by the
 * line that Lambda writes at the end of each call. Those that cost the most, by memory and time, are
 * looked at, and of their logs some lines of each day. Memory decides how much CPU a function has: with
 * less it may run longer and cost the same, so that this tells, and changes nothing.
 */
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import * as z from "zod/mini";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { listFunctions } from "../../../aws/lambda/image-function.ts";
import { filterLogEvents } from "../../../aws/logs/event.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { type WholeDays, wholeDays } from "../daily-sums.ts";
import { secondsRun } from "./duration.ts";
import { judgeMemory } from "./judged.ts";
import { reportedMemory } from "./reports.ts";
import { type LookedFunction, memoryMessage } from "./told.ts";

const reads = [listFunctions, getMetricData, filterLogEvents] as const;
type Read = Reader<typeof reads>;

/** A function that ran, and what that took in the time that is looked at. */
interface RunFunction {
  readonly configuration: FunctionConfiguration;
  readonly gigabyteSeconds: number;
}

/** Functions that CloudWatch is asked about at a time. */
const together = 500;
const daysOfMonth = 30;
/** The most whose logs are read: up to 42 calls each, of which AWS takes some a second. */
const mostRows = 50;

/** What is asked of each, without what it keeps in its environment. */
const kept = ({ FunctionName, MemorySize, LoggingConfig }: FunctionConfiguration) => ({
  ...{ FunctionName, MemorySize },
  ...(LoggingConfig && { LoggingConfig }),
});

/** Those that took at least so much, the most first. */
async function costliest(
  read: Read,
  looked: WholeDays,
  { least, except }: { readonly least: number; readonly except: readonly string[] },
): Promise<RunFunction[]> {
  const all: FunctionConfiguration[] = [];
  for await (const found of read(listFunctions({})))
    if (!except.some((beginning) => found.FunctionName?.startsWith(beginning)))
      all.push(kept(found));
  const costly: RunFunction[] = [];
  for (const some of chunks(all, together)) {
    const names = some.map(({ FunctionName = "" }) => FunctionName);
    const seconds = await secondsRun(read, names, looked);
    for (const configuration of some) {
      const { FunctionName = "", MemorySize = 0 } = configuration;
      const gigabyteSeconds = ((seconds.get(FunctionName) ?? 0) * MemorySize) / 1024;
      if (gigabyteSeconds >= least) costly.push({ configuration, gigabyteSeconds });
    }
  }
  return costly.sort((a, b) => b.gigabyteSeconds - a.gigabyteSeconds);
}

export default report({
  id: "lambda-memory",
  family: "cost",
  summary:
    "Tells which functions of Lambda have more memory than they take, and which hardly enough",
  on: [sweep("cron(50 7 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(30)), 14)
      .check(z.describe("Over how many whole days it is looked.")),
    gigabyteSeconds: z
      ._default(z.number().check(z.gte(0), z.lte(1e12)), 100_000)
      .check(z.describe("Functions that take less a month are not told.")),
    rows: z
      ._default(z.int().check(z.gte(1), z.lte(mostRows)), 20)
      .check(z.describe("So many are looked at, those that take the most first.")),
    calls: z
      ._default(z.int().check(z.gte(1), z.lte(1400)), 50)
      .check(z.describe("Calls of a function that must be seen before it is said to need less.")),
    headroom: z
      ._default(z.int().check(z.gte(0), z.lte(400)), 30)
      .check(z.describe("Percent above the most that it took, which it is to keep.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of names of functions that are as they are to be.")),
  }),
  reads,

  async *find({ read, now, config }): AsyncGenerator<LookedFunction> {
    const looked = wholeDays(now, config.days);
    const perMonth = daysOfMonth / config.days;
    const least = config.gigabyteSeconds / perMonth;
    const all = await costliest(read, looked, { least, except: config.except });
    for (const [at, { configuration, gigabyteSeconds }] of all.entries()) {
      const { FunctionName: name = "", MemorySize: size = 0 } = configuration;
      const one = { name, size, perMonth: gigabyteSeconds * perMonth };
      if (at >= config.rows) {
        yield { ...one, unknown: "not looked at" };
        continue;
      }
      const reported = await reportedMemory(read, configuration, looked);
      if ("unknown" in reported) yield { ...one, ...reported };
      else yield { ...one, ...reported, verdict: judgeMemory(size, reported, config) };
    }
  },

  tell: (found: readonly LookedFunction[], here) => memoryMessage(found, here),
});
