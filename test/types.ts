/**
 * What the compiler promises an author, and what it refuses. `tsc` is the test: a promise that no
 * longer holds is an unused `@ts-expect-error`. Nothing here runs.
 */

import {
  CloudWatchLogsClient,
  DeleteRetentionPolicyCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  EC2Client,
  paginateDescribeSnapshots,
} from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { getCostAndUsage } from "../aws/ce/cost.ts";
import {
  describeInstanceAttribute,
  describeInstances,
  startInstances,
  stopInstances,
} from "../aws/ec2/instance.ts";
import {
  authorizeSecurityGroupIngress,
  revokeSecurityGroupIngress,
} from "../aws/ec2/security-group.ts";
import type { registry } from "../functions/registry.ts";
import { automation } from "../sdk/automation.ts";
import { paged, read, write } from "../sdk/call.ts";
import { flow } from "../sdk/flow.ts";
import type { LogFields } from "../sdk/log.ts";
import { units } from "../sdk/registry.ts";
import { report } from "../sdk/report.ts";
import { signal } from "../sdk/signal.ts";
import { days, hours, minutes } from "../sdk/time.ts";
import { apiCall, event, sweep } from "../sdk/unit.ts";
import type { Settings } from "../settings/settings.ts";

const base = {
  id: "x",
  family: "test",
  summary: "",
  on: [],
  config: z.strictObject({}),
  find: async () => [1],
  target: () => ({ id: "", tags: [] }),
  state: () => undefined,
} as const;
const stop = stopInstances({ InstanceIds: [] });
const revoke = revokeSecurityGroupIngress({ GroupId: "", SecurityGroupRuleIds: [] });
const authorize = authorizeSecurityGroupIngress({ GroupId: "" });

// ── Calls
// ────────────────────────────────────────────────────────────────────────────────────────────────────────
// Two operations that one IAM action allows.
const setRetention = write(
  "logs:PutRetentionPolicy",
  CloudWatchLogsClient,
  PutRetentionPolicyCommand,
  { action: "logs:Retain", on: "log-group:*" },
);
const dropRetention = write(
  "logs:DeleteRetentionPolicy",
  CloudWatchLogsClient,
  DeleteRetentionPolicyCommand,
  { action: "logs:Retain", on: "log-group:*" },
);
const describeSnapshots = paged("ec2:DescribeSnapshots", EC2Client, paginateDescribeSnapshots, {
  items: (page) => page.Snapshots,
  pageSize: 1000,
});
const createVolume = write("ec2:CreateVolume", EC2Client, CreateVolumeCommand, {
  on: "volume/*",
  token: { field: "ClientToken" },
});
const deleteVolume = write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {
  on: "volume/*",
  irreversible: "what it held is gone",
});
const createSnapshot = write("ec2:CreateSnapshot", EC2Client, CreateSnapshotCommand, {
  on: ["volume/*", "snapshot/*"],
  token: {
    find: describeSnapshots,
    tag: (input, token) => ({
      ...input,
      TagSpecifications: [
        { ResourceType: "snapshot" as const, Tags: [{ Key: "token", Value: token }] },
      ],
    }),
    asking: (token) => ({ Filters: [{ Name: "tag:token", Values: [token] }] }),
    answer: ([snapshot]) => snapshot,
  },
  made: ({ SnapshotId }) => SnapshotId,
  irreversible: "only for these types",
});

// @ts-expect-error an operation is named with its service
read("DescribeVolumes", EC2Client, DeleteVolumeCommand);
// @ts-expect-error a change says what it changes
write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {});
write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {
  on: "volume/*",
  irreversible: "gone",
  // @ts-expect-error one way back, not two
  inverse: [createVolume, () => ({ AvailabilityZone: "" })],
});
write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {
  on: "volume/*",
  // @ts-expect-error the inverse takes the input of the call that goes back
  inverse: [startInstances, ({ VolumeId }) => ({ VolumeId })],
});
write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {
  on: "volume/*",
  // @ts-expect-error only a list of ids can be joined
  batch: { by: "VolumeId", max: 50 },
});
write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {
  on: "volume/*",
  // @ts-expect-error a token is a field of the input
  token: { field: "ClientToken" },
});
// @ts-expect-error the input is the SDK's
stopInstances({ Instances: [] });

