/** What `nightshift new` writes: a unit that passes everything as it is, to be changed from there. */

export interface NewUnit {
  readonly kind: "automation" | "report" | "signal";
  readonly family: string;
  readonly id: string;
  /** How a file of Nightshift is imported: `sdk/unit.ts` as a path, or the package's name. */
  readonly at: (path: string) => string;
}

const index = "./index.ts";

/** Text by name of the file, within the unit's folder. */
export type UnitFiles = Readonly<Record<string, string>>;

const runbook = (id: string, over: string): string => `# ${id}

**Look:** at what the message names, and at who changed it last (CloudTrail).

**Do:** write here what helped, who knows the system, and what to leave alone.

**Over:** ${over}
`;

const automationIndex = ({ id, family, at }: NewUnit): string => `/**
 * Gives a retention to the log groups below /${id}/ that keep for ever. Say here why it is worth
 * doing, and what somebody does who wants it otherwise: the docs show this text.
 */
import * as z from "zod/mini";
import {
  deleteRetentionPolicy,
  describeLogGroups,
  listTagsForResource,
  putRetentionPolicy,
} from "${at("aws/logs/log-group.ts")}";
import { automation } from "${at("sdk/automation.ts")}";
import { sweep } from "${at("sdk/unit.ts")}";

export default automation({
  id: "${id}",
  family: "${family}",
  summary: "Sets a retention on the log groups below /${id}/",
  on: [sweep("cron(0 4 * * ? *)")],
  config: z.strictObject({
    days: z._default(z.literal([7, 30, 90]), 30).check(z.describe("Days to keep.")),
  }),
  reads: [describeLogGroups, listTagsForResource],
  writes: [putRetentionPolicy],
  lost: ["Log events older than the retention are deleted, and do not come back."],

  // One thing for each target, in whatever state it is; \`only\` names those to look at.
  async *find({ read, only }) {
    for await (const group of read(describeLogGroups({ logGroupNamePrefix: "/${id}/" })))
      if (!only || only.includes(group.logGroupName ?? "")) yield group;
  },
  target: ({ logGroupName }) => ({ id: logGroupName, tags: undefined }),
  tags: async ({ logGroupArn }, { read }) =>
    (await read(listTagsForResource({ resourceArn: logGroupArn })))?.tags ?? {},
  state: ({ retentionInDays }) => ({ retentionInDays }),
  // How undo puts a state back, and by what: with a role of its own.
  restore: {
    by: [deleteRetentionPolicy],
    calls: (_, { target }) => deleteRetentionPolicy({ logGroupName: target }),
  },

  // Pure: what would put one thing right, or nothing.
  propose({ logGroupName, retentionInDays }, { config: { days } }) {
    if (retentionInDays !== undefined) return;
    return {
      because: "it keeps its events for ever",
      call: putRetentionPolicy({ logGroupName, retentionInDays: days }),
    };
  },
});
`;

const automationFixture = ({ id, at }: NewUnit): string => `import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { AutomationFixture } from "${at("testing/fixture.ts")}";

export const fixture: AutomationFixture = {
  async seed(aws) {
    const logs = aws.client(CloudWatchLogsClient);
    const group = (logGroupName: string, tags: Record<string, string> = { team: "web" }) =>
      logs.send(new CreateLogGroupCommand({ logGroupName, tags }));
    await group("/${id}/for-ever");
    await group("/${id}/exempt", { "nightshift:exempt": "reason=mine" });
    await group("/${id}/a-week");
    await logs.send(
      new PutRetentionPolicyCommand({ logGroupName: "/${id}/a-week", retentionInDays: 7 }),
    );
    await group("/elsewhere");
  },
  async look(aws) {
    const { logGroups = [] } = await aws
      .client(CloudWatchLogsClient)
      .send(new DescribeLogGroupsCommand({}));
    return Object.fromEntries(
      logGroups.map(({ logGroupName = "", retentionInDays }) => [logGroupName, retentionInDays]),
    );
  },
  wrong: ["/${id}/for-ever"],
  held: { "/${id}/exempt": "exemption" },
  unused: [
    {
      role: "undo",
      action: "logs:ListTagsForResource",
      why: "An undo looks with the automation's own reads, and needs no tags: only guards ask for them.",
    },
  ],
};
`;

const automationTest = ({ id }: NewUnit): string => `import { expect, test } from "vitest";
import unit from "${index}";

const context = {
  account: "123456789012",
  region: "eu-central-1",
  now: new Date("2026-11-21T04:00:00Z"),
  config: { days: 30 as const },
  since: undefined,
};

test("a group that keeps for ever is given a retention, one that has one is left alone", () => {
  const logGroupName = "/${id}/a";
  expect(unit.propose({ logGroupName }, context)?.call.input).toEqual({
    logGroupName,
    retentionInDays: 30,
  });
  expect(unit.propose({ logGroupName, retentionInDays: 7 }, context)).toBeUndefined();
});
`;

const created = (id: string): string =>
  `${JSON.stringify(
    {
      version: "0",
      id: "7bf73129-1428-4cd3-a780-95db273d1602",
      "detail-type": "AWS API Call via CloudTrail",
      source: "aws.logs",
      account: "123456789012",
      time: "2026-11-20T22:03:12Z",
      region: "eu-central-1",
      resources: [],
      detail: {
        eventSource: "logs.amazonaws.com",
        eventName: "CreateLogGroup",
        requestParameters: { logGroupName: `/${id}/for-ever` },
      },
    },
    null,
    2,
  )}\n`;

