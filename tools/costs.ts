/** Writes docs/costs.md from the templates that are deployed: `node tools/costs.ts`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describeShared } from "../cli/bundle/shared.ts";
import { configure } from "../cli/bundle/units.ts";
import { registry } from "../functions/registry.ts";
import { resourcesOf, type TemplateResource } from "../lib/templates.ts";
import { dueAfter } from "../sdk/schedule.ts";
import { days, minutes } from "../sdk/time.ts";
import type { Manifest } from "../settings/manifest.ts";
import { flowFunction } from "../settings/names.ts";

const page = resolve(import.meta.dirname, "..", "docs/costs.md");

/** A kind of resource, what of it is billed, and where AWS says for how much. */
interface Billed {
  readonly type: string;
  readonly what: string;
  readonly by: string;
  readonly prices: string;
}

const eventBridge = "https://aws.amazon.com/eventbridge/pricing/";
const cloudWatch = "https://aws.amazon.com/cloudwatch/pricing/";
const billed: readonly Billed[] = [
  {
    type: "AWS::Lambda::Function",
    what: "functions",
    by: "requests; memory × duration (GB-seconds); of flows, durable operations and the data that they keep",
    prices: "https://aws.amazon.com/lambda/pricing/",
  },
  {
    type: "AWS::Scheduler::Schedule",
    what: "schedules",
    by: "invocations",
    prices: eventBridge,
  },
  {
    type: "AWS::Events::Rule",
    what: "rules",
    by: "events that are sent on to another bus or region",
    prices: eventBridge,
  },
  {
    type: "AWS::Events::EventBus",
    what: "buses of our own",
    by: "events that are put on them",
    prices: eventBridge,
  },
  {
    type: "AWS::DynamoDB::GlobalTable",
    what: "the ledger",
    by: "read and write request units (on demand); storage; point-in-time recovery, by size",
    prices: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
  },
  {
    type: "AWS::KMS::Key",
    what: "keys",
    by: "each key a month; requests",
    prices: "https://aws.amazon.com/kms/pricing/",
  },
  {
    type: "AWS::CloudWatch::Alarm",
    what: "alarms",
    by: "each metric that an alarm watches, a month",
    prices: cloudWatch,
  },
  {
    type: "AWS::Logs::LogGroup",
    what: "log groups",
    by: "data taken in; data kept (`deployment.logRetention`)",
    prices: cloudWatch,
  },
  {
    type: "AWS::SQS::Queue",
    what: "queues",
    by: "requests, those of Lambda's polling too",
    prices: "https://aws.amazon.com/sqs/pricing/",
  },
  {
    type: "AWS::SNS::Topic",
    what: "topics",
    by: "messages published; deliveries, by kind",
    prices: "https://aws.amazon.com/sns/pricing/",
  },
  {
    type: "AWS::SSM::Parameter",
    what: "parameters",
    by: "requests, where the account has higher throughput on",
    prices: "https://aws.amazon.com/systems-manager/pricing/",
  },
];
/** Of these AWS bills nothing by itself. */
const unbilled: ReadonlySet<string> = new Set([
  "AWS::IAM::Role",
  "AWS::IAM::Policy",
  "AWS::Lambda::Permission",
  "AWS::Lambda::Alias",
  "AWS::Lambda::Version",
  "AWS::Lambda::Url",
  "AWS::Lambda::EventInvokeConfig",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Scheduler::ScheduleGroup",
  "AWS::Events::EventBusPolicy",
  "AWS::KMS::Alias",
  "AWS::SQS::QueuePolicy",
  "AWS::SNS::TopicPolicy",
  "AWS::SNS::Subscription",
]);

const home = "eu-central-1";
const onCall = {
  people: { ann: { email: "ann@example.com" } },
  onCall: {
    rotations: {
      primary: {
        people: ["ann"],
        from: "2026-11-02",
        handover: { every: "week", on: "monday", at: "09:00" },
      },
    },
    escalations: [{ steps: [{ after: minutes(15), call: ["primary"] }] }],
  },
  channels: { pager: { kind: "pagerduty", routingKey: "ssm:/nightshift/pagerduty" } },
  routes: [{ channel: "sns" }, { channel: "pager", atLeast: "critical" }],
};

/** Every unit that is shipped, with a bundle that is empty: only what is around it counts. */
async function manifestWith(settings: object): Promise<Manifest> {
  const configured = await configure(registry, settings, { name: "the defaults" });
  const unbundled = { bundle: "functions/any", hash: "" };
  return {
    version: 1,
    settingsFile: "",
    settings: configured.settings,
    units: configured.units.map(({ file: _, shown: __, ...unit }) => ({ ...unit, ...unbundled })),
    shared: await describeShared(configured.settings, () => ""),
  };
}

