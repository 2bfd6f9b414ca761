import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Table } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { tableCsv, tableHtml, tableLines } from "./table.ts";

const costs: Table = {
  columns: ["Service", "USD"],
  rows: [
    ["Amazon EC2", 1204.5],
    ["AWS Lambda", 3],
  ],
  total: ["All", 1207.5],
};

test("as text it has aligned columns, numbers to the right, and its total below a rule", () => {
  expect(tableLines(costs)).toEqual([
    "Service     USD",
    "----------  -------",
    "Amazon EC2  1,204.5",
    "AWS Lambda        3",
    "----------  -------",
    "All         1,207.5",
  ]);
});

test("of a long table the first rows are shown and the rest is counted; the file holds all", () => {
  const long: Table = { columns: ["n"], rows: Array.from({ length: 100 }, (_, at) => [at]) };
  expect(tableLines(long)).toHaveLength(2 + 25 + 1);
  expect(tableLines(long).at(-1)).toBe("and 75 more");
  expect(tableCsv(long).split("\r\n")).toHaveLength(102);
});

test("a row that is too short is filled, one that is too long is cut to the columns", () => {
  const odd: Table = { columns: ["a", "b"], rows: [["x"], ["y", "z", "beyond"]] };
  expect(tableCsv(odd)).toBe("a,b\r\nx,\r\ny,z\r\n");
});

test("as CSV it is quoted as RFC 4180 says, and no cell is a formula", () => {
  const hostile: Table = {
    columns: ["name", "note"],
    rows: [
      ['say "hi", twice', "two\r\nlines"],
      ['=HYPERLINK("https://evil.example.com")', "+1"],
      ["@SUM(A1)", "\t-2+3"],
      ["ordinary", -5],
    ],
  };
  expect(tableCsv(hostile)).toBe(
    [
      "name,note",
      '"say ""hi"", twice","two\r\nlines"',
      '"\'=HYPERLINK(""https://evil.example.com"")","\'+1"',
      '"\'@SUM(A1)","\'\t-2+3"',
      "ordinary,-5",
      "",
    ].join("\r\n"),
  );
});

test("as HTML nothing in a cell is markup", () => {
  const html = tableHtml({ columns: ["<b>"], rows: [["<script>alert(1)</script>"]] }, (text) =>
    text.replaceAll("<", "&lt;"),
  );
  expect(html).toContain("&lt;script>alert(1)");
  expect(html).not.toMatch(/<(b|script)>/);
});

test("whatever the cells hold, a line stays a line, and no CSV cell begins a formula", () => {
  const cell = fc.oneof(
    fc.double(),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom("=1", "\u001b[2J", "\r\nx", "+\0", "https://evil.example.com"),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 30 }), (rows) => {
      const table: Table = { columns: ["a", "b", "c"], rows };
      for (const line of tableLines(table)) expect(line).toBe(plain(line));
      for (const one of rows.flat())
        expect(tableCsv({ columns: ["a"], rows: [[one]] })).not.toMatch(/^a\r\n"?[=+@]/);
    }),
  );
});