const reportIndex = ({ id, family, at }: NewUnit): string => `/**
 * Tells how many log groups there are, and how many of them keep for ever. Say here why somebody
 * wants to read it: the docs show this text.
 */
import * as z from "zod/mini";
import { describeLogGroups } from "${at("aws/logs/log-group.ts")}";
import { report } from "${at("sdk/report.ts")}";
import { sweep } from "${at("sdk/unit.ts")}";

export default report({
  id: "${id}",
  family: "${family}",
  summary: "Tells how many log groups keep for ever",
  on: [sweep("cron(0 7 ? * MON *)")],
  config: z.strictObject({}),
  reads: [describeLogGroups],

  find: ({ read }) => Promise.resolve(Array.fromAsync(read(describeLogGroups({})))),

  tell(groups) {
    const endless = groups.filter(({ retentionInDays }) => retentionInDays === undefined);
    return {
      title: \`Of \${groups.length} log groups \${endless.length} keep for ever\`,
      severity: "info",
      facts: { groups: String(groups.length), "for ever": String(endless.length) },
    };
  },
});
`;

const reportFixture = ({ at }: NewUnit): string => `import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { ReportFixture } from "${at("testing/fixture.ts")}";

export const fixture: ReportFixture = {
  async seed(aws) {
    const logs = aws.client(CloudWatchLogsClient);
    for (const logGroupName of ["/a", "/b"])
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: "/b", retentionInDays: 7 }));
  },
  told: { title: "Of 2 log groups 1 keep for ever", severity: "info" },
};
`;

const reportTest = (): string => `import { expect, test } from "vitest";
import unit from "${index}";

const context = {
  account: "123456789012",
  region: "eu-central-1",
  now: new Date("2026-11-21T07:00:00Z"),
  config: {},
};

test("says how many there are, and how many keep for ever", () => {
  expect(unit.tell([{}, { retentionInDays: 7 }], context)?.title).toBe(
    "Of 2 log groups 1 keep for ever",
  );
});
`;

const signalIndex = ({ id, family, at }: NewUnit): string => `/**
 * Tells of orders that failed, as your own application says. Say here what sends the event, and why
 * somebody is to hear of it: the docs show this text.
 */
import * as z from "zod/mini";
import { signal } from "${at("sdk/signal.ts")}";

export default signal({
  id: "${id}",
  family: "${family}",
  summary: "Tells of orders that failed, as our own shop says",
  on: [{ source: "${id}.shop", detailType: "Order Failed" }],
  config: z.strictObject({}),
  detail: z.object({ order: z.string(), reason: z.optional(z.string()) }),

  tell: ({ order, reason = "no reason given" }) => ({
    title: \`The order \${order} failed: \${reason}\`,
    severity: "warning",
    key: \`${id}/\${order}\`,
  }),
});
`;

const signalTest = ({ id }: NewUnit): string => `import { expect, test } from "vitest";
import event from "./events/order-failed.json" with { type: "json" };
import unit from "${index}";

const now = new Date("2026-11-21T07:00:00Z");
const context = {
  account: "123456789012",
  region: "eu-central-1",
  source: "${id}.shop",
  detailType: "Order Failed",
  resources: [],
  at: now,
  now,
  config: {},
};

test("says which order failed, and why", () => {
  expect(unit.tell(unit.detail.parse(event.detail), context)?.title).toBe(
    "The order 4711 failed: the card was refused",
  );
});
`;

const failedOrder = (id: string): string =>
  `${JSON.stringify(
    {
      version: "0",
      id: "1b1e6c7a-7c2e-4f52-9a6a-2f1f3c1a1d11",
      "detail-type": "Order Failed",
      source: `${id}.shop`,
      account: "123456789012",
      time: "2026-11-20T22:03:12Z",
      region: "eu-central-1",
      resources: [],
      detail: { order: "4711", reason: "the card was refused" },
    },
    null,
    2,
  )}\n`;

const writers: { readonly [Kind in NewUnit["kind"]]: (unit: NewUnit) => UnitFiles } = {
  automation: (unit) => ({
    "index.ts": automationIndex(unit),
    "fixture.ts": automationFixture(unit),
    "index.test.ts": automationTest(unit),
    "runbook.md": runbook(unit.id, "when the next look finds nothing to put right."),
    "events/log-group-created.json": created(unit.id),
  }),
  report: (unit) => ({
    "index.ts": reportIndex(unit),
    "fixture.ts": reportFixture(unit),
    "index.test.ts": reportTest(),
    "runbook.md": runbook(unit.id, "it opens no incident."),
  }),
  signal: (unit) => ({
    "index.ts": signalIndex(unit),
    "index.test.ts": signalTest(unit),
    "runbook.md": runbook(unit.id, "never by itself."),
    "events/order-failed.json": failedOrder(unit.id),
  }),
};

/** The files of a new unit. */
export const unitFiles = (unit: NewUnit): UnitFiles => writers[unit.kind](unit);
