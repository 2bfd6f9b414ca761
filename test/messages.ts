/** Messages as channels are given them: one of each kind, and whatever may stand in one. */
import * as fc from "fast-check";
import type { ActionResult, RunResult } from "../ledger/result.ts";
import type { IncidentNews, IncidentShown } from "../messages/incident-news.ts";
import type { Outgoing } from "../messages/outgoing.ts";

export const at = new Date("2026-11-21T02:07:00Z");

const bare: Outgoing = {
  id: "alarm.20261121.m1",
  at,
  account: "123456789012",
  region: "eu-central-1",
  unit: "alarm",
  kind: "signal",
  severity: "critical",
  title: "api-5xx is in ALARM: 214 errors in five minutes",
};

export const action = (target: string, more: Partial<ActionResult> = {}): ActionResult => ({
  id: `open-ingress.20261121.r1.${target}`,
  target,
  because: "it opens port 22 to the internet",
  call: { operation: "ec2:RevokeSecurityGroupIngress", input: {} },
  outcome: "applied",
  verified: true,
  held: null,
  error: null,
  undo: { operation: "ec2:AuthorizeSecurityGroupIngress", input: {} },
  savesPerMonth: null,
  ...more,
});

export const run = (
  actions: readonly ActionResult[],
  more: Partial<RunResult> = {},
): RunResult => ({
  id: "open-ingress.20261121.r1",
  automation: "open-ingress",
  account: "123456789012",
  region: "eu-central-1",
  mode: "act",
  at,
  outcome: "done",
  found: 40,
  plan: null,
  actions,
  calls: { reads: 3, writes: 1 },
  ...more,
});

export const incident = (id: string, more: Partial<IncidentShown> = {}): IncidentShown => ({
  id: `inc.${id}`,
  state: "open",
  severity: "critical",
  title: `${id} is in ALARM`,
  openedAt: at,
  count: 1,
  ...more,
});

export const news = (
  why: IncidentNews["why"],
  incidents: readonly IncidentShown[],
  more: Partial<IncidentNews> = {},
): Outgoing => ({
  ...bare,
  id: `incident.${why}.${incidents.length}`,
  kind: "incident",
  title: `${incidents.length} incidents: ${why}`,
  news: { why, group: "alarm/123456789012/eu-central-1", incidents, calls: ["ann"], ...more },
});

/** By what they show. */
export const messages = {
  "a bare signal": bare,
  "a signal with all that it can have": {
    ...bare,
    facts: {
      threshold: "5 errors",
      reason: "Threshold Crossed: 3 datapoints were greater than the threshold (5.0).",
    },
    affected: ["arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/api/1234"],
    chart: {
      title: "HTTPCode_Target_5XX_Count",
      points: Array.from(
        { length: 60 },
        (_, minute) => [new Date(at.getTime() - minute * 60_000), minute % 7] as const,
      ),
    },
    link: "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/api-5xx",
    runbook: "https://wiki.example.com/runbooks/api-5xx",
    key: "alarm/api-5xx",
  },
  "what is over": { ...bare, severity: "info" as const, key: "alarm/api-5xx", closes: true },
  "an event that is not AWS's": {
    ...bare,
    untrusted: true,
    link: "https://console.aws.amazon.com/x",
    runbook: "https://evil.example.com/",
  },
  "a run that changed something": {
    ...bare,
    id: "open-ingress.20261121.m1",
    unit: "open-ingress",
    kind: "run" as const,
    severity: "info" as const,
    title: "open-ingress: 2 changed",
    run: run([action("sgr-1"), action("sgr-2")]),
  },
  "a run that failed in part": {
    ...bare,
    id: "open-ingress.20261121.m2",
    unit: "open-ingress",
    kind: "run" as const,
    severity: "critical" as const,
    title: "open-ingress: 1 changed, 1 failed",
    run: run(
      [action("sgr-1"), action("sgr-2", { outcome: "failed", error: "RequestLimitExceeded" })],
      { outcome: "failed" },
    ),
  },
  "a run that asks": {
    ...bare,
    id: "open-ingress.20261121.m3",
    unit: "open-ingress",
    kind: "run" as const,
    severity: "warning" as const,
    title: "open-ingress: 1 waiting for approval",
    run: run([action("sgr-1", { outcome: "waiting", verified: null })], {
      outcome: "waiting",
      plan: {
        id: "open-ingress.20261121.p1",
        hash: "abc",
        expires: new Date("2026-11-22T02:07:00Z"),
      },
    }),
  },
  "a digest": {
    ...bare,
    id: "watch.digest.1",
    unit: "watchdog",
    kind: "digest" as const,
    severity: "info" as const,
    title: "The last day: 12 runs, 4 changes",
    facts: { ran: "12", changed: "4" },
  },
  "an incident that opens": news("opened", [
    incident("api-5xx"),
    incident("db-cpu", { severity: "warning", count: 12 }),
  ]),
  "an incident that is taken": news("acknowledged", [
    incident("api-5xx", { state: "acknowledged", by: "ann" }),
  ]),
  "an incident that is over": news("resolved", [
    incident("api-5xx", { state: "resolved", resolvedAt: new Date("2026-11-21T02:30:00Z") }),
  ]),
} satisfies Readonly<Record<string, Outgoing>>;

