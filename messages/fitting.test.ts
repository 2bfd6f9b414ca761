import { expect, test } from "vitest";
import { serialise } from "../sdk/codec.ts";
import type { Message } from "../sdk/message.ts";
import { fittingMessage } from "./fitting.ts";

const of = (rows: number): Message => ({
  title: `${rows} things`,
  severity: "info",
  facts: { price: "unknown" },
  table: {
    columns: ["thing", "where", "number"],
    rows: Array.from({ length: rows }, (_, at) => [`thing-${at}`, "eu-central-1", at]),
    total: ["all", "", rows],
  },
  affected: Array.from({ length: rows }, (_, at) => `arn:aws:x:::thing-${at}`),
});

test("a message that fits stays as it is", () => {
  const message = of(300);
  expect(fittingMessage(message, "things")).toBe(message);
});

test("of 20,000 rows the first are kept, and how many are missing is said, with where they are", () => {
  const message = of(20_000);
  const fitting = fittingMessage(message, "things");
  expect(Buffer.byteLength(serialise(fitting))).toBeLessThan(210_000);
  const [rows, names] = [fitting.table?.rows ?? [], fitting.affected ?? []];
  expect(rows.length).toBeGreaterThan(1000);
  expect(rows).toEqual(message.table?.rows.slice(0, rows.length));
  expect(names).toEqual(message.affected?.slice(0, names.length));
  const thousands = (number: number) => number.toLocaleString("en-GB");
  expect(fitting).toMatchObject({
    title: "20000 things",
    facts: {
      price: "unknown",
      "Not shown": `${thousands(20_000 - rows.length)} of 20,000 rows and ${thousands(20_000 - names.length)} of 20,000 names: they do not fit into a message. \`npx nightshift plan things\` prints all`,
    },
    table: { columns: ["thing", "where", "number"], total: ["all", "", 20_000] },
  });
});

test("one row that alone is too much is left out, and said so", () => {
  const { table, ...rest } = of(1);
  const rows = [["x".repeat(300_000), "", 0]];
  const fitting = fittingMessage({ ...rest, table: { columns: ["a", "b", "c"], rows } }, "things");
  expect(fitting.table?.rows).toEqual([]);
  expect(fitting.facts?.["Not shown"]).toMatch(/^1 of 1 rows: they do not fit/);
});
