/**
 * Who watches the watchdog: each function and each event source mapping stands still in turn, for an
 * hour, a day and for good, in simulated time. The alarms are those of the template, what the
 * watchdog looks at is its own code; between them is as little of AWS as that takes.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { describe, expect, test } from "vitest";
import { type Look, throttled } from "../handlers/app/watch/deployment.ts";
import { type Fed, mappings } from "../handlers/app/watch/mappings.ts";
import { NightshiftStacks } from "../lib/nightshift.ts";
import { fullManifest } from "./setup/full-manifest.ts";
import { emptyBundles } from "./setup/manifest.ts";

const minute = 60_000;
const begun = Date.parse("2026-11-21T00:00:00Z");
const [channel = ""] = Object.keys(fullManifest.settings.channels);
const queue = `nightshift-channel-${channel}`;

/** As CloudFormation has it. */
interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}
interface Alarm {
  readonly AlarmName: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
  readonly Period?: number;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: Metric["Dimensions"];
  readonly Statistic?: string;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: Metric; readonly Period: number };
  }[];
}

const app = new App({ outdir: mkdtempSync(join(tmpdir(), "nightshift-watches-")) });
new NightshiftStacks(app, "Nightshift", { manifest: fullManifest, dist: emptyBundles() });
const resources: Readonly<Record<string, { readonly Type: string; readonly Properties: object }>> =
  app.synth().getStackByName("nightshift").template.Resources;
const nameOf = (value: unknown): string => {
  if (typeof value === "string") return value;
  const { Ref, "Fn::GetAtt": attribute } = value as { Ref?: string; "Fn::GetAtt"?: string[] };
  const { FunctionName, QueueName } = (resources[Ref ?? attribute?.[0] ?? ""]?.Properties ??
    {}) as { FunctionName?: string; QueueName?: string };
  return FunctionName ?? QueueName ?? "?";
};
const alarms = Object.values(resources).flatMap(({ Type, Properties }) =>
  Type === "AWS::CloudWatch::Alarm" ? [Properties as Alarm] : [],
);
const keyOf = ({ MetricName, Dimensions = [] }: Pick<Metric, "MetricName" | "Dimensions">) =>
  `${MetricName} ${Dimensions.map(({ Value }) => nameOf(Value)).join()}`;

/** Points by metric; of one minute each. */
class Metrics {
  readonly #points = new Map<string, Map<number, number>>();
  add(key: string, at: number, value: number): void {
    const points = this.#points.get(key) ?? new Map<number, number>();
    points.set(at, Math.max(value, 0) + (key.includes("Age") ? 0 : (points.get(at) ?? 0)));
    this.#points.set(key, points);
  }
  /** Of a period that ends at a time: the sum, of ages the largest; nothing where there is none. */
  over(key: string, to: number, minutes: number): number | undefined {
    const values: number[] = [];
    for (let at = to - minutes; at < to; at += 1) {
      const value = this.#points.get(key)?.get(at);
      if (value !== undefined) values.push(value);
    }
    if (!values.length) return undefined;
    return key.includes("Age") ? Math.max(...values) : values.reduce((a, b) => a + b, 0);
  }
}

/** Whether an alarm rings at a minute. */
function rings(alarm: Alarm, metrics: Metrics, now: number): boolean {
  const parts = alarm.Metrics?.flatMap(({ MetricStat }) => MetricStat ?? []) ?? [];
  const period = (alarm.Period ?? parts[0]?.Period ?? 300) / 60;
  if (now % period !== 0) return false;
  for (let nth = 0; nth < alarm.EvaluationPeriods; nth += 1) {
    const to = now - nth * period;
    if (to - period < 0) return false;
    const value = alarm.MetricName
      ? metrics.over(keyOf(alarm as Metric), to, period)
      : // The one expression there is: both filled with nothing, and added.
        parts.reduce((sum, { Metric }) => sum + (metrics.over(keyOf(Metric), to, period) ?? 0), 0);
    if (value === undefined) {
      if (alarm.TreatMissingData !== "breaching") return false;
      continue;
    }
    const isBelow = alarm.ComparisonOperator === "LessThanThreshold";
    if (isBelow ? value >= alarm.Threshold : value < alarm.Threshold) return false;
  }
  return true;
}

/** What stands still. */
type Dead = { readonly function: string } | { readonly mapping: "stream" | "queue" };
const named = (dead: Dead): string =>
  "function" in dead ? dead.function : `the mapping of the ${dead.mapping}`;

/** A message on its way. */
interface Way {
  readonly id: string;
  readonly at: number;
}