/** What others may have written: markup of every channel, control characters, enormous texts. */
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
  fc.constantFrom(
    "<!channel> <@U123> <https://evil.example.com|click>",
    "[click](https://evil.example.com) **bold** `code`",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\r\nBcc: everyone@example.com\r\n\r\nhello",
    "\u202eevil\u0000\u001b[2J",
    "x".repeat(30_000),
    "🌙".repeat(5_000),
    '"\\'.repeat(8_000),
    "",
  ),
);
const severity = fc.constantFrom("info" as const, "warning" as const, "critical" as const);
const time = fc.date({
  min: new Date("2020-01-01T00:00:00Z"),
  max: new Date("2030-01-01T00:00:00Z"),
  noInvalidDate: true,
});

const told = fc.record(
  {
    id: fc.stringMatching(/^[a-z]{1,20}\.[0-9a-f]{1,60}$/),
    at: time,
    account: fc.constant("123456789012"),
    region: fc.constant("eu-central-1"),
    unit: fc.constant("open-ingress"),
    severity,
    title: text,
    facts: fc.dictionary(text, text, { maxKeys: 12 }),
    affected: fc.array(text, { maxLength: 30 }),
    link: text,
    runbook: text,
    key: text,
    closes: fc.boolean(),
    table: fc.record({
      columns: fc.array(text, { minLength: 1, maxLength: 4 }),
      rows: fc.array(fc.array(fc.oneof(text, fc.double()), { maxLength: 5 }), { maxLength: 40 }),
    }),
    chart: fc.oneof(
      fc.record({
        title: text,
        points: fc.array(fc.tuple(time, fc.double()), { maxLength: 100 }),
      }),
      fc.record({
        title: text,
        unit: text,
        bars: fc.array(fc.tuple(text, fc.double()), { maxLength: 40 }),
      }),
    ),
  },
  { requiredKeys: ["id", "at", "account", "region", "unit", "severity", "title"] },
);

const anyRun = fc
  .array(
    fc.record({
      target: text,
      because: text,
      error: fc.option(text),
      outcome: fc.constantFrom("applied", "failed", "held", "waiting"),
      held: fc.option(fc.record({ by: text, why: text })),
    }),
    { maxLength: 40 },
  )
  .map((actions) => run(actions.map((one, index) => action(`t-${index}`, one))));

const anyNews: fc.Arbitrary<IncidentNews> = fc
  .record({
    group: text,
    calls: fc.array(text, { maxLength: 1 }),
    incidents: fc.array(fc.record({ title: text, by: text, severity, count: fc.nat() }), {
      minLength: 1,
      maxLength: 40,
    }),
  })
  .map(({ incidents, ...rest }) => ({
    ...rest,
    why: "changed",
    incidents: incidents.map((one, index) => incident(`i-${index}`, one)),
  }));

/** What each kind has for itself. */
const own = fc.oneof(
  fc.record({ kind: fc.constantFrom("run", "undo"), run: anyRun }),
  fc.record({ kind: fc.constant("incident"), news: anyNews }),
  fc.record({ kind: fc.constant("signal"), untrusted: fc.boolean() }),
  fc.record({ kind: fc.constantFrom("report", "digest", "watchdog") }),
);

/** Any message at all. */
export const anyMessage: fc.Arbitrary<Outgoing> = fc
  .tuple(told, own)
  .map(([message, kind]) => ({ ...message, ...kind }));
