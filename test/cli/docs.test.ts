import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { program } from "../../cli/main.ts";

test("every verb and every option of it is in docs/cli.md", () => {
  const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
  const verbs = program(async () => {}).commands;
  const lacking = verbs
    .flatMap((verb) => [verb.name(), ...verb.options.map(({ long }) => long ?? "")])
    .filter((word) => !page.includes(word));
  expect(lacking).toEqual([]);
});
