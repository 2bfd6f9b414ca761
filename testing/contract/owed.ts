/** What every unit owes, whatever its kind: its folder, its words, its config, its calls. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import type { Read, Write } from "../../sdk/call.ts";
import { composedOf } from "../../sdk/composed.ts";
import { isFlow } from "../../sdk/flow.ts";
import { wrongInCall } from "./calls.ts";
import type { UnitFolder } from "./loaded.ts";

/**
 * All calls that it declares, and what takes them back. Those of a signal are loaded with what
 * confirms its ends.
 */
export function callsOf(unit: AnyUnit): (Read | Write)[] {
  if (unit.kind === "signal") return [];
  if (unit.kind === "report") return [...unit.reads];
  const flows = unit.writes.filter(isFlow);
  const writes = [...unit.writes, ...flows.flatMap((flow) => [...flow.writes])];
  const back = writes.flatMap(({ undoneBy }) => undoneBy);
  const reads = [...unit.reads, ...flows.flatMap((flow) => [...flow.reads])];
  const calls = [...reads, ...writes, ...back, ...(unit.undoes ?? [])];
  return [...new Map(calls.flatMap(composedOf).map((call) => [call.operation, call])).values()];
}

const files: readonly (readonly [file: string, remedy: string])[] = [
  ["index.test.ts", "a test of its own, with literals"],
  ["runbook.md", "**Look:**, **Do:** and **Over:**, for whoever is called at night"],
];

/** Registers what its folder must hold. */
export function folderContract({ path, shown, id, family }: UnitFolder, unit: AnyUnit): void {
  test("is named as its folder, and so is its family", () =>
    expect({ id: unit.id, family: unit.family }, `${shown}/index.ts`).toEqual({ id, family }));

  test("begins with what it does and why", () =>
    expect(
      readFileSync(join(path, "index.ts"), "utf8"),
      `${shown}/index.ts must begin with a comment of some sentences: the docs show it`,
    ).toMatch(/^\/\*\*\n?[\s\S]{80,}?\*\//));

  test.each(files)("has %s", (file, remedy) =>
    expect(existsSync(join(path, file)), `write ${shown}/${file}: ${remedy}`).toBe(true),
  );

  test("says in its runbook what to look at, and what to do", () => {
    const runbook = readFileSync(join(path, "runbook.md"), "utf8");
    for (const part of ["Look", "Do"])
      expect(runbook, `${shown}/runbook.md lacks **${part}:**`).toMatch(
        new RegExp(`^\\*\\*${part}:\\*\\* \\S`, "m"),
      );
  });
}

interface Schema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
}

/** Registers what its definition must say. */
export function definitionContract(unit: AnyUnit): void {
  test("says in one sentence what it does", () =>
    expect(
      unit.summary,
      "write `summary` as one sentence of 16 to 121 characters, with a capital and without a full stop",
    ).toMatch(/^[A-Z][^.\n]{15,120}$/));

  test("needs no config, describes every key of it, and refuses a misspelt one", () => {
    expect(unit.config.safeParse({}).success, "give every key of `config` a default").toBe(true);
    expect(
      unit.config.safeParse({ confg: 1 }).success,
      "make `config` a z.strictObject, which refuses unknown keys",
    ).toBe(false);
    const { properties = {} } = z.toJSONSchema(unit.config, { io: "input" }) as Schema;
    const silent = Object.keys(properties).filter((key) => !properties[key]?.description);
    expect(silent, "describe with z.describe").toEqual([]);
  });

  const calls = callsOf(unit);
  if (calls.length)
    describe("of its calls", () => {
      test.each(calls.map((call) => [call.operation, call] as const))(
        "%s asks IAM for what there is, and for all that it needs",
        async (_, call) => expect(await wrongInCall(call)).toEqual([]),
      );
    });
}