// ── Automations
// ──────────────────────────────────────────────────────────────────────────────────────────────────
automation({
  ...base,
  reads: [],
  writes: [stopInstances],
  propose: () => ({ because: "", call: stop }),
});
automation({
  ...base,
  reads: [],
  writes: [revokeSecurityGroupIngress],
  undoes: [authorizeSecurityGroupIngress],
  propose: () => ({ because: "", call: revoke, undo: authorize }),
});
automation({
  ...base,
  reads: [],
  writes: [deleteVolume],
  propose: () => ({ because: "", call: deleteVolume({ VolumeId: "" }) }),
});
automation({
  ...base,
  reads: [],
  writes: [stopInstances],
  counts: (found) => found > 0,
  propose: (found, { since, now }) =>
    since && now > since
      ? { because: `${found}`, call: stop, savesPerMonth: 1, once: "2026-11-21" }
      : undefined,
});

const swapped = () => ({
  because: "",
  call: dropRetention({ logGroupName: "" }),
  undo: setRetention({ logGroupName: "", retentionInDays: 1 }),
});
automation({
  ...base,
  reads: [],
  writes: [setRetention],
  undoes: [setRetention],
  // @ts-expect-error same IAM action, other operation
  propose: swapped,
});
automation({
  ...base,
  reads: [],
  writes: [stopInstances],
  // @ts-expect-error not declared
  propose: () => ({ because: "", call: deleteVolume({ VolumeId: "" }) }),
});
const withoutUndo = () => ({ because: "", call: revoke });
automation({
  ...base,
  reads: [],
  writes: [revokeSecurityGroupIngress],
  undoes: [authorizeSecurityGroupIngress],
  // @ts-expect-error no way back given
  propose: withoutUndo,
});
automation({
  ...base,
  reads: [],
  writes: [revokeSecurityGroupIngress],
  // @ts-expect-error undo not declared
  propose: () => ({ because: "", call: revoke, undo: authorize }),
});
automation({
  ...base,
  reads: [describeInstances],
  writes: [stopInstances],
  // @ts-expect-error a read is no proposal
  propose: () => ({ because: "", call: describeInstances({}) }),
});
// @ts-expect-error a proposal says why
automation({ ...base, reads: [], writes: [stopInstances], propose: () => ({ call: stop }) });
automation({
  ...base,
  reads: [describeInstances],
  writes: [deleteVolume],
  // @ts-expect-error find may not write
  find: ({ read }) => read(deleteVolume({ VolumeId: "" })),
  propose: () => undefined,
});
automation({
  ...base,
  reads: [describeInstances],
  writes: [],
  // @ts-expect-error find reads what is declared
  find: ({ read }) => read(describeSnapshots({})),
  propose: () => undefined,
});
automation({
  ...base,
  reads: [describeInstances],
  writes: [],
  // @ts-expect-error propose does not read
  propose: (_, { read }) => read(describeInstances({})),
});
automation({
  ...base,
  // @ts-expect-error undo compares a state
  state: undefined,
  reads: [],
  writes: [stopInstances],
  propose: () => ({ because: "", call: stop }),
});
automation({
  ...base,
  // @ts-expect-error a target says what its tags are, or why it has none
  target: () => ({ id: "" }),
  reads: [],
  writes: [stopInstances],
  propose: () => undefined,
});

