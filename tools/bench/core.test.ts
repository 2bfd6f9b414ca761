/** What the core may ask of the ledger and of AWS. */
import { describe, expect, test } from "vitest";
import { workOfSweep, workOfUndo } from "./core.ts";

describe("one sweep", () => {
  test("that changes one thing asks ten times of the ledger, and waits twelve times", async () => {
    const { ledger, rounds, writes } = await workOfSweep(1, 1);
    expect({ ledger, rounds, writes }).toEqual({ ledger: 10, rounds: 12, writes: 1 });
  });
  test("of 200 changes in 20 containers asks less than 0.6 times for each, and each container is one call", async () => {
    const { ledger, rounds, writes } = await workOfSweep(20, 200);
    expect(writes).toBe(20);
    expect(ledger).toBeLessThanOrEqual(120);
    expect(rounds).toBeLessThanOrEqual(120);
  });
  test("of 1,000 changes prepares the next part while one is sent: 100 rounds at most", async () => {
    const { ledger, rounds, writes } = await workOfSweep(100, 1000);
    expect(writes).toBe(100);
    expect(ledger).toBeLessThanOrEqual(250);
    expect(rounds).toBeLessThanOrEqual(100);
  });
  test("of 80 changes in 60 containers makes one call for each container, and looks at all of them together", async () => {
    const { ledger, reads, writes } = await workOfSweep(60, 80);
    expect(writes).toBe(60);
    // Groups and rules of all, the same of what is changed right before, and what is left of it.
    expect(reads).toBeLessThanOrEqual(6);
    expect(ledger).toBeLessThanOrEqual(40);
  });
});

test("an undo of 200 changes takes them back together: less than 0.2 requests to the ledger for each", async () => {
  const { ledger, rounds } = await workOfUndo(20, 200);
  expect(ledger).toBeLessThanOrEqual(40);
  expect(rounds).toBeLessThanOrEqual(120);
});
