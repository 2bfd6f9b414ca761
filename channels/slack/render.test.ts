/** `SEED=n` repeats a run; `FC_RUNS=n` lengthens it. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ActionResult } from "../../ledger/result.ts";
import type { IncidentNews } from "../../messages/incident-news.ts";
import type { Outgoing, RunTold } from "../../messages/outgoing.ts";
import type { Severity } from "../../sdk/message.ts";
import { asTerminal } from "./as-text.ts";
import { limits, weight } from "./blocks.ts";
import { refusedBlocks, refusedView, wrongIn } from "./fake-blocks.ts";
import { exemptModal, targetsModal } from "./modals.ts";
import { asBlocks } from "./render.ts";
import type { Rendered } from "./rendered.ts";
import { restated, stateBlocks } from "./restate.ts";
import { groupNow } from "./restatement.ts";

const seed = Number(process.env.SEED ?? 20_261_121);
const numRuns = Number(process.env.FC_RUNS ?? 60);
const runs = { seed, numRuns };
function textsOf(block: Rendered["blocks"][number]) {
  if (block.type === "context") return block.elements;
  if (block.type !== "section") return [];
  return [...(block.text ? [block.text] : []), ...(block.fields ?? [])];
}
const options = {
  timeZone: "Europe/Berlin",
  member: (person: string) => (person === "ann" ? "U0ANN" : undefined),
};
const at = new Date("2026-11-21T02:07:00Z");

const hostile = [
  "<!channel>",
  "<!here|now>",
  "<!subteam^S0123ABCD>",
  "<@U0BOSS>",
  "<#C0SECRET>",
  "<https://evil.example|the console>",
  "https://evil.example/login",
  "www.evil.example",
  "mailto:a@evil.example",
  "@channel",
  "@here everybody",
  "@everyone",
  "*bold* _it_ ~gone~ `code` ```block```",
  "&lt;!channel&gt;",
  "&amp;lt;",
  ">quote\n> quote",
  "\n*Approved* by <@U0BOSS>",
  "`",
  "\u202etxt.exe",
  "\u0000\u001b[2J",
  "\ud800",
  "\u{e0041}",
  "東京 🌙".repeat(400),
  "<".repeat(4000),
  "&".repeat(4000),
  "`".repeat(4000),
  "x".repeat(20_000),
  "🔴".repeat(3000),
  "",
  " ",
  "__proto__",
  "constructor",
];
const anyText = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.tuple(fc.constantFrom(...hostile), fc.string({ maxLength: 20 })).map((both) => both.join("")),
);
const anyId = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({
      unit: fc.constantFrom(..."abc-.0123456789"),
      minLength: 1,
      maxLength: 60,
    }),
  },
  anyText,
);
const date = fc.date({
  min: new Date("2026-01-01"),
  max: new Date("2027-12-31"),
  noInvalidDate: true,
});
const severity = fc.constantFrom<Severity>("info", "warning", "critical");
const call = fc.record({ operation: anyText, input: fc.constant({}) });
const action: fc.Arbitrary<ActionResult> = fc.record({
  id: anyId,
  target: anyText,
  because: anyText,
  call,
  outcome: fc.constantFrom("applied", "already", "held", "waiting", "failed"),
  verified: fc.constantFrom(true, null),
  held: fc.option(fc.record({ by: fc.oneof(fc.constant("watch"), anyText), why: anyText })),
  error: fc.option(anyText),
  undo: fc.oneof(fc.record({ irreversible: anyText }), call, fc.array(call, { maxLength: 3 })),
  savesPerMonth: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
});
const shown = fc.record({
  id: anyId,
  state: fc.constantFrom("open", "acknowledged", "snoozed", "resolved"),
  severity,
  title: anyText,
  openedAt: date,
  resolvedAt: fc.option(date, { nil: undefined }),
  count: fc.nat(20_000),
  by: fc.option(
    fc.oneof(
      fc.constantFrom("slack:T0TEAM/U0ANN/A0APP", "arn:aws:iam::123456789012:user/ann"),
      anyText,
    ),
    { nil: undefined },
  ),
  snoozedUntil: fc.option(date, { nil: undefined }),
});
const news: fc.Arbitrary<IncidentNews> = fc.record({
  why: fc.constantFrom(
    "opened",
    "changed",
    "repeat",
    "escalated",
    "acknowledged",
    "snoozed",
    "resolved",
  ),
  group: anyId,
  incidents: fc.array(shown, { maxLength: 40 }),
  more: fc.option(fc.nat(1000), { nil: undefined }),
  open: fc.option(fc.nat(1000), { nil: undefined }),
  calls: fc.array(fc.oneof(fc.constant("ann"), anyText), { maxLength: 30 }),
});
const run = fc.record({
  id: anyId,
  automation: anyText,
  account: fc.constant("123456789012"),
  region: fc.constant("eu-central-1"),
  mode: fc.constantFrom("watch", "ask", "act"),
  at: date,
  outcome: fc.constantFrom("done", "nothing", "held", "waiting", "failed"),
  found: fc.nat(100_000),
  plan: fc.option(
    fc.record({ id: anyId, hash: fc.constant("0123456789abcdef0123"), expires: date }),
  ),
  actions: fc.oneof(
    fc.array(action, { maxLength: 6 }),
    fc.array(action, { minLength: 50, maxLength: 150 }),
  ),
  calls: fc.constant({ reads: 1, writes: 1 }),
});
const message: fc.Arbitrary<Outgoing> = fc
  .record(
    {
      id: anyId,
      at: date,
      account: anyText,
      region: anyText,
      unit: anyText,
      kind: fc.constantFrom(
        "run",
        "report",
        "signal",
        "decision",
        "undo",
        "breaker",
        "watchdog",
        "exemption",
        "incident",
        "digest",
      ),
      severity,
      title: anyText,
      facts: fc.dictionary(anyText, anyText, { maxKeys: 30 }),
      chart: fc.oneof(
        fc.record({
          title: anyText,
          unit: anyText,
          points: fc.array(fc.tuple(date, fc.double()), { maxLength: 100 }),
        }),
        fc.record({
          title: anyText,
          unit: anyText,
          bars: fc.array(fc.tuple(anyText, fc.double()), { maxLength: 40 }),
        }),
      ),
      affected: fc.array(anyText, { maxLength: 60 }),
      link: fc.oneof(
        fc.constantFrom(
          "https://console.aws.amazon.com/ec2/home?region=a&b=<x>",
          "https://evil.example/?aws.amazon.com",
          "javascript:alert(1)",
          "https://a@console.aws.amazon.com/",
        ),
        anyText,
      ),
      runbook: anyText,
      key: anyText,
      closes: fc.boolean(),
      untrusted: fc.boolean(),
      run,
      news,
      carries: fc.record({ plan: anyId, by: anyText }, { requiredKeys: ["plan"] }),
    },
    { requiredKeys: ["id", "at", "account", "region", "unit", "kind", "severity", "title"] },
  )
  .map((one) => one as Outgoing);

/** All that is seen: what a button carries is not. */
const seen = (rendered: Rendered): string =>
  JSON.stringify(rendered, (name, value: unknown) => (name === "value" ? undefined : value));
