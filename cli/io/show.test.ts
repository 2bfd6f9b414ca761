/** What was taken back, or was not, as a person reads it. */
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import type { ActionResult } from "../../ledger/result.ts";
import { createIo } from "./io.ts";
import type { Ran } from "./json.ts";
import { repeatOf } from "./repeat.ts";
import { actionLines } from "./show.ts";

const nowhere = () => new Writable({ write: (_, __, done) => done() });
const io = createIo({ stdout: nowhere(), stderr: nowhere() });
const stop = { operation: "ec2:StopInstances", input: { InstanceIds: ["i-1"] } };
const start = { operation: "ec2:StartInstances", input: { InstanceIds: ["i-1"] } };

const undone = (more: Partial<ActionResult>): ActionResult => ({
  id: "idle-instances.20261121T020000.00000000.0123456789.undo",
  target: "i-1",
  name: "staging-api",
  because: "it takes back idle-instances.20261121T020000.00000000.0123456789",
  call: start,
  outcome: "applied",
  verified: true,
  held: null,
  error: null,
  undo: stop,
  changes: [{ field: "state", before: "stopped", after: "running" }],
  savesPerMonth: -70.08,
  ...more,
});
const ran: Ran = {
  id: "idle-instances.20261121T020000.00000000.undo",
  automation: "idle-instances",
  account: "123456789012",
  region: "eu-central-1",
  mode: "act",
  at: new Date("2026-11-21T02:00:00Z"),
  outcome: "done",
  found: 1,
  plan: null,
  actions: [],
  calls: { reads: 0, writes: 0 },
};
const shown = (action: ActionResult, verbose = false): string =>
  actionLines(action, ran, { io, repeat: repeatOf({}), timeZone: "UTC", verbose }).join("\n");

test("what was taken back is named, and costs again what it had saved", () => {
  const text = shown(undone({}));
  expect(text).toContain('i-1 "staging-api"');
  expect(text).toContain("costs $70.08 a month again");
  expect(text).toContain("ec2:StartInstances: state stopped → running");
});

test.each([false, true])("a refused undo shows no call that nobody would make", (verbose) => {
  const refused = { call: stop, outcome: "failed", verified: null, error: "refused" } as const;
  const text = shown(undone(refused), verbose);
  expect(text).not.toContain("StopInstances");
  expect(text).not.toContain("costs");
  expect(text).toContain("error: refused");
});
