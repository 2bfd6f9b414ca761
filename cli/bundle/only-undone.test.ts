/** The function that takes back has of each automation all that it takes for that, and no more. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { undoWrites } from "../../engine/run/way-back.ts";
import { registry } from "../../functions/registry.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { isFlow } from "../../sdk/flow.ts";
import { packageFile } from "../io/paths.ts";
import { withoutProposing } from "./only-undone.ts";
import { pack } from "./pack.ts";

test("when it starts and what it proposes is left out, and how it is taken back stays", () =>
  expect(
    withoutProposing(
      "export default automation({ id, on: [sweep(x)], reads, writes: [a], propose(found) { return b(found); }, danger: () => 1, restore: { by: [c], calls } });",
    ),
  ).toBe(
    "export default automation({ id, on: [], reads, writes: [a], propose() {}, danger: undefined, restore: { by: [c], calls } });",
  ));

test("what its flows do is left out too", () =>
  expect(withoutProposing("export const a = flow({ id, reads, writes: [b], inverse: [c] });")).toBe(
    "export const a = flow({ id, reads: [], writes: [], inverse: [c] });",
  ));

test("a unit that a function makes is one too", () =>
  expect(withoutProposing("const of = (x: X) => automation({ id, propose });")).toBe(
    "const of = (x: X) => automation({ id, propose() {} });",
  ));

test.each([
  "export default report({ on: [], propose() {} });",
  "export default signal({ on: [sweep(x)] });",
  "const a = { on: [b], propose() {} };",
])("%s stays as it is", (code) => expect(withoutProposing(code)).toBe(code));

type Units = Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;
let undone: Units;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-only-undone-"));
  const source = `export { registry } from ${JSON.stringify(packageFile("functions/registry.ts"))};`;
  await pack(folder, { source, settings: {}, onlyUndoes: true });
  const file = pathToFileURL(join(folder, "index.mjs")).href;
  undone = ((await import(file)) as { readonly registry: Units }).registry;
}, 600_000);

/** All that an undo asks of an automation. */
const asked = (unit: AnyAutomation) => ({
  id: unit.id,
  writes: unit.writes.map(
    ({ operation, back, irreversible, uncertain, parts, undoneBy, token }) => ({
      ...{ operation, back, irreversible, uncertain, token },
      parts: parts?.map((part) => part.operation),
      undoneBy: undoneBy.map((write) => write.operation),
    }),
  ),
  undoWrites: undoWrites(unit).map(({ operation, grants, already }) => ({
    ...{ operation, grants, already },
  })),
  inverts: unit.writes.map((write) => typeof (write as { invert?: unknown }).invert),
  reads: unit.reads.map(({ operation }) => operation),
  restores: [unit.restore?.by.map(({ operation }) => operation), typeof unit.restore?.calls],
  looks: [unit.find, unit.target, unit.state, unit.tags, unit.named, unit.elsewhere?.regions].map(
    (part) => typeof part,
  ),
});

test.each(Object.keys(registry))("%s", async (id) => {
  const whole = (await registry[id as keyof typeof registry]()).default as AnyAutomation;
  const own = (await undone[id]?.())?.default as AnyAutomation;
  if (whole.kind !== "automation") return;
  expect(JSON.parse(JSON.stringify(asked(own)))).toEqual(JSON.parse(JSON.stringify(asked(whole))));
  expect(own.on).toEqual([]);
  // Giving time is a flow around each of its calls, made as the unit is loaded.
  if (own.grace) return;
  expect(own.propose({}, {} as never)).toBeUndefined();
  for (const flow of own.writes.filter(isFlow)) expect([flow.reads, flow.writes]).toEqual([[], []]);
});