/** Whatever Slack would obey in our text: who is called, and where it leads. */
function obeyed(rendered: Rendered): string[] {
  const ours =
    /<@(U0ANN|U0BOT)>|<https:\/\/console\.aws\.amazon\.com\/[^|<>]*\|Open in the console>/g;
  return (
    seen(rendered)
      .replace(ours, "")
      .match(/[<>].{0,20}/gu) ?? []
  );
}
const accepted = (rendered: Rendered) => {
  expect(refusedBlocks(JSON.stringify(rendered.blocks))).toBeUndefined();
  expect(rendered.text.length).toBeGreaterThan(0);
  expect(rendered.text.length).toBeLessThanOrEqual(4000);
};

describe("whatever a message holds", () => {
  test("Slack takes it: blocks, fields, texts, buttons and all together stay within its limits", () => {
    fc.assert(
      fc.property(message, (one) => accepted(asBlocks(one, options))),
      runs,
    );
  });
  test("nobody is called and no link is made by what others wrote", () => {
    fc.assert(
      fc.property(message, (one) => {
        const rendered = asBlocks(one, options);
        expect(obeyed(rendered)).toEqual([]);
        const said = seen(rendered);
        expect(said).not.toMatch(/@(channel|here|everyone)\b/i);
        expect(said.replaceAll("https://console.aws.amazon.com/", "")).not.toMatch(
          /:\/\/(?!\/)|javascript:\S|www\.\w/i,
        );
      }),
      runs,
    );
  });
  test("no line, no bold and no code of it stands for one of ours", () => {
    fc.assert(
      fc.property(message, (one) => {
        for (const block of asBlocks(one, options).blocks) {
          for (const { text } of textsOf(block)) {
            expect(text.replaceAll("```", "").split("`").length % 2).toBe(1);
            for (const line of text.replace(/```[^`]*```/g, "").split("\n"))
              expect(line.replace(/`[^`]*`/g, "").split("*").length % 2).toBe(1);
          }
        }
      }),
      runs,
    );
  });
  test("its first message can be brought up to date, again and again, and stays within the limits", () => {
    fc.assert(
      fc.property(
        message,
        fc.array(
          fc.oneof(
            news.map((one) => groupNow(one, options)),
            message.map((one) => ({ ...asBlocks(one, options), without: "all" as const })),
            fc.constant({ blocks: stateBlocks("*Approved*"), without: ["approve", "deny"] }),
          ),
          { maxLength: 4 },
        ),
        (one, later) => {
          const rendered = later.reduce<Rendered>(
            (before, now) => restated(before, now),
            asBlocks(one, options),
          );
          accepted(rendered);
          expect(obeyed(rendered)).toEqual([]);
        },
      ),
      { seed, numRuns: Math.ceil(numRuns / 3) },
    );
  });
  test("a dialog with all targets of any plan is taken, on every page", () => {
    const proposal = action.map(({ outcome: _, verified: __, error: ___, ...rest }) => ({
      ...rest,
      held: null,
      digest: "d",
    }));
    fc.assert(
      fc.property(
        fc.array(proposal, { maxLength: 130 }),
        anyText,
        anyId,
        fc.nat(6),
        (proposals, why, id, page) => {
          const plan = {
            unit: why,
            account: "123456789012",
            region: "eu-central-1",
            id,
            run: "r",
            hash: "0123456789abcdef",
            at,
            expires: at,
            why,
            requester: null,
            proposals,
          };
          expect(refusedView(JSON.stringify(targetsModal(plan, page, options)))).toBeUndefined();
        },
      ),
      { seed, numRuns: Math.ceil(numRuns / 3) },
    );
  });
  test("so is the form for leaving something alone", () => {
    fc.assert(
      fc.property(run, (one) => {
        if (one.actions.length === 0) return;
        expect(
          refusedView(
            JSON.stringify(
              exemptModal(one, { channel: "C0ONCALL", until: "2026-12-01", latest: "2026-12-31" }),
            ),
          ),
        ).toBeUndefined();
      }),
      { seed, numRuns: Math.ceil(numRuns / 3) },
    );
  });
  test("a terminal obeys nothing of it", () => {
    fc.assert(
      fc.property(message, (one) => {
        expect(asTerminal(asBlocks(one, options))).not.toMatch(
          /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Cs}]/u,
        );
      }),
      { seed, numRuns: Math.ceil(numRuns / 3) },
    );
  });
});

