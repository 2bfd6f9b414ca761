import { describe, expect, test } from "vitest";
import { serialise } from "../sdk/codec.ts";
import { clockAt } from "../sdk/time.ts";
import { names } from "../testing/deployed.ts";
import { memoryLedger } from "../testing/memory/ledger.ts";
import type { Condition, Item } from "./store.ts";
import { conditionOf, loaded, rangeOf, stored } from "./table.ts";

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
  test("of a newer one is refused with what to do, alone or where all must be known, and stays as it is", async () => {
    const { store, table } = ledgerWith(2);
    const before = structuredClone(table.get(key.pk, key.sk));
    const refusal = /newer Nightshift \(version 2, at unit#x#plan p1\); this one reads 1: upgrade/;
    await expect(store.get(key)).rejects.toThrow(refusal);
    const all = store.query(key.pk, { unreadable: "refuse" });
    await expect(Array.fromAsync(all)).rejects.toThrow(refusal);
    expect(table.get(key.pk, key.sk)).toEqual(before);
  });
});

describe("what lies in the table", () => {
  const full: Item = {
    pk: "unit#x#lock#eu-west-1",
    sk: "target",
    type: "lock",
    body: { at: new Date("2026-11-21T02:00:00Z"), cost: 1.5, none: null },
    state: "held",
    holder: "run-1",
    lease: 1_795_226_400_000,
    version: 0,
    ttl: 1_795_226_400,
  };
  const attributes = {
    pk: { S: "unit#x#lock#eu-west-1" },
    sk: { S: "target" },
    type: { S: "lock" },
    v: { N: "1" },
    body: { S: serialise(full.body) },
    state: { S: "held" },
    holder: { S: "run-1" },
    lease: { N: "1795226400000" },
    version: { N: "0" },
    ttl: { N: "1795226400" },
  };
  test("has this shape, whoever reads it: texts and numbers, the record as one text, its form", () => {
    expect(stored(full)).toEqual(attributes);
    expect(loaded(attributes)).toEqual(full);
  });
  test("leaves out what is undefined, and keeps an empty text", () => {
    const kept = stored({ ...full, state: undefined, holder: "", lease: undefined });
    expect(Object.keys(kept)).not.toContain("state");
    expect(Object.keys(kept)).not.toContain("lease");
    expect(kept.holder).toEqual({ S: "" });
    expect(Object.keys(loaded(kept))).not.toContain("state");
  });
  test("is read without attributes that this form does not know", () => {
    expect(loaded({ ...attributes, later: { BOOL: true } })).toEqual(full);
  });
  test.each<[field: string, value: object | undefined]>([
    ["v", undefined],
    ["type", undefined],
    ["body", undefined],
    ["body", { N: "1" }],
    ["lease", { S: "soon" }],
    ["lease", { N: "NaN" }],
    ["state", { NULL: true }],
  ])(
    "is refused by name where its %s is %j: half read it would be acted on wrongly",
    (field, value) => {
      const { [field as "v"]: _left, ...others } = attributes;
      const found = value ? { ...others, [field]: value } : others;
      expect(() => loaded(found as never)).toThrow(
        new RegExp(`unit#x#lock#eu-west-1 target has no ${field} that can be read`),
      );
    },
  );
});

describe("a condition is asked as DynamoDB takes it", () => {
  test("with names for its words, each once, and values apart", () => {
    const condition: Condition = {
      or: [
        { attr: "pk", exists: false },
        {
          and: [
            { attr: "state", eq: "running" },
            { attr: "lease", lt: 5 },
            { attr: "state", exists: true },
          ],
        },
      ],
    };
    expect(conditionOf(condition)).toEqual({
      ConditionExpression:
        "(attribute_not_exists(#0) OR (#1 = :0 AND #2 < :1 AND attribute_exists(#1)))",
      ExpressionAttributeNames: { "#0": "pk", "#1": "state", "#2": "lease" },
      ExpressionAttributeValues: { ":0": { S: "running" }, ":1": { N: "5" } },
    });
  });
  test("without values where it has none: DynamoDB refuses an empty map", () => {
    expect(conditionOf({ attr: "pk", exists: false })).toEqual({
      ConditionExpression: "attribute_not_exists(#0)",
      ExpressionAttributeNames: { "#0": "pk" },
    });
    expect(conditionOf(undefined)).toEqual({});
  });
  test("a range is one partition, from a prefix or after a key", () => {
    expect(rangeOf("p", {})).toEqual({
      KeyConditionExpression: "#0 = :0",
      ExpressionAttributeNames: { "#0": "pk" },
      ExpressionAttributeValues: { ":0": { S: "p" } },
    });
    expect(rangeOf("p", { prefix: "a" }).KeyConditionExpression).toBe(
      "#0 = :0 AND begins_with(#1, :1)",
    );
    expect(rangeOf("p", { from: "a" }).KeyConditionExpression).toBe("#0 = :0 AND #1 > :1");
  });
});