// A read that may have none is `undefined` then, and a paged one is a stream.
automation({
  ...base,
  reads: [describeInstances, describeInstanceAttribute, getCostAndUsage],
  writes: [],
  async *find({ read }) {
    for await (const { InstanceId } of read(describeInstances({}))) {
      const attribute = await read(
        describeInstanceAttribute({ InstanceId, Attribute: "disableApiStop" }),
      );
      yield attribute?.DisableApiStop?.Value ?? false;
      // @ts-expect-error it may be absent
      attribute.DisableApiStop;
    }
  },
  target: (found) => ({ id: found ? "yes" : "no", tags: { untaggable: "made up" } }),
  propose: () => undefined,
});

// ── Triggers
// ─────────────────────────────────────────────────────────────────────────────────────────────────────
sweep("rate(15 minutes)");
sweep("cron(0 2 * * ? *)", { timeZone: "Europe/Berlin", window: minutes(30) });
// @ts-expect-error nonsense schedule
sweep("rate(banana)");
// @ts-expect-error a rate of days runs from the deployment's moment
sweep("rate(1 day)");
// @ts-expect-error a window has a unit
sweep("cron(0 2 * * ? *)", { window: 30 });
event({
  source: "",
  detailType: "",
  detail: z.object({ a: z.string() }),
  where: { a: [{ prefix: "x" }] },
  only: ({ a }) => [a],
});
event({
  source: "",
  detailType: "",
  detail: z.object({ a: z.string() }),
  // @ts-expect-error filter on a field that is not parsed
  where: { b: ["x"] },
  only: () => [],
});
// @ts-expect-error only what is parsed can be used
event({ source: "", detailType: "", detail: z.object({ a: z.string() }), only: ({ b }) => [b] });
// @ts-expect-error without names it would match every write of the service
apiCall({ source: "aws.ec2", names: [], detail: z.object({}), only: () => [] });

// ── Flows
// ────────────────────────────────────────────────────────────────────────────────────────────────────────
interface Reap {
  readonly VolumeId: string;
  readonly Zone: string;
}
const reap = flow({
  id: "reap",
  reads: [describeSnapshots],
  writes: [createSnapshot, deleteVolume],
  longest: hours(2),
  async carry({ VolumeId }: Reap, { write, until }) {
    const { SnapshotId = "" } = await write(createSnapshot({ VolumeId }));
    await until(
      "the snapshot is complete",
      async (read) =>
        (await Array.fromAsync(read(describeSnapshots({ SnapshotIds: [SnapshotId] })))).some(
          ({ State }) => State === "completed",
        ) || undefined,
      { every: minutes(1), atMost: hours(1) },
    );
    await write(deleteVolume({ VolumeId }), async (read) => {
      for await (const { State } of read(describeSnapshots({ SnapshotIds: [SnapshotId] })))
        if (State !== "completed") return `the snapshot is ${State}`;
      return undefined;
    });
    return { SnapshotId };
  },
  inverse: [createVolume, ({ Zone }, { SnapshotId }) => ({ AvailabilityZone: Zone, SnapshotId })],
});
automation({
  ...base,
  reads: [],
  writes: [reap],
  propose: () => ({ because: "", call: reap({ VolumeId: "", Zone: "" }) }),
});
const oneWay = flow({
  id: "one-way",
  reads: [],
  writes: [createSnapshot],
  longest: hours(1),
  async carry({ VolumeId }: Pick<Reap, "VolumeId">, { write }) {
    await write(createSnapshot({ VolumeId }));
  },
});
automation({
  ...base,
  reads: [],
  writes: [oneWay],
  // @ts-expect-error a flow without a way back needs an undo too
  propose: () => ({ because: "", call: oneWay({ VolumeId: "" }) }),
});
flow({
  id: "stray",
  reads: [],
  writes: [createSnapshot],
  longest: hours(1),
  // @ts-expect-error a flow writes what it declares
  carry: async ({ VolumeId }: Reap, { write }) => write(deleteVolume({ VolumeId })),
  irreversible: "",
});