const done = (target: string, more: Partial<ActionResult> = {}): ActionResult => ({
  id: `open-ingress.r1.${target}`,
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
const plan = {
  id: "open-ingress.20261121T020000.r1.plan-01234567",
  hash: "0123456789abcdef",
  expires: new Date("2026-11-24T02:07:00Z"),
};
const ofRun = (
  actions: readonly ActionResult[],
  more: Partial<RunTold> = {},
  waits = false,
): RunTold => ({
  id: "m1",
  at,
  account: "123456789012",
  region: "eu-central-1",
  unit: "open-ingress",
  kind: "run",
  severity: "warning",
  title: "open-ingress in eu-central-1: 1 changed, 2 waiting for approval",
  run: {
    id: "open-ingress.20261121T020000.r1",
    automation: "open-ingress",
    account: "123456789012",
    region: "eu-central-1",
    mode: "ask",
    at,
    outcome: "waiting",
    found: 40,
    plan: waits ? plan : null,
    actions,
    calls: { reads: 3, writes: 0 },
  },
  ...more,
});
test("an undo of which CloudTrail cannot say all has a second press, for exactly what it shows", () => {
  const told = ofRun([done("a")]);
  const confirm = "f".repeat(64);
  const undone = { ...told.run, id: `${told.run.id}.undo`, confirm };
  const rendered = asBlocks({ ...told, kind: "undo", run: undone }, options);
  expect(pressable(rendered)).toEqual(["undo"]);
  expect(JSON.stringify(rendered.blocks)).toContain(
    JSON.stringify(JSON.stringify({ run: told.run.id, confirms: confirm })),
  );
});

const pressable = ({ blocks }: Rendered): string[] =>
  blocks.flatMap((block) =>
    block.type === "actions" ? block.elements.map(({ action_id }) => action_id) : [],
  );

test("a plan that waits shows counts, the worst first, what it saves, the way back, and what can be pressed", () => {
  const waiting = (target: string, more: Partial<ActionResult> = {}) =>
    done(target, { outcome: "waiting", verified: null, ...more });
  const actions = [
    waiting("vol-1", {
      because: "it is unused",
      call: { operation: "ec2:DeleteVolume", input: {} },
      undo: { irreversible: "its data is gone" },
      savesPerMonth: 8,
    }),
    waiting("sgr-2"),
    waiting("sgr-3"),
    done("sgr-1"),
  ];
  const rendered = asBlocks(ofRun(actions, {}, true), options);
  expect(`\n${asTerminal(rendered, 60)}\n`).toBe(`
┌───────────────────────────────────────────────────────────
│ 🟠 open-ingress in eu-central-1: 1 changed, 2 waiting for approval
│ ══════════════════════════════════════════════════════════
│
│   2026-11-21 03:07 CET · 123456789012 · eu-central-1 · open-ingress · ask mode · open-ingress.20261121T020000.r1
│
│ ⏳ 3 changes wait for a decision until 2026-11-24 03:07 CET. Nothing of it is done before.
│
│ Looked at: 40
│ Waiting: 3
│ Done: 1
│ Would save a month: $8
│
│ Waiting for a decision (3)
│ • vol-1: it is unused (ec2:DeleteVolume), saves $8 a month ⚠️ cannot be taken back
│ • 2 × it opens port 22 to the internet (ec2:RevokeSecurityGroupIngress)
│       sgr-2
│       sgr-3
│
│ Done (1)
│ • sgr-1: it opens port 22 to the internet (ec2:RevokeSecurityGroupIngress)
│
│ The way back
│ Press Undo, or npx nightshift undo open-ingress.20261121T020000.r1
│ ⚠️ Cannot be taken back (1 target): its data is gone
│
│ [ Approve 3 ]  [ Deny ]  [ All targets ]  [ Undo ]  [ Exempt… ]
└───────────────────────────────────────────────────────────
`);
  expect(pressable(rendered)).toEqual(["approve", "deny", "targets", "undo", "exempt"]);
});

test("what can be taken back is approved with one tap, what cannot asks once more", () => {
  const confirmed = (undo: ActionResult["undo"]) =>
    asBlocks(ofRun([done("a", { outcome: "waiting", undo })], {}, true), options).blocks.flatMap(
      (block) =>
        block.type === "actions"
          ? block.elements.filter(
              ({ action_id, type }) => action_id === "approve" && type === "button",
            )
          : [],
    );
  expect(confirmed({ operation: "x", input: {} })).not.toMatchObject([
    { confirm: expect.anything() },
  ]);
  expect(confirmed({ irreversible: "gone" })).toMatchObject([{ confirm: { style: "danger" } }]);
});

test("a button carries the plan's id and hash, and nothing that is too long for it: then there is none", () => {
  const rendered = asBlocks(ofRun([done("a", { outcome: "waiting" })], {}, true), options);
  const approve = rendered.blocks
    .flatMap((block) => (block.type === "actions" ? block.elements : []))
    .find(({ action_id }) => action_id === "approve");
  expect(approve && "value" in approve ? JSON.parse(approve.value) : undefined).toEqual({
    plan: plan.id,
    hash: plan.hash,
  });
  const long = ofRun([done("a", { outcome: "waiting" })], {}, true);
  expect(
    pressable(
      asBlocks(
        {
          ...long,
          run: {
            ...long.run,
            plan: { ...plan, id: "x".repeat(3000) },
          },
        },
        options,
      ),
    ),
  ).toEqual(["exempt"]);
});

const { run: _run, ...withoutRun } = ofRun([done("a")]);
test.each<[string, Outgoing]>([
  ["a run that was undone", { ...ofRun([done("a")]), kind: "undo" }],
  ["a signal", { ...withoutRun, kind: "signal" }],
  ["a report", { ...withoutRun, kind: "report" }],
])("under %s there is nothing to press", (_, message) => {
  expect(pressable(asBlocks(message, options))).toEqual([]);
});

const incident = (more: object = {}) => ({
  id: "inc.1",
  state: "open" as const,
  severity: "critical" as const,
  title: "api is in ALARM",
  openedAt: at,
  count: 3,
  ...more,
});
test.each<[string, object, string, string[]]>([
  ["open", {}, "Open", ["acknowledge", "snooze.1", "snooze.8", "snooze.24", "resolve"]],
  [
    "taken",
    { state: "acknowledged", by: "slack:T0TEAM/U0ANN/A0APP" },
    "Taken by @U0ANN",
    ["snooze.1", "snooze.8", "snooze.24", "resolve"],
  ],
  [
    "snoozed",
    { state: "snoozed", by: "ann", snoozedUntil: at },
    "Snoozed by @U0ANN until 2026-11-21 03:07 CET",
    ["snooze.1", "snooze.8", "snooze.24", "resolve"],
  ],
  ["over", { state: "resolved", resolvedAt: at }, "Over", []],
])("an incident that is %s says so, and what can be done about it", (_, more, says, ids) => {
  const given: Outgoing = {
    ...withoutRun,
    kind: "incident",
    title: "api is in ALARM",
    news: { why: "opened", group: "g1", incidents: [incident(more)], calls: ["ann", "bob"] },
  };
  const rendered = asBlocks(given, options);
  expect(asTerminal(rendered)).toContain(`│ ${says}\n│ Called: @U0ANN, bob`);
  expect(pressable(rendered)).toEqual(ids);
});

test("commands in our own sentences are code, and stand nowhere where a button does the same", () => {
  const facts = {
    "what now": "mend it, then `npx nightshift resume a & b`; or `wait",
    note: "`not ours`",
  };
  const breaker = JSON.stringify(asBlocks({ ...withoutRun, kind: "breaker", facts }, options));
  const news = { why: "opened", group: "g1", incidents: [incident()], calls: [] } as const;
  const opened = JSON.stringify(
    asBlocks({ ...withoutRun, kind: "incident", news, facts }, options),
  );
  expect(breaker).toContain(
    "*what now:* mend it, then `npx nightshift resume a &amp; b`; or ˋwait",
  );
  expect(breaker).toContain("ˋnot oursˋ");
  expect(opened).not.toContain("resume");
});
test("a console page is a link, an event that did not come from AWS has none", () => {
  const { run: _, ...given } = {
    ...ofRun([]),
    kind: "signal" as const,
    link: "https://eu-central-1.console.aws.amazon.com/ec2/home?a=1&b=2",
  };
  expect(JSON.stringify(asBlocks(given as Outgoing, options))).toContain(
    "<https://eu-central-1.console.aws.amazon.com/ec2/home?a=1&amp;b=2|Open in the console>",
  );
  expect(
    JSON.stringify(asBlocks({ ...given, untrusted: true } as Outgoing, options)),
  ).not.toContain("console.aws");
});

test("of too much the worst is kept, the rest is counted, and where to find it is said", () => {
  const many = Array.from({ length: 150 }, (_, index) =>
    done(`vol-${index}`, {
      because: `${index} ${"because ".repeat(30)}`,
      outcome: index < 75 ? "failed" : "applied",
      error: "x".repeat(300),
    }),
  );
  const { blocks } = asBlocks(ofRun(many), options);
  expect(weight(blocks)).toBeLessThanOrEqual(limits.message);
  expect(JSON.stringify(blocks)).toMatch(/Failed \(75\).*and \d+ more/);
});

test("the checks of the server that behaves like Slack refuse what Slack refuses", () => {
  const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
  const button = (more: object = {}) => ({
    type: "button",
    action_id: "a",
    text: { type: "plain_text", text: "Go" },
    ...more,
  });
  const refusals: readonly (readonly [unknown[], string])[] = [
    [Array.from({ length: 51 }, () => ({ type: "divider" })), "no more than 50"],
    [[section("x".repeat(3001))], "less than 3001"],
    [[section("")], "must not be empty"],
    [[section("see <this>")], "is no markup"],
    [[{ type: "section", fields: Array.from({ length: 11 }, () => section("x").text) }], "1 to 10"],
    [[{ type: "header", text: { type: "mrkdwn", text: "x" } }], "plain_text"],
    [[{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }], "less than 151"],
    [
      [
        {
          type: "actions",
          elements: [button({ text: { type: "plain_text", text: "x".repeat(76) } })],
        },
      ],
      "less than 76",
    ],
    [[{ type: "actions", elements: [button({ value: "x".repeat(2001) })] }], "less than 2001"],
    [[{ type: "actions", elements: [button(), button()] }], "already exists"],
    [[{ type: "actions", elements: [] }], "1 to 25"],
    [
      [
        { type: "divider", block_id: "a" },
        { type: "divider", block_id: "a" },
      ],
      "already exists",
    ],
    [[{ type: "video" }], "unsupported type"],
  ];
  for (const [blocks, why] of refusals) expect(wrongIn(blocks).join()).toContain(why);
  expect(
    refusedBlocks(JSON.stringify(Array.from({ length: 5 }, () => section("x".repeat(2900))))),
  ).toMatchObject({ error: "msg_blocks_too_long" });
});

test("facts stand in their order, short ones beside each other: what did something comes before a list of what did not", () => {
  const quiet = Array.from({ length: 20 }, (_, nth) => `unit-${nth}`).join(", ");
  const facts = {
    "log-retention": "ran once, did 3",
    "saw nothing": quiet,
    "did not run": "1 unit",
  };
  const text = JSON.stringify(asBlocks({ ...withoutRun, kind: "digest", facts }, options));
  const places = Object.keys(facts).map((name) => text.indexOf(`*${name}`));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(Math.min(...places)).toBeGreaterThan(0);
});
