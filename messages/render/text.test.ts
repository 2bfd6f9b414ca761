import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import type { RunTold } from "../outgoing.ts";
import { asSubject, asText, timeText } from "./text.ts";

const at = new Date("2026-11-21T02:07:00Z");
const berlin = { timeZone: "Europe/Berlin" };

const action = (target: string, more: Partial<ActionResult> = {}): ActionResult => ({
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

const message = (
  actions: readonly ActionResult[],
  more: Partial<RunTold> = {},
  run: Partial<RunResult> = {},
): RunTold => ({
  id: "m1",
  at,
  account: "123456789012",
  region: "eu-central-1",
  unit: "open-ingress",
  kind: "run",
  severity: "warning",
  title: "open-ingress in eu-central-1: 1 changed, 1 waiting for approval, 1 held",
  run: {
    id: "open-ingress.20261121.r1",
    automation: "open-ingress",
    account: "123456789012",
    region: "eu-central-1",
    mode: "act",
    at,
    outcome: "waiting",
    found: 40,
    plan: {
      id: "open-ingress.20261121.p1",
      hash: "abc",
      expires: new Date("2026-11-22T02:07:00Z"),
    },
    actions,
    calls: { reads: 3, writes: 1 },
    ...run,
  },
  ...more,
});

test("a run reads as what happened, to what, why, what waits, what is held, and how to take it back", () => {
  const actions = [
    action("sgr-1"),
    action("sgr-2", { verified: null }),
    action("sgr-3", {
      outcome: "waiting",
      because: "it opens all ports to the internet",
      call: { operation: "ec2:DeleteVolume", input: {} },
      undo: { irreversible: "its data is gone" },
      savesPerMonth: 8,
    }),
    action("sgr-4", {
      outcome: "held",
      held: { by: "exemption", why: "tagged until 2027-01-31 by ann@example.com" },
    }),
    action("sgr-5", { outcome: "failed", error: "UnauthorizedOperation: You are not authorized" }),
    action("i-1", {
      because: "it idles",
      call: { operation: "ec2:StopInstances", input: {} },
      savesPerMonth: 30.5,
    }),
  ];
  expect(
    asText(message(actions, { facts: { note: "the cap allows 20 more today" } }), {
      ...berlin,
      command: "npx nightshift",
    }),
  ).toBe(`open-ingress in eu-central-1: 1 changed, 1 waiting for approval, 1 held
2026-11-21 03:07 CET · 123456789012 · eu-central-1 · open-ingress · act mode · open-ingress.20261121.r1

Failed (1)
  - sgr-5: it opens port 22 to the internet (ec2:RevokeSecurityGroupIngress): UnauthorizedOperation: You are not authorized

Waiting for a decision (1)
  - sgr-3: it opens all ports to the internet (ec2:DeleteVolume)
  Until 2026-11-22 03:07 CET you can decide:
    npx nightshift approve open-ingress.20261121.p1
    npx nightshift deny open-ingress.20261121.p1

Done (3)
  - 2 x it opens port 22 to the internet (ec2:RevokeSecurityGroupIngress)
    sgr-1
    sgr-2 (not seen yet)
  - i-1: it idles (ec2:StopInstances)

Held (1)
  - sgr-4: it opens port 22 to the internet (ec2:RevokeSecurityGroupIngress); held by exemption: tagged until 2027-01-31 by ann@example.com

To take it back
  npx nightshift undo open-ingress.20261121.r1
  There is no time limit: the ledger keeps what it needs for ever.
  Cannot be taken back (sgr-3): its data is gone

Saves $30.50 a month.
What was not done would save $8.00 a month.

Facts
  note: the cap allows 20 more today
`);
});

test("in watch it says what it would do, once why it does not, and offers no undo", () => {
  const held = { by: "watch", why: "the mode is watch: it only says what it would do" };
  const text = asText(
    message(
      [action("sgr-1", { outcome: "held", held }), action("sgr-2", { outcome: "held", held })],
      {},
      { mode: "watch", plan: null },
    ),
    berlin,
  );
  expect(text).toContain(
    "It would do (2)\n  the mode is watch: it only says what it would do\n  - 2 x it opens port 22 to the internet (ec2:RevokeSecurityGroupIngress)\n    sgr-1\n    sgr-2\n",
  );
  expect(text).not.toMatch(/undo|approve|Held/);
});

test("of many of one kind the first are named and the rest is counted", () => {
  const text = asText(message(Array.from({ length: 500 }, (_, at) => action(`sgr-${at}`))), berlin);
  expect(text).toContain("500 x it opens port 22");
  expect(text).toContain("    sgr-9\n    and 490 more\n");
  expect(text.length).toBeLessThan(1_500);
});

test("of many kinds the first are named and the rest is counted, and the commands stay", () => {
  const text = asText(
    message(
      Array.from({ length: 500 }, (_, at) =>
        action(`sgr-${at}`, { because: `reason ${at} ${"x".repeat(2_000)}` }),
      ),
    ),
    berlin,
  );
  expect(text).toContain("    and 490 more\n");
  expect(text).toContain("  npx nightshift undo open-ingress.20261121.r1\n");
});

test("a message of enormous facts is cut and says where the rest is", () => {
  const facts = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, at) => [`fact ${at}`, "x".repeat(5_000)]),
  );
  const text = asText(message([], { facts }), berlin);
  expect(text.length).toBeLessThan(50_000);
  expect(text).toContain("This message was cut.");
});

