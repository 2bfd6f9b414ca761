import { describe, expect, test } from "vitest";
import { serialise } from "../sdk/codec.ts";
import { clockAt } from "../sdk/time.ts";
import { names } from "../testing/deployed.ts";
import { memoryLedger } from "../testing/memory/ledger.ts";

/** A ledger with one item of a form, as whoever wrote it left it. */
function ledgerWith(form: number) {
  const now = new Date("2026-11-21T02:00:00Z");
  const { store, table } = memoryLedger(clockAt(now));
  const Item = {
    pk: { S: "unit#x#plan" },
    sk: { S: "p1" },
    type: { S: "plan" },
    v: { N: String(form) },
    body: { S: serialise({ kept: true }) },
  };
  table.answer("PutItem", { TableName: names.table, Item } as never, now.getTime());
  return { store, table };
}
const key = { pk: "unit#x#plan", sk: "p1" };

describe("an item of the ledger", () => {
  test("of this form is read", async () => {
    const { store } = ledgerWith(1);
    expect(await store.get(key)).toMatchObject({ body: { kept: true } });
  });
  test("of a newer one is refused with what to do, alone or among others, and stays as it is", async () => {
    const { store, table } = ledgerWith(2);
    const before = structuredClone(table.get(key.pk, key.sk));
    const refusal = /newer Nightshift \(version 2, at unit#x#plan p1\); this one reads 1: upgrade/;
    await expect(store.get(key)).rejects.toThrow(refusal);
    await expect(Array.fromAsync(store.query(key.pk))).rejects.toThrow(refusal);
    expect(table.get(key.pk, key.sk)).toEqual(before);
  });
});
