import { expect, test } from "vitest";
import type { Outgoing } from "../messages/outgoing.ts";
import { routed } from "../messages/routes.ts";
import type { Channel } from "./channel.ts";
import { type Deliveries, deliver, NotTold } from "./deliver.ts";
import { terminal } from "./terminal/terminal.ts";

const message: Outgoing = {
  id: "m1",
  at: new Date("2026-11-21T02:00:00Z"),
  account: "123456789012",
  region: "eu-central-1",
  unit: "alarm",
  kind: "signal",
  title: "api is in ALARM",
  severity: "critical",
};

const memory = (...known: string[]): Deliveries & { marks: Set<string> } => {
  const marks = new Set(known);
  return {
    marks,
    already: async (id, channel) => marks.has(`${id} ${channel}`),
    mark: async (id, channel) => void marks.add(`${id} ${channel}`),
  };
};
const channel = (name: string, sent: string[], fails?: string): Channel => ({
  name,
  async send() {
    if (fails) throw new Error(fails);
    sent.push(name);
  },
});

test("each channel tells it, and that is remembered", async () => {
  const sent: string[] = [];
  const told = memory();
  expect(await deliver(message, [channel("sns", sent), channel("terminal", sent)], told)).toEqual([
    "sns",
    "terminal",
  ]);
  expect([...told.marks]).toEqual(["m1 sns", "m1 terminal"]);
});

test("what a channel has told already it does not tell again", async () => {
  const sent: string[] = [];
  expect(
    await deliver(message, [channel("sns", sent), channel("terminal", sent)], memory("m1 sns")),
  ).toEqual(["terminal"]);
  expect(sent).toEqual(["terminal"]);
});

test("a channel that fails is named, stops no other, and is not remembered", async () => {
  const sent: string[] = [];
  const told = memory();
  const failing = deliver(
    message,
    [channel("sns", sent, "throttled"), channel("terminal", sent)],
    told,
  );
  await expect(failing).rejects.toThrow(NotTold);
  await expect(failing).rejects.toMatchObject({
    channels: ["sns"],
    message: expect.stringContaining("sns (throttled)"),
  });
  expect(sent).toEqual(["terminal"]);
  expect([...told.marks]).toEqual(["m1 terminal"]);
});

test("what was sent but could not be remembered counts as failed: told twice is better than not at all", async () => {
  const told: Deliveries = {
    ...memory(),
    mark: async () => Promise.reject(new Error("the ledger is away")),
  };
  await expect(deliver(message, [channel("sns", [])], told)).rejects.toMatchObject({
    channels: ["sns"],
  });
});

const [sns, screen] = [channel("sns", []), channel("terminal", [])];
test.each([
  ["without routes everything", "info", [], ["sns", "terminal"]],
  [
    "what its route wants",
    "critical",
    [{ channel: "sns", atLeast: "warning" }],
    ["sns", "terminal"],
  ],
  [
    "exactly what its route asks for at least",
    "warning",
    [{ channel: "sns", atLeast: "warning" }],
    ["sns", "terminal"],
  ],
  [
    "by its widest route",
    "info",
    [{ channel: "sns", atLeast: "critical" }, { channel: "sns" }],
    ["sns", "terminal"],
  ],
  ["what no route wants", "info", [{ channel: "sns", atLeast: "critical" }], ["sns", "terminal"]],
  ["what another route wants not", "info", [{ channel: "slack" }], ["sns", "terminal"]],
  [
    "not what only a chat wants",
    "critical",
    [{ channel: "slack" }, { channel: "sns", atLeast: "critical" }],
    ["sns", "terminal"],
  ],
] as const)("the topic gets %s", (_, severity, routes, names) =>
  expect(routed({ severity }, routes, [sns, screen]).map(({ name }) => name)).toEqual(names),
);

test("a channel whose routes do not want it is left out where another takes it", () => {
  const slack = channel("slack", []);
  const routes = [{ channel: "sns" }, { channel: "slack", atLeast: "critical" }] as const;
  expect(routed({ severity: "info" }, routes, [sns, slack]).map(({ name }) => name)).toEqual([
    "sns",
  ]);
  expect(routed({ severity: "critical" }, routes, [sns, slack]).map(({ name }) => name)).toEqual([
    "sns",
    "slack",
  ]);
});

test("a terminal prints the text and how bad it is", async () => {
  const printed: string[] = [];
  await terminal({ write: (text) => printed.push(text) }, { timeZone: "UTC" }).send(message);
  expect(printed).toEqual([
    "[critical] api is in ALARM\n2026-11-21 02:00 UTC · 123456789012 · eu-central-1 · alarm\n\n",
  ]);
});