test("an event that is not of AWS says so before anything else that it says", () => {
  const { run: _, ...bare } = message([]);
  const text = asText({ ...bare, kind: "signal", untrusted: true, facts: { link: "x" } }, berlin);
  expect(text.indexOf("did not come from AWS")).toBeLessThan(text.indexOf("Facts"));
});

test("a printed command can do nothing but what it says", () => {
  const text = asText(
    message(
      [action("sgr-1")],
      {},
      { id: "x; rm -rf ~", plan: { id: "--all", hash: "", expires: at } },
    ),
    berlin,
  );
  expect(text).toContain("npx nightshift undo 'x; rm -rf ~'\n");
  expect(text).toContain("npx nightshift approve '--all'\n");
});

test("a chart is part of the text", () => {
  const { run: _, ...bare } = message([]);
  const chart = {
    title: "Cost",
    unit: "USD",
    points: [
      [at, 3],
      [new Date("2026-11-22T02:00:00Z"), 6],
    ] as const,
  };
  expect(asText({ ...bare, kind: "report", chart }, berlin)).toContain(
    "Cost, 2026-11-21 to 2026-11-22\n▄█\nlowest 3 USD on 2026-11-21, highest 6 USD on 2026-11-22, last 6 USD",
  );
});

const hostile = fc.string({ unit: "binary", maxLength: 300, size: "max" });
test("no control character leaves a text, whatever stands in a message, and no line is forged", () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, (title, target, name, value) => {
      const actions = [
        action(target, { because: value }),
        action(target, { outcome: "held", held: { by: name, why: value } }),
        action(target, { outcome: "failed", error: value }),
      ];
      const text = asText(
        message(
          actions,
          {
            title,
            facts: { [name]: value },
            chart: { title: name, unit: value, points: [[at, 1]] },
          },
          { id: value, plan: { id: target, hash: "", expires: at } },
        ),
        berlin,
      );
      const lines = text.split("\n");
      return !/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(lines.join("")) && lines.length < 50;
    }),
  );
});

test("a subject is at most 100 printable ASCII characters, and begins with how bad it is", () => {
  fc.assert(
    fc.property(
      hostile,
      fc.constantFrom("info", "warning", "critical"),
      (title, severity) =>
        new RegExp(`^\\[${severity}\\] [\\x20-\\x7e]+$`).test(asSubject({ title, severity })) &&
        asSubject({ title, severity }).length <= 100,
    ),
  );
  expect(asSubject({ severity: "critical", title: "Zürich’s api – “down”" })).toBe(
    `[critical] Zurich's api - "down"`,
  );
  expect(asSubject({ severity: "info", title: "" })).toBe("[info] a message without a title");
});

test.each([
  ["UTC", "2026-11-21 02:07 UTC"],
  ["Asia/Kolkata", "2026-11-21 07:37 GMT+5:30"],
  ["America/New_York", "2026-11-20 21:07 GMT-5"],
])("a time is told in the reader's zone: %s", (timeZone, shown) =>
  expect(timeText(at, timeZone)).toBe(shown),
);

test("a target is told by its id and by what people call it, which is never a link", () => {
  const { run } = message([]);
  const named = [
    action("sgr-1", { name: "web front" }),
    action("sgr-2", { name: "see https://evil.example", because: "another" }),
  ];
  const text = asText(
    message(named, {}, { ...run, outcome: "done", plan: null, actions: named }),
    berlin,
  );
  expect(text).toContain('sgr-1 "web front"');
  expect(text).toContain('sgr-2 "see https[:]//evil.example"');
});
