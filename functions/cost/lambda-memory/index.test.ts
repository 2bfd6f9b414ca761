import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { describe, expect, test } from "vitest";
import { each } from "../../../test/setup/measured.ts";
import unit from "./index.ts";
import { judgeMemory } from "./judged.ts";
import { reportLine } from "./reports.ts";
import type { LookedFunction } from "./told.ts";

const now = new Date("2026-11-23T07:50:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };

const textLine = (size: number, used: number): string =>
  `REPORT RequestId: 3604209a-e9a3-11e6-939a-754dd98c7be3\tDuration: 12.34 ms\tBilled Duration: 100 ms\tMemory Size: ${size} MB\tMax Memory Used: ${used} MB\tInit Duration: 200 ms`;
const jsonLine = (memorySizeMB: number, maxMemoryUsedMB: number): string =>
  JSON.stringify({
    ...{ time: "2026-11-22T23:30:12.654Z", type: "platform.report" },
    record: { requestId: "a", metrics: { durationMs: 1.3, memorySizeMB, maxMemoryUsedMB } },
  });

describe("a line", () => {
  test.each<[what: string, message: string, line: object | undefined]>([
    ["in text", textLine(128, 18), { size: 128, used: 18 }],
    ["in JSON", jsonLine(1024, 90), { size: 1024, used: 90 }],
    ["of something else in JSON", '{"type":"platform.start","record":{}}', undefined],
    ["that only looks like JSON", '{"type":"platform.report"', undefined],
    ["whose numbers are none", jsonLine("1024" as never, 90), undefined],
    ["that a function wrote itself", "Memory Size is large, Max Memory Used too", undefined],
    ["without any", "", undefined],
  ])("%s", (_, message, line) => expect(reportLine(message)).toEqual(line));
});

describe("what a function has and takes", () => {
  const limits = { calls: 50, headroom: 30 };
  test.each<[is: string, size: number, most: number, calls: number, enough?: number]>([
    ["roomy", 1024, 200, 50, 320],
    ["roomy", 1024, 20, 50, 128],
    ["fits", 1024, 620, 900],
    ["fits", 128, 10, 900],
    ["few", 1024, 200, 49],
    ["near", 1024, 973, 1],
    ["fits", 1024, 972, 50],
    // At the edge: 768 of 1024 are three quarters.
    ["roomy", 1024, 590, 50, 768],
    ["fits", 1024, 591, 50],
  ])("%s: %i MB, of which %i were taken in %i calls", (is, size, most, calls, enough) =>
    expect(judgeMemory(size, { calls, most }, limits)).toEqual({
      is,
      ...(enough !== undefined && { enough }),
    }),
  );
});

interface Cloud {
  readonly functions: readonly FunctionConfiguration[];
  /** Seconds that each ran in the time that is looked at. */
  readonly seconds?: number;
  /** Of a part; nothing: the log group is not there. */
  readonly lines?: readonly string[] | undefined;
  /** Pages without a line before that with them. */
  readonly empty?: number;
  /** Of this function alone. */
  readonly refused?: string;
}

interface AskedLog {
  readonly logGroupName: string;
  readonly filterPattern: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly nextToken?: string;
}

async function found({ functions, seconds = 1e6, empty = 0, ...cloud }: Cloud, settings = {}) {
  const config = unit.config.parse(settings);
  const asked: AskedLog[] = [];
  const metrics: { readonly queries: number; readonly from: Date; readonly until: Date }[] = [];
  async function* measured(input: {
    MetricDataQueries: MetricDataQuery[];
    StartTime: Date;
    EndTime: Date;
  }) {
    const { MetricDataQueries, StartTime, EndTime } = input;
    metrics.push({ queries: MetricDataQueries.length, from: StartTime, until: EndTime });
    for (const { Id } of MetricDataQueries)
      yield { Id, Values: [seconds * 600, seconds * 400], Timestamps: [] };
  }
  const answers: Readonly<Record<string, (input: never) => unknown>> = {
    "lambda:ListFunctions": () => each(functions),
    "cloudwatch:GetMetricData": measured,
    "logs:FilterLogEvents": async (input: AskedLog) => {
      asked.push(input);
      if (input.logGroupName === `/aws/lambda/${cloud.refused}`)
        throw Object.assign(new Error("not supported for this log class"), {
          name: "InvalidParameterException",
        });
      const page = Number(input.nextToken ?? 0);
      if (page < empty) return { events: [], nextToken: String(page + 1) };
      if ("lines" in cloud && !cloud.lines) return undefined;
      return { events: (cloud.lines ?? []).map((message) => ({ message })) };
    },
  };
  const read = ({ operation, input }: { readonly operation: string; readonly input: object }) =>
    answers[operation]?.(input as never);
  const search = { ...here, config, only: undefined, read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<LookedFunction>);
  return { all, told: unit.tell(all, { ...here, config }), asked, metrics };
}

const web: FunctionConfiguration = { FunctionName: "web", MemorySize: 1024 };
const roomy = Array.from({ length: 10 }, () => textLine(1024, 200));

test("a function that has more than it takes is told, with what it took and what would do", async () => {
  const { told, asked, metrics } = await found({ functions: [web], lines: roomy });
  expect(told).toMatchObject({
    title: "1 function of Lambda in eu-central-1 has more memory than ever taken",
    table: {
      columns: ["function", "memory", "most taken", "calls seen", "GB-seconds a month", "advice"],
      rows: [["web", "1024 MB", "200 MB", 140, "2,142,857", "try 320 MB"]],
    },
    affected: ["web"],
  });
  expect(metrics).toEqual([
    {
      queries: 1,
      from: new Date("2026-11-09T00:00:00Z"),
      until: new Date("2026-11-23T00:00:00Z"),
    },
  ]);
  expect(asked).toHaveLength(14);
  expect(asked[0]).toMatchObject({
    logGroupName: "/aws/lambda/web",
    filterPattern: '"REPORT RequestId"',
    startTime: Date.parse("2026-11-09T00:00:00Z"),
    endTime: Date.parse("2026-11-10T00:00:00Z") - 1,
  });
  expect(asked[13]?.startTime).toBe(Date.parse("2026-11-22T00:00:00Z"));
});

test("one that is near its end is told too, and the title says of both", async () => {
  const lines = [textLine(1024, 200), textLine(256, 250)];
  const small = { FunctionName: "small", MemorySize: 256 };
  const { told } = await found({ functions: [web, small], lines }, { calls: 1 });
  expect(told?.title).toBe(
    "1 function of Lambda in eu-central-1 has more memory than ever taken, 1 is near the end of its memory",
  );
  expect(told?.table?.rows[1]).toEqual([
    ...["small", "256 MB", "250 MB", 14, "535,714"],
    "near its end: give it more",
  ]);
  expect((await found({ functions: [small], lines })).told?.title).toBe(
    "1 function of Lambda in eu-central-1 is near the end of its memory",
  );
});

test("calls with other memory are of a time before, or of another version, and count for nothing", async () => {
  const lines = [...roomy, textLine(512, 512)];
  expect((await found({ functions: [web], lines })).all[0]).toMatchObject({
    ...{ calls: 140, most: 200 },
  });
  const { all, told } = await found({ functions: [web], lines: [textLine(512, 20)] });
  expect([all[0]?.unknown, told]).toEqual([
    expect.stringContaining("each call that was seen had other memory"),
    undefined,
  ]);
});

test("lines in JSON are asked for as such", async () => {
  const json = { ...web, LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "INFO" } as const };
  const lines = roomy.map(() => jsonLine(1024, 200));
  const { told, asked } = await found({ functions: [json], lines });
  expect(asked[0]?.filterPattern).toBe('{ $.type = "platform.report" }');
  expect(told?.affected).toEqual(["web"]);
});