flow({
  id: "blind",
  reads: [describeSnapshots],
  writes: [],
  longest: hours(1),
  carry: async (_: Reap, { look }) =>
    // @ts-expect-error a flow reads what it declares
    look("the volumes", (read) => Array.fromAsync(read(describeInstances({})))),
  irreversible: "",
});
// @ts-expect-error a flow says how long it may take
flow({ id: "endless", reads: [], writes: [], irreversible: "", carry: async () => undefined });

// What is misspelt would be dropped at run time: of `once`, exactly one effect with it.
automation({
  ...base,
  reads: [],
  writes: [stopInstances],
  // @ts-expect-error a proposal has no such field
  propose: () => ({ because: "", call: stop, savesPerMoth: 1 }),
});
automation({
  ...base,
  reads: [],
  writes: [stopInstances],
  // @ts-expect-error nor this, on any way out
  propose: (found) => {
    if (found > 1) return { because: "", call: stop, once: "x" };
    if (found < 0) return undefined;
    return { because: "", call: stop, onse: "x" };
  },
});
automation({
  ...base,
  reads: [],
  writes: [stopInstances],
  propose: () => ({ because: "", call: stop, savesPerMonth: 1, once: "x" }),
});

// ── Reports and signals
// ──────────────────────────────────────────────────────────────────────────────────────────
report({
  ...base,
  reads: [getCostAndUsage],
  // @ts-expect-error a report changes nothing
  find: ({ read }) => read(stop),
  tell: () => undefined,
});
// @ts-expect-error a message has a severity
report({ ...base, reads: [], tell: () => ({ title: "" }) });
const occasion = {
  id: "s",
  family: "test",
  summary: "",
  on: [{ source: "aws.x" }],
  config: z.strictObject({}),
  detail: z.object({ a: z.string() }),
} as const;
signal({ ...occasion, tell: ({ a }) => ({ title: a, severity: "info" }) });
// @ts-expect-error a message has no such field
signal({ ...occasion, tell: ({ a }) => ({ title: a, severity: "info", efacts: {} }) });
// @ts-expect-error a message has no such field
report({ ...base, reads: [], tell: () => ({ title: "", severity: "info", fact: {} }) });
// @ts-expect-error a signal uses what it parses
signal({ ...occasion, tell: ({ b }) => ({ title: b, severity: "info" }) });

// ── Registry
// ─────────────────────────────────────────────────────────────────────────────────────────────────────
units({ "cost-report": () => import("../functions/cost/cost-report/index.ts") });
// @ts-expect-error the key is the id
units({ "costs-report": () => import("../functions/cost/cost-report/index.ts") });

// ── Settings
// ─────────────────────────────────────────────────────────────────────────────────────────────────────
type Given = Settings<typeof registry>;
({
  home: "eu-central-1",
  coolDown: minutes(30),
  longestSecurityExemption: days(7),
  units: {
    "open-ingress": { mode: "ask", config: { ports: [22], widest: { ipv4: 16 } } },
    "idle-instances": { mode: "watch", on: "cron(0 1 * * ? *)" },
    "cost-report": { config: { top: 3 } },
    alarm: { on: [{ source: "aws.cloudwatch" }] },
  },
}) satisfies Given;
// @ts-expect-error nowhere to keep the ledger
({}) satisfies Given;
// @ts-expect-error no such mode
({ home: "", units: { "open-ingress": { mode: "on" } } }) satisfies Given;
// @ts-expect-error wrong config
({ home: "", units: { "idle-instances": { config: { days: "14" } } } }) satisfies Given;
// @ts-expect-error misspelt config key
({ home: "", units: { "idle-instances": { config: { day: 14 } } } }) satisfies Given;
// @ts-expect-error a retention that CloudWatch Logs does not accept
({ home: "", units: { "log-retention": { config: { days: 91 } } } }) satisfies Given;
// @ts-expect-error unknown unit
({ home: "", units: { "open-egress": {} } }) satisfies Given;
// @ts-expect-error a report has no mode
({ home: "", units: { "cost-report": { mode: "act" } } }) satisfies Given;
// @ts-expect-error a signal has no schedule
({ home: "", units: { alarm: { on: "rate(1 hour)" } } }) satisfies Given;
// @ts-expect-error a rate of days here neither
({ home: "", units: { "idle-instances": { on: "rate(1 day)" } } }) satisfies Given;
// @ts-expect-error how long is a span
({ home: "", coolDown: 30 }) satisfies Given;

