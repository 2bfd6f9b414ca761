import { describe, expect, test } from "vitest";
import { plainStore } from "../test/setup/plain-store.ts";
import { keys } from "./keys.ts";
import { type OrderReference, recordOrder, type Taker, takeOrder } from "./orders.ts";

const at = new Date("2026-11-21T02:00:00Z");
const later = (minutes: number): Date => new Date(at.getTime() + minutes * 60_000);
const ann = "slack:T1/U1/A1";
const order = { id: "volumes.20261121T020000.abcdef01", key: "press-1" };
const undo: Taker = {
  name: "undo",
  partition: "undo",
  invocation: "request-1",
  now: later(1),
  believes: ["slack"],
};

async function recorded() {
  const store = plainStore();
  const reference = await recordOrder(store, "slack", { to: "undo", order, by: ann, at });
  return { store, reference };
}

describe("an order that a function of ours has recorded", () => {
  test("is taken in the name that stands in the ledger", async () => {
    const { store, reference } = await recorded();
    expect(await takeOrder(store, undo, reference, order)).toEqual({ state: "taken", by: ann });
  });

  test("goes on when the same invocation is tried again, and is a repeat in any other", async () => {
    const { store, reference } = await recorded();
    await takeOrder(store, undo, reference, order);
    expect(await takeOrder(store, undo, reference, order)).toEqual({ state: "taken", by: ann });
    const another = { ...undo, invocation: "request-2" };
    expect(await takeOrder(store, another, reference, order)).toEqual({ state: "before", by: ann });
  });

  test("is taken once when ten invocations come at the same moment", async () => {
    const { store, reference } = await recorded();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, number) =>
        takeOrder(store, { ...undo, invocation: `request-${number}` }, reference, order),
      ),
    );
    expect(answers.filter(({ state }) => state === "taken")).toHaveLength(1);
  });

  test("recorded again by a giver that died in between is the same order", async () => {
    const { store, reference } = await recorded();
    const again = { to: "undo", order, by: ann, at: later(3) };
    expect(await recordOrder(store, "slack", again)).toEqual(reference);
  });

  test.each<[string, object]>([
    ["another target", { ...order, id: "volumes.20261121T020000.00000000" }],
    ["a field more", { ...order, force: true }],
    ["a field less", { id: order.id }],
    ["a name for who it is", { ...order, by: "slack:T1/U2/A1" }],
  ])("is refused with %s", async (_, sent) => {
    const { store, reference } = await recorded();
    await expect(takeOrder(store, undo, reference, { ...sent })).rejects.toThrow(
      /is another than undo was given: nothing is done/,
    );
  });

  test("is refused by a function that it was not given to", async () => {
    const { store, reference } = await recorded();
    const incidents = { ...undo, name: "incidents", partition: "incident" };
    await expect(takeOrder(store, incidents, reference, order)).rejects.toThrow(/is another/);
  });

  test("is refused from a writer whom the function does not believe, or who wrote none", async () => {
    const { store, reference } = await recorded();
    const taking = (writer: OrderReference["writer"], taker = undo) =>
      takeOrder(store, taker, { ...reference, writer }, order);
    await expect(taking("undo")).rejects.toThrow("undo takes no orders of undo");
    await expect(taking("undo", { ...undo, believes: ["undo"] })).rejects.toThrow(
      "the ledger has none of undo",
    );
    await expect(taking("slack", { ...undo, believes: [] })).rejects.toThrow("takes no orders");
  });

  test("counts by what the ledger says, not by a digest that was written beside it", async () => {
    const { store, reference } = await recorded();
    const key = keys.order(reference);
    const body = { to: "undo", order: { ...order, id: "another" }, by: ann, at };
    await store.put({ ...key, type: "order", body });
    await expect(takeOrder(store, undo, reference, order)).rejects.toThrow(/is another/);
    await store.put({ ...key, type: "order", body: { ...body, by: "slack:T1/U9/A1" } });
    await expect(takeOrder(store, undo, reference, order)).rejects.toThrow(/is another/);
  });

  test("counts for six hours, as long as Lambda keeps an invocation", async () => {
    const { store, reference } = await recorded();
    const soon = { ...undo, now: later(359) };
    const late = { ...undo, now: later(361) };
    await expect(takeOrder(store, late, reference, order)).rejects.toThrow(/too long ago/);
    await expect(takeOrder(store, soon, reference, order)).resolves.toBeDefined();
  });
});
