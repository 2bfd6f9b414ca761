import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { thrownIn } from "./thrown.ts";

const failing = (stack: string, error: Error = new Error("no such table")): Error =>
  Object.assign(error, { stack });
const file = join(mkdtempSync(join(tmpdir(), "nightshift thrown-")), "index.ts");
writeFileSync(file, "");

test("text that Node cannot parse is told with its line, in a folder with a blank too", () => {
  const error = new SyntaxError("Unexpected token `,`");
  const stack = `${file}:9\n  version: 1,,\n             ^\n\nSyntaxError: Unexpected token`;
  expect(thrownIn(failing(stack, error))).toBe(`SyntaxError: Unexpected token \`,\` (${file}:9)`);
});

test("what was thrown is told with the first file that is in no package", () => {
  const url = `file://${file.replaceAll(" ", "%20")}`;
  const stack = `Error: no such table\n    at parse (file:///p/node_modules/x/a.js:1:2)\n    at open (${url}:3:7)`;
  expect(thrownIn(failing(stack))).toBe(`no such table (${file}:3)`);
});

test("where nobody knows the place, the error alone is told", () => {
  expect(thrownIn(failing("Error: no such table\n    at node:internal/x:1:2"))).toBe(
    "no such table",
  );
  const port = "connect ECONNREFUSED 127.0.0.1:8080";
  expect(thrownIn(failing(`Error: ${port}`, new Error(port)))).toBe(port);
  expect(thrownIn("odd")).toBe("odd");
});
