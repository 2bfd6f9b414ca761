/** Several items in one request: what is not read is not missing. */
import { expect, test } from "vitest";
import { clockAt } from "../sdk/time.ts";
import { memoryLedger } from "../testing/memory/ledger.ts";
import { gathered } from "./gathered.ts";

const now = new Date("2026-11-21T02:00:00Z");
const key = (at: number) => ({ pk: `p-${at % 7}`, sk: `s-${at}` });

async function filled(count: number) {
  const ledger = memoryLedger(clockAt(now));
  for (let at = 0; at < count; at += 1)
    await ledger.store.put({ ...key(at), type: "test", body: at });
  ledger.sent.length = 0;
  return ledger;
}

test("many are read in as few requests as take them, each once, in the order of the keys", async () => {
  const { store, sent } = await filled(250);
  const asked = [...Array.from({ length: 250 }, (_, at) => key(249 - at)), key(3), key(999)];
  const read = await store.getAll(asked);
  const bodies = read.map((each) => ("item" in each ? each.item?.body : each.error));
  expect(bodies).toEqual([...Array.from({ length: 250 }, (_, at) => 249 - at), 3, undefined]);
  expect(sent).toEqual(["BatchGetItem", "BatchGetItem", "BatchGetItem"]);
});
test("one that cannot be read says so, and is in nobody else's way", async () => {
  const { store, table } = await filled(2);
  const newer = table.get(key(1).pk, key(1).sk);
  Object.assign(newer ?? {}, { v: { N: "99" } });
  const [first, second] = await store.getAll([key(0), key(1)]);
  expect(first).toMatchObject({ item: { body: 0 } });
  expect(second).toMatchObject({ error: { message: expect.stringContaining("newer Nightshift") } });
});
/** A table that leaves keys unread, so often. */
async function tired(times: number) {
  const ledger = await filled(3);
  const { table } = ledger;
  const answer = table.answer.bind(table);
  let left = times;
  table.answer = (operation, input: never, at) => {
    if (operation !== "BatchGetItem" || left === 0) return answer(operation, input, at);
    left -= 1;
    const { RequestItems } = input as { RequestItems: Record<string, { Keys: object[] }> };
    const cut = Object.entries(RequestItems).map(([name, { Keys }]) => [
      name,
      { Keys: Keys.slice(1) },
    ]);
    const first = Object.entries(RequestItems).map(([name, { Keys }]) => [
      name,
      { Keys: Keys.slice(0, 1) },
    ]);
    const some = answer(operation, { RequestItems: Object.fromEntries(first) } as never, at);
    return { ...some, UnprocessedKeys: Object.fromEntries(cut) };
  };
  return ledger;
}
test("what the table leaves unread is asked for again", async () => {
  const { store, sent } = await tired(2);
  const read = await store.getAll([key(0), key(1), key(2)]);
  expect(read.map((each) => "item" in each && each.item?.body)).toEqual([0, 1, 2]);
  expect(sent).toHaveLength(3);
});
test("what stays unread is no missing item: the next delivery tries again", async () => {
  const ledger = memoryLedger(clockAt(now));
  ledger.table.answer = (_, input) => ({
    Responses: {},
    UnprocessedKeys: (input as { RequestItems: object }).RequestItems,
  });
  await expect(ledger.store.getAll([key(0)])).rejects.toThrow("leaves 1 items unread");
});
test("what is asked at one moment is one request, and nothing is remembered", async () => {
  const { store, sent } = await filled(5);
  const together = gathered(store);
  const read = await Promise.all([0, 1, 2, 3, 4].map((at) => together.get(key(at))));
  expect(read.map((item) => item?.body)).toEqual([0, 1, 2, 3, 4]);
  expect(sent).toEqual(["BatchGetItem"]);
  await store.put({ ...key(0), type: "test", body: "other" });
  expect((await together.get(key(0)))?.body).toBe("other");
});
