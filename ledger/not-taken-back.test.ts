import { expect, test } from "vitest";
import { clockAt } from "../sdk/time.ts";
import { acted, takenBack } from "../test/setup/acted.ts";
import { memoryLedger } from "../testing/memory/ledger.ts";
import { notTakenBack } from "./not-taken-back.ts";

const ledger = () => memoryLedger(clockAt(new Date("2026-11-22T00:00:00Z"))).store;
const idsIn = (store: ReturnType<typeof ledger>) => Array.fromAsync(notTakenBack(store, "idle"));

test("what a unit applied can be taken back until it was, newest first", async () => {
  const store = ledger();
  const first = await acted(store, { unit: "idle" });
  const second = await acted(store, { unit: "idle", at: new Date("2026-11-21T03:00:00Z") });
  await acted(store, { unit: "other" });
  expect(await idsIn(store)).toEqual([second, first]);
  await takenBack(store, "idle", second);
  expect(await idsIn(store)).toEqual([first]);
});

test("an undo that was only begun has not taken it back", async () => {
  const store = ledger();
  const id = await acted(store, { unit: "idle" });
  await takenBack(store, "idle", id, "intended");
  expect(await idsIn(store)).toEqual([id]);
});

test("what failed, was so already or cannot be undone is not waited for", async () => {
  const store = ledger();
  await acted(store, { unit: "idle", outcome: "failed" });
  await acted(store, {
    unit: "idle",
    outcome: "already",
    at: new Date("2026-11-21T03:00:00Z"),
  });
  await acted(store, {
    unit: "idle",
    undo: { irreversible: "it is gone" },
    at: new Date("2026-11-21T04:00:00Z"),
  });
  expect(await idsIn(store)).toEqual([]);
});