test("an empty page leads to the next, and a part is left after three", async () => {
  const two = await found({ functions: [web], lines: roomy, empty: 2 });
  expect([two.asked.length, two.told?.affected]).toEqual([14 * 3, ["web"]]);
  const three = await found({ functions: [web], lines: roomy, empty: 3 });
  expect([three.asked.length, three.all[0]?.unknown]).toEqual([14 * 3, "its log has no such line"]);
});

describe("not known, and never taken for little", () => {
  const other = { FunctionName: "other", MemorySize: 1024 };
  test.each<[what: string, more: FunctionConfiguration, lines: Cloud["lines"], words: string]>([
    [
      "whose log lies elsewhere",
      { LoggingConfig: { LogGroup: "/shop/web" } },
      roomy,
      "it writes to the log group /shop/web",
    ],
    [
      "whose log has no such lines by its level",
      { LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "WARN" } },
      roomy,
      "its system log level is WARN",
    ],
    ["without a log group", {}, undefined, "its log group /aws/lambda/web is not there"],
    ["whose log is empty", {}, [], "its log has no such line"],
  ])("one %s", async (_, more, lines, words) => {
    const { all } = await found({ functions: [{ ...web, ...more }], lines });
    expect(all).toEqual([
      expect.objectContaining({ name: "web", unknown: expect.stringContaining(words) }),
    ]);
  });

  test("is said of those beside what is told, each reason once", async () => {
    const elsewhere = (FunctionName: string) => ({
      ...{ ...other, FunctionName },
      LoggingConfig: { LogGroup: "/shop/all" },
    });
    const functions = [web, elsewhere("a"), elsewhere("b"), elsewhere("c")];
    const { told } = await found({ functions, lines: roomy });
    expect(told?.facts?.["not known"]).toMatch(/^3 functions: it writes to .*\/shop\/all/);
  });
});