class Simulated {
  readonly metrics = new Metrics();
  readonly noticed = new Map<string, number>();
  readonly reached = new Set<string>();
  readonly sent = new Set<string>();
  #stream: Way[] = [];
  #queue: Way[] = [];
  #known = new Set<string>();
  readonly #dead: Dead;
  readonly #until: number;

  constructor(dead: Dead, minutes: number) {
    this.#dead = dead;
    this.#until = minutes;
  }

  #isDead(name: string, now: number): boolean {
    if (now >= this.#until) return false;
    return "function" in this.#dead ? this.#dead.function === name : this.#dead.mapping === name;
  }

  /** Throttled where it stands still: its share of concurrency is taken away. */
  #starts(name: string, now: number): boolean {
    const isUp = !this.#isDead(name, now);
    this.metrics.add(`${isUp ? "Invocations" : "Throttles"} nightshift-${name}`, now, 1);
    return isUp;
  }

  #say(id: string, now: number): void {
    this.#stream.push({ id, at: now });
    this.sent.add(id);
  }

  async run(minutes: number): Promise<void> {
    for (let now = 0; now < minutes; now += 1) await this.#pass(now);
  }

  async #pass(now: number): Promise<void> {
    // An event every ten minutes; people use what is theirs every half an hour.
    if (now % 10 === 0 && this.#starts("signals", now)) this.#say(`event ${now}`, now);
    if (now % 30 === 0)
      for (const name of ["decide", "undo", "slack", "slack-work"]) this.#starts(name, now);
    this.#feedTell(now);
    this.#feedDeliver(now);
    if (now % 15 === 0 && this.#starts("watchdog", now)) await this.#watch(now);
    for (const alarm of alarms)
      if (rings(alarm, this.metrics, now)) this.#notice(`the alarm ${alarm.AlarmName}`, now);
  }

  #notice(by: string, now: number): void {
    if (!this.noticed.has(by)) this.noticed.set(by, now);
  }

  #feedTell(now: number): void {
    // The stream keeps a day.
    this.#stream = this.#stream.filter(({ at }) => now - at < 24 * 60);
    if (!this.#stream.length || this.#isDead("stream", now)) return;
    if (!this.#starts("tell", now)) return;
    const oldest = Math.min(...this.#stream.map(({ at }) => at));
    this.metrics.add("IteratorAge nightshift-tell", now, (now - oldest) * minute);
    this.#tell(this.#stream.splice(0), now);
  }

  #tell(some: readonly Way[], now: number): void {
    const isUp = this.#starts("incidents", now);
    if (!isUp) for (const name of ["untaken", "failed"]) this.metrics.add(`${name} tell`, now, 1);
    for (const { id } of some) {
      if (this.#known.has(id)) continue;
      this.#known.add(id);
      this.#queue.push({ id, at: now });
    }
  }

  #feedDeliver(now: number): void {
    const oldest = Math.min(...this.#queue.map(({ at }) => at));
    if (!this.#queue.length) return;
    this.metrics.add(`ApproximateAgeOfOldestMessage ${queue}`, now, (now - oldest) * 60);
    if (this.#isDead("queue", now) || !this.#starts("deliver", now)) return;
    for (const { id } of this.#queue.splice(0)) {
      this.reached.add(id);
      if (id.startsWith("finding ")) this.#notice(`the watchdog: ${id.slice(8)}`, now);
    }
  }

  async #watch(now: number): Promise<void> {
    const untold = [...this.sent]
      .filter((id) => !this.#known.has(id))
      .map((id) => ({ id, at: now }));
    const old = this.#stream.filter(({ at }) => now - at >= 10);
    if (old.length || untold.length > this.#stream.length) {
      this.metrics.add("untold watchdog", now, untold.length);
      if (this.#starts("tell", now)) this.#tell(untold, now);
    }
    const look = this.#look(now);
    const found = [
      ...(await throttled(look, "home", functions, new Date(begun + now * minute))),
      ...(await mappings(look, "home", fed)),
    ];
    const unfed = found.filter(({ key }) => key.startsWith("mapping ")).length;
    if (unfed) this.metrics.add("unfed watchdog", now, unfed);
    for (const { title } of found) {
      const id = `finding ${title.replace(/ \d+ times.*| from .*/, "")}`;
      if (!this.sent.has(id)) this.#say(id, now);
    }
  }

  /** What AWS says of the simulated parts. */
  #look(now: number): Look {
    const { metrics } = this;
    const stateOf = (name: string) => (this.#isDead(name, now) ? "Disabled" : "Enabled");
    return (() =>
      async function* ({ operation, input }: { operation: string; input: never }) {
        const { FunctionName, MetricDataQueries = [] } = input as {
          FunctionName?: string;
          MetricDataQueries?: readonly { Id: string; MetricStat: { Metric: Metric } }[];
        };
        if (operation === "lambda:ListEventSourceMappings") {
          const isTell = FunctionName === "nightshift-tell";
          yield isTell
            ? { EventSourceArn: ":table/nightshift/stream/1", State: stateOf("stream") }
            : { EventSourceArn: `:${queue}`, State: stateOf("queue") };
          return;
        }
        for (const { Id, MetricStat } of MetricDataQueries)
          yield { Id, Values: [metrics.over(keyOf(MetricStat.Metric), now + 1, 20) ?? 0] };
      }) as never;
  }
}

const functions = [
  "signals",
  "tell",
  "decide",
  "undo",
  "watchdog",
  "incidents",
  "deliver",
  "slack",
  "slack-work",
].map((name) => `nightshift-${name}`);
const fed: readonly Fed[] = [
  { name: "nightshift-tell", sources: { "the ledger's stream": ":table/nightshift/stream/" } },
  { name: "nightshift-deliver", sources: { "the queue": `:${queue}` } },
];

const hour = 60;
const day = 24 * hour;
const forGood = 6 * day;
const dead: readonly Dead[] = [
  ...functions.map((name) => ({ function: name.replace("nightshift-", "") })),
  { mapping: "stream" },
  { mapping: "queue" },
];

/** @returns who noticed first, and after how many minutes */
async function whoNotices(what: Dead, minutes: number) {
  const world = new Simulated(what, minutes);
  await world.run(minutes === forGood ? 2 * day : minutes + 2 * hour);
  const [first] = [...world.noticed].toSorted((a, b) => a[1] - b[1]);
  const lost = [...world.sent].filter((id) => !world.reached.has(id));
  return { by: first?.[0], after: first?.[1] ?? Number.POSITIVE_INFINITY, lost, world };
}

test("while all of them work, nobody notices anything and all is told", async () => {
  const { by, lost } = await whoNotices({ function: "none" }, day);
  expect([by, lost]).toEqual([undefined, []]);
});

describe.each(dead)("%o stands still", (what) => {
  test("for an hour: nothing is lost, and somebody notices, but for the watchdog's own hour", async () => {
    const { by, lost } = await whoNotices(what, hour);
    expect(lost).toEqual([]);
    // Whatever it would have looked after is looked after an hour later.
    if (named(what) !== "watchdog") expect(by).toBeDefined();
  });
  test("for a day: nothing is lost, and it is noticed within an hour and a quarter", async () => {
    const { after, lost } = await whoNotices(what, day);
    expect(lost).toEqual([]);
    expect(after).toBeLessThanOrEqual(75);
  });
  test("for good: it is noticed, past what stands still", async () => {
    const { by, after } = await whoNotices(what, forGood);
    expect(after).toBeLessThanOrEqual(75);
    const isOnTheWay = [
      "tell",
      "deliver",
      "watchdog",
      "the mapping of the stream",
      "the mapping of the queue",
    ];
    if (isOnTheWay.includes(named(what))) expect(by).toMatch(/^the alarm /);
  });
});

test("who notices what, and when", async () => {
  const rows: string[] = [];
  for (const what of dead) {
    const { by, after } = await whoNotices(what, forGood);
    rows.push(`${named(what)}: ${by}, after ${after} minutes`);
  }
  expect(rows).toMatchInlineSnapshot(`
    [
      "signals: the watchdog: nightshift-signals was throttled, after 1 minutes",
      "tell: the alarm nightshift-untold, after 45 minutes",
      "decide: the watchdog: nightshift-decide was throttled, after 1 minutes",
      "undo: the watchdog: nightshift-undo was throttled, after 1 minutes",
      "watchdog: the alarm nightshift-watchdog-silent, after 60 minutes",
      "incidents: the watchdog: nightshift-incidents was throttled, after 1 minutes",
      "deliver: the alarm nightshift-channel-team-late, after 20 minutes",
      "slack: the watchdog: nightshift-slack was throttled, after 1 minutes",
      "slack-work: the watchdog: nightshift-slack-work was throttled, after 1 minutes",
      "the mapping of the stream: the alarm nightshift-unfed, after 15 minutes",
      "the mapping of the queue: the alarm nightshift-unfed, after 15 minutes",
    ]
  `);
});
