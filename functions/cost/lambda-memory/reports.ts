/**
 * What functions took of memory, by the line that Lambda writes to a function's log at the end of each
 * call. A log is not read whole: some lines of each part of the time that is looked at.
 */
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { filterLogEvents } from "../../../aws/logs/event.ts";
import { inOneLine } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { WholeDays } from "../daily-sums.ts";

/** What the lines say, of calls with the memory that the function has now. */
export interface ReportedMemory {
  readonly calls: number;
  /** The most of any, in MB. */
  readonly most: number;
}

/** One call's, in MB. */
export interface ReportLine {
  readonly size: number;
  readonly used: number;
}

const inText = /Memory Size: (\d{1,6}) MB\s{1,4}Max Memory Used: (\d{1,6}) MB/;

/**
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 * @returns nothing for what is no such line
 */
export function reportLine(message: string): ReportLine | undefined {
  const [, size, used] = message.startsWith("{") ? [] : (inText.exec(message) ?? []);
  if (size !== undefined) return { size: Number(size), used: Number(used) };
  return message.startsWith("{") ? lineInJson(message) : undefined;
}

interface PlatformReport {
  readonly type?: unknown;
  readonly record?: {
    readonly metrics?: { readonly memorySizeMB?: unknown; readonly maxMemoryUsedMB?: unknown };
  };
}

function lineInJson(message: string): ReportLine | undefined {
  let parsed: PlatformReport;
  try {
    parsed = JSON.parse(message) as PlatformReport;
  } catch {
    return undefined;
  }
  const { memorySizeMB: size, maxMemoryUsedMB: used } = parsed.record?.metrics ?? {};
  const isReport = parsed.type === "platform.report";
  return isReport && typeof size === "number" && typeof used === "number"
    ? { size, used }
    : undefined;
}

/** Parts of the time, each of which is looked into. */
const parts = 14;
/** Lines of each. */
const linesOfPart = 100;
/** A page may be empty, and lead to another: of a part at most so many. */
const pagesOfPart = 3;

const patterns: Readonly<Record<string, string>> = {
  Text: '"REPORT RequestId"',
  JSON: '{ $.type = "platform.report" }',
};

const home = "/aws/lambda/";

/** Where its lines are, or why there are none that may be read. */
function logOf({ FunctionName = "", LoggingConfig = {} }: FunctionConfiguration) {
  const { LogGroup = `${home}${FunctionName}`, LogFormat = "Text", SystemLogLevel } = LoggingConfig;
  if (!LogGroup.startsWith(home))
    return {
      unknown: `it writes to the log group ${LogGroup}, and those below ${home} alone are read`,
    };
  if (LogFormat === "JSON" && SystemLogLevel === "WARN")
    return { unknown: "its system log level is WARN, so that no such line is written" };
  return { logGroupName: LogGroup, filterPattern: patterns[LogFormat] ?? patterns.Text };
}

/**
 * How CloudWatch refuses a log that cannot be read so, as one of the class for infrequent access: that
 * hides no other function.
 */
const notReadSo: ReadonlySet<string> = new Set([
  "InvalidParameterException",
  "InvalidOperationException",
  "ValidationException",
]);

/** The lines of a part; nothing where the log group is not there. */
async function linesIn(
  read: Reader<readonly [typeof filterLogEvents]>,
  asked: { readonly logGroupName: string; readonly filterPattern: string | undefined },
  [startTime, endTime]: readonly [number, number],
): Promise<ReportLine[] | undefined> {
  const found: ReportLine[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < pagesOfPart && found.length < linesOfPart; page += 1) {
    const answer = await read(
      filterLogEvents({ ...asked, startTime, endTime, limit: linesOfPart, nextToken }),
    );
    if (!answer) return undefined;
    found.push(...(answer.events ?? []).flatMap(({ message = "" }) => reportLine(message) ?? []));
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return found;
}

/** What was reported of a function, of calls with the memory that it has now alone. */
export async function reportedMemory(
  read: Reader<readonly [typeof filterLogEvents]>,
  configuration: FunctionConfiguration,
  looked: WholeDays,
): Promise<ReportedMemory | { readonly unknown: string }> {
  try {
    return await memoryIn(read, configuration, looked);
  } catch (error) {
    if (!(error instanceof Error && notReadSo.has(error.name))) throw error;
    return { unknown: `its log cannot be read (${inOneLine(error)})` };
  }
}

async function memoryIn(
  read: Reader<readonly [typeof filterLogEvents]>,
  configuration: FunctionConfiguration,
  { from, until }: WholeDays,
): Promise<ReportedMemory | { readonly unknown: string }> {
  const log = logOf(configuration);
  if ("unknown" in log) return { unknown: log.unknown };
  const length = (until.getTime() - from.getTime()) / parts;
  let [calls, most, others] = [0, 0, 0];
  for (let part = 0; part < parts; part += 1) {
    const start = from.getTime() + Math.floor(part * length);
    const lines = await linesIn(read, log, [start, Math.floor(start + length) - 1]);
    if (!lines) return { unknown: `its log group ${log.logGroupName} is not there` };
    const own = lines.filter(({ size }) => size === configuration.MemorySize);
    others += lines.length - own.length;
    calls += own.length;
    most = own.reduce((highest, { used }) => Math.max(highest, used), most);
  }
  if (calls) return { calls, most };
  return {
    unknown: others
      ? "each call that was seen had other memory: before it was changed, or as a version that was published with it"
      : "its log has no such line",
  };
}