test("a log that cannot be read so, as one for infrequent access, hides no other function", async () => {
  const functions = [{ FunctionName: "rare", MemorySize: 1024 }, web];
  const { told } = await found({ functions, lines: roomy, refused: "rare" });
  expect(told?.affected).toEqual(["web"]);
  expect(told?.facts?.["not known"]).toMatch(/^rare: its log cannot be read \(.*log class/);
});

test("too few calls are said, and nothing is advised by them", async () => {
  const little = await found({ functions: [web], lines: [textLine(1024, 90)] });
  expect([little.all[0]?.verdict?.is, little.told]).toEqual(["few", undefined]);
});

test("what takes less than the settings ask for is not looked at, nor what they leave out", async () => {
  const least = await found({ functions: [web], seconds: 46_600, lines: roomy });
  expect(least.asked).toEqual([]);
  expect((await found({ functions: [web], seconds: 46_700, lines: roomy })).asked).toHaveLength(14);
  const except = await found({ functions: [web], lines: roomy }, { except: ["we"] });
  expect([except.asked, except.metrics]).toEqual([[], []]);
});

test("of 20,000 CloudWatch is asked for 500 at a time, and logs are read of the rows alone", async () => {
  const functions = Array.from({ length: 20_000 }, (_, nth) => ({
    FunctionName: `f-${nth}`,
    MemorySize: 1024,
    Environment: { Variables: { TOKEN: "a secret" } },
  }));
  const { all, asked, metrics, told } = await found({ functions, lines: roomy }, { rows: 3 });
  expect([all.length, asked.length, metrics.length]).toEqual([20_000, 3 * 14, 40]);
  expect(Math.max(...metrics.map(({ queries }) => queries))).toBe(500);
  expect(told?.facts?.["not known"]).toBe("19997 functions: not looked at");
  expect(JSON.stringify(all)).not.toContain("a secret");
});

test.each(["lambda:ListFunctions", "cloudwatch:GetMetricData", "logs:FilterLogEvents"])(
  "what AWS refuses of %s is an error, never a function that takes little",
  async (refused) => {
    const config = unit.config.parse({});
    const failing = async function* () {
      yield* [] as object[];
      throw new Error("AccessDenied");
    };
    const read = ({ operation }: { readonly operation: string }) => {
      if (operation === "logs:FilterLogEvents") return Promise.reject(new Error("AccessDenied"));
      if (operation === refused) return failing();
      return operation === "lambda:ListFunctions"
        ? each([web])
        : each([{ Id: "m0", Values: [1e9] }]);
    };
    const search = { ...here, config, only: undefined, read };
    await expect(
      Array.fromAsync(unit.find(search as never) as AsyncIterable<LookedFunction>),
    ).rejects.toThrow("AccessDenied");
  },
);

test.each([
  { days: 0 },
  { days: 31 },
  { rows: 51 },
  { calls: 0 },
  { headroom: -1 },
  { gigabyteSeconds: -1 },
  { except: "x" },
  { memory: 128 },
])("config %o is refused", (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false));