// ── On call
// ──────────────────────────────────────────────────────────────────────────────────────────────────────
const weekly = {
  people: ["ann"],
  from: "2026-11-02",
  handover: { every: "week", on: "monday", at: "09:00" },
} as const;
({
  home: "eu-central-1",
  people: { ann: { email: "ann@example.com", timeZone: "Europe/Berlin" } },
  onCall: {
    rotations: {
      primary: {
        ...weekly,
        overrides: [{ from: "2026-12-24T09:00", until: "2026-12-27T09:00", person: "ann" }],
      },
    },
    escalations: [
      { match: { severity: ["critical"] }, steps: [{ after: minutes(15), call: ["primary"] }] },
    ],
    group: { by: ["key"], wait: minutes(1) },
  },
  channels: { team: { kind: "slack-webhook", url: "secretsmanager:slack#url" } },
  routes: [
    { channel: "team", fallback: "sns" },
    { channel: "sns", email: ["oncall@example.com"], atLeast: "info" },
  ],
  mutes: [{ match: { unit: ["alarm"] }, until: "2026-12-01", owner: "ann", reason: "known" }],
  freezes: [{ from: "2026-12-24", until: "2026-12-27T06:00", owner: "ann", reason: "holidays" }],
}) satisfies Given;
({
  home: "",
  // @ts-expect-error a secret is never in the settings, only where it lies
  channels: { team: { kind: "slack-webhook", url: "https://hooks.slack.com/services/T0/B0/x" } },
}) satisfies Given;
// @ts-expect-error no such way to reach anybody
({ home: "", channels: { team: { kind: "fax", number: "" } } }) satisfies Given;
// @ts-expect-error what a PagerDuty channel needs
({ home: "", channels: { pager: { kind: "pagerduty", url: "ssm:/x" } } }) satisfies Given;
({
  home: "",
  // @ts-expect-error a weekly hand-over has its day
  onCall: { rotations: { primary: { ...weekly, handover: { every: "week", at: "09:00" } } } },
}) satisfies Given;
({
  home: "",
  // @ts-expect-error neither weekly nor daily
  onCall: { rotations: { primary: { ...weekly, handover: { every: "month", at: "09:00" } } } },
}) satisfies Given;
// @ts-expect-error how long is a span
({ home: "", onCall: { rotations: {}, group: { wait: 30 } } }) satisfies Given;
// @ts-expect-error a mute has an end
({ home: "", mutes: [{ match: {}, owner: "ann", reason: "known" }] }) satisfies Given;
// @ts-expect-error a mute has an owner
({ home: "", mutes: [{ match: {}, until: "2026-12-01", reason: "known" }] }) satisfies Given;
// @ts-expect-error incidents are not grouped by that
({ home: "", onCall: { rotations: {}, group: { by: ["team"] } } }) satisfies Given;
// @ts-expect-error no such severity
({ home: "", routes: [{ channel: "sns", atLeast: "fatal" }] }) satisfies Given;
({
  home: "",
  // @ts-expect-error a freeze says why
  freezes: [{ from: "2026-12-24", until: "2026-12-27", owner: "ann" }],
}) satisfies Given;
// @ts-expect-error a line's own name: it would be dropped from the log
({ message: "unit.1" }) satisfies LogFields;
