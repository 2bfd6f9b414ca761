import { expect, test } from "vitest";
import { clockAt, minutes, after as past } from "../sdk/time.ts";
import { memoryLedger } from "../testing/memory/ledger.ts";
import { type ActionRecord, actionsOf } from "./actions.ts";
import { intend } from "./intents.ts";
import { settleAll } from "./outcomes.ts";

const at = new Date("2026-11-21T02:00:00Z");
const run = "test.20261121T020000.00000000";

const record = (number: number, bytes: number): ActionRecord => ({
  unit: "test",
  account: "123456789012",
  region: "eu-west-1",
  id: `${run}.${number}`,
  run,
  at,
  target: `target-${number}`,
  within: null,
  because: "the test says so",
  digest: String(number),
  call: { operation: "test:Change", input: { text: "x".repeat(bytes) } },
  undo: null,
  once: null,
  savesPerMonth: null,
  before: null,
  kin: "",
  outcome: "intended",
  verified: null,
  held: null,
  error: null,
});

test("records that are large together are written in as many transactions as DynamoDB takes", async () => {
  const { store } = memoryLedger(clockAt(at));
  const records = Array.from({ length: 40 }, (_, number) => record(number, 300_000));
  const lease = { from: at, until: past(at, minutes(15)) };
  const { begun } = await intend({ store, writer: "unit", lease }, records);
  expect(begun).toHaveLength(40);
  const ended = begun.map((each) => ({ record: { ...each, outcome: "applied" as const } }));
  await settleAll(store, "unit", ended);
  const found = await actionsOf(store, "unit", "test", run);
  expect(found.map(({ outcome }) => outcome)).toEqual(records.map(() => "applied"));
});