const month = { from: new Date("2026-11-01T00:00:00Z"), length: days(30) };

/** Most units share a few schedules, and each due time is a search through calendar and clocks. */
const counted = new Map<string, number>();

/** How often a schedule starts something in the month. */
function starts(schedule: string, timeZone: string): number {
  const key = `${schedule} ${timeZone}`;
  const known = counted.get(key) ?? startsInMonth(schedule, timeZone);
  counted.set(key, known);
  return known;
}

function startsInMonth(schedule: string, timeZone: string): number {
  const end = month.from.getTime() + month.length.seconds * 1000;
  let number = 0;
  let at = dueAfter(schedule, timeZone, new Date(month.from.getTime() - 1000));
  while (at && at.getTime() < end) {
    number += 1;
    at = dueAfter(schedule, timeZone, at);
  }
  return number;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

interface BilledParts {
  readonly resources: ReadonlyMap<string, number>;
  /** Invocations that schedules make in the month. */
  readonly starts: number;
  /** Functions by their memory in MB. */
  readonly memory: ReadonlyMap<number, number>;
}

/** @throws where a kind of resource is in neither list: somebody must say whether it is billed */
export function billedIn(resources: readonly TemplateResource[]): BilledParts {
  const known = new Set([...billed.map(({ type }) => type), ...unbilled]);
  const unknown = [...new Set(resources.map(({ Type }) => Type))].filter(
    (type) => !known.has(type),
  );
  if (unknown.length)
    throw new Error(`say in tools/costs.ts what is billed of ${unknown.join(", ")}`);
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  const memories = ofType("AWS::Lambda::Function").map(({ Properties = {} }) =>
    Number(Properties.MemorySize),
  );
  return {
    resources: new Map(billed.map(({ type }) => [type, ofType(type).length])),
    starts: ofType("AWS::Scheduler::Schedule").reduce(
      (sum, { Properties = {} }) =>
        sum +
        starts(
          text(Properties.ScheduleExpression),
          text(Properties.ScheduleExpressionTimezone) || "UTC",
        ),
      0,
    ),
    memory: new Map(
      [...Map.groupBy(memories, (size) => size)].map(([size, all]) => [size, all.length]),
    ),
  };
}

async function countedWith(
  settings: object,
): Promise<BilledParts & { readonly manifest: Manifest }> {
  const dist = mkdtempSync(join(tmpdir(), "nightshift-costs-"));
  try {
    const manifest = await manifestWith(settings);
    const carriers = manifest.units.flatMap(({ id, flows }) => (flows ? [flowFunction(id)] : []));
    for (const name of ["any", ...carriers, ...Object.keys(manifest.shared)]) {
      mkdirSync(join(dist, "functions", name), { recursive: true });
      writeFileSync(join(dist, "functions", name, "index.mjs"), "");
    }
    return { manifest, ...billedIn(resourcesOf(manifest, dist)) };
  } finally {
    rmSync(dist, { recursive: true, force: true });
  }
}

const costExplorer =
  "each request | https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/";

/** Reads that AWS bills by the request, whoever makes them. */
const billedReads: Readonly<Record<string, string>> = {
  "ce:GetCostAndUsage": costExplorer,
  "ce:GetCostForecast": costExplorer,
  "ce:GetReservationCoverage": costExplorer,
  "ce:GetReservationUtilization": costExplorer,
  "ce:GetSavingsPlansCoverage": costExplorer,
  "ce:GetSavingsPlansUtilizationDetails": costExplorer,
  "cloudwatch:GetMetricData": `each metric asked for | ${cloudWatch}`,
};

function readRows({ units, shared }: Manifest): string[] {
  const readers = [
    ...units.filter(({ enabled }) => enabled).map(({ id, reads }) => ({ id, reads })),
    ...Object.entries(shared).map(([id, part]) => ({
      id,
      reads: [...(part?.reads?.home ?? []), ...(part?.reads?.everywhere ?? [])],
    })),
  ];
  return Object.entries(billedReads).flatMap(([operation, by]) => {
    const who = readers.filter(({ reads }) => reads.some((read) => read.operation === operation));
    if (!who.length) return [];
    return [`| \`${operation}\` | ${who.map(({ id }) => `\`${id}\``).join(", ")} | ${by} |`];
  });
}

const more = (number: number): string => (number === 0 ? "–" : `+${number}`);

/** The page as it should be. */
export async function costsPage(): Promise<string> {
  const shipped = await countedWith({ home });
  const further = await countedWith({ home, regions: [home, "us-east-1"] });
  const calling = await countedWith({ home, ...onCall });
  const added = (other: BilledParts, type: string): string =>
    more((other.resources.get(type) ?? 0) - (shipped.resources.get(type) ?? 0));
  const rows = billed.map(
    ({ type, what, by, prices }) =>
      `| ${what} | ${shipped.resources.get(type)} | ${added(further, type)} | ${added(calling, type)} | ${by} | ${prices} |`,
  );
  const memory = [...shipped.memory].map(([size, number]) => `${number} with ${size} MB`);
  return `<!-- Generated by \`npm run docs\` from the templates (tools/costs.ts). -->

# What Nightshift itself costs

No server runs: most of it is billed by use. Counted here is what the templates hold; what one
of each costs, AWS says on the page beside it, for your region and your agreement. No price is written down here: look
them up.

## What is deployed
Every unit that is shipped, in one region, told by the topic alone. Beside it what one further region adds, and what
on-call with one channel (PagerDuty) adds. \`npx nightshift list\` shows your own units, \`cdk synth\` your own templates.

| what | there | a further region | on-call | billed by | prices |
|---|---|---|---|---|---|
${rows.join("\n")}

The functions: ${memory.join(", ")}. A unit of your own adds a function, a log group, and a schedule for each sweep and region.
With \`deployment.kmsKey\` the key is yours, and none of ours is made.

Beside these, metrics of our own in the namespace \`Nightshift\`, which no template holds: each function publishes those of
\`found\`, \`applied\`, \`held\`, \`failed\`, \`calls\`, \`told\` and \`foreign\` that it has something to say of. Each name and function
is a metric, billed a month in which it was published (${cloudWatch}).

## What starts by itself
In a month of 30 days schedules start functions **${shipped.starts} times**; a further region adds ${further.starts - shipped.starts},
on-call ${calling.starts - shipped.starts}. All else is started by events: as often as something happens.

## Calls that AWS bills
| call | made by | billed by | prices |
|---|---|---|---|
${readRows(calling.manifest).join("\n")}

## The sum
\`\`\`
a month =   keys × price of a key
          + alarms × price of an alarm's metric
          + metrics of our own × price of a metric
          + (starts by schedules + starts by events) × (price of a request + seconds × GB × price of a GB-second)
          + starts by schedules × price of an invocation by the scheduler
          + ledger: requests, GB kept, and GB again for point-in-time recovery
          + logs: GB taken in, GB kept
          + events sent on from other regions, messages published, requests to queues and keys
          + calls that AWS bills
\`\`\`
Keys and alarms are there whatever happens, the rest is use. Seconds, requests and gigabytes are the account's own: after a week, Cost
Explorer shows them by the tag \`nightshift:deployment\`, once that is activated as a cost allocation tag.

Not in it: the trail that CloudTrail keeps (\`npx nightshift doctor\` asks for one), secrets that channels name
(https://aws.amazon.com/secrets-manager/pricing/), mail through SES (https://aws.amazon.com/ses/pricing/), what others bill you
for their channels, and what units change in the account: they say what a change saves, not what it costs.

## By which prices savings are reckoned
\`npx nightshift prices refresh\` reads AWS's price list: the index of its offers, of each offer that is needed its index by
region, and the offer of every region that the settings name. No credentials are needed; \`HTTPS_PROXY\` and \`NO_PROXY\` are
heeded, and \`--address\` names a mirror. An offer is looked at as it comes and never held: that of EC2 has hundreds of megabytes.
What is kept are the few prices that units go by, in \`prices.json\` beside the settings: a price a line with its unit and SKU,
and for each offer and region its address, the day on which AWS published it, and when it was read. Commit it; the next
deployment bundles those of its regions. \`npx nightshift prices\` lists what is known, from where and since when, and what is not.

- What cannot be read leaves what was known of it, and is said; so does a price in another unit or currency than before, by its
  name and SKU. The exit code is then 1, and all else is written.
- Kept are list prices: on demand, for Linux, on shared machines, in the region itself. Of a price in steps it is the first that
  is not nothing. Discounts, savings plans, reservations and free tiers are not in it. What is asked in another currency than US
  dollars, as in China, is listed, and no saving is reckoned with it.
- A saving that is reckoned by such a price says so where it says why: \`what it saves is by AWS's price list of eu-west-1 of
  2026-11-20\`. Each sum says of how many changes no price is known, and never takes them for nothing.
- Nightshift ships no row and knows no figure of its own. What no list was read for is said to be so: \`price unknown (see
  npx nightshift prices)\`. What is done only where it saves is then not done by \`gp3-volumes\`, which says so once, and waits
  for a person in any mode by \`unattached-volumes\`. A drill whose cost is not known is held, or a person is asked
  for it: its \`unpriced\` says which.
- \`npm start\` goes by \`testing/prices.json\`: sample prices, not AWS's, and what it prints says so.
`;
}

export const writeCosts = async (): Promise<void> => writeFileSync(page, await costsPage());

if (import.meta.main) await writeCosts();
