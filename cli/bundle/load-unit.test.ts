import { expect, test } from "vitest";
import { SettingsError } from "../../settings/settings.ts";
import { unitFrom } from "./load-unit.ts";
import type { LoadUnit, UnitSource } from "./project.ts";

const shown = "functions/ops/old-buckets/index.ts";
const source: UnitSource = { family: "ops", file: `/project/${shown}`, shown };
const exporting = (unit: unknown) => async () => ({ default: unit });

test("a unit of the id that its folder has is what is loaded", async () => {
  const unit = { id: "old-buckets", kind: "report" };
  expect(await unitFrom("old-buckets", exporting(unit), source)).toBe(unit);
});

test.each<[what: string, load: LoadUnit, at: UnitSource | undefined, message: RegExp]>([
  [
    "without a folder",
    () => Promise.reject(new Error("Cannot find module")),
    undefined,
    /no functions\/<family>\/old-buckets\/index\.ts\..*`npx nightshift generate` writes the list/,
  ],
  [
    "that fails",
    () => Promise.reject(new Error("no such table")),
    source,
    /old-buckets\/index\.ts cannot be loaded: no such table$/,
  ],
  ["without a default export", exporting(undefined), source, /no unit as its default export/],
  ["that is none", exporting({ id: "old-buckets" }), source, /it must read `export default/],
  [
    "of another id",
    exporting({ id: "new-buckets", kind: "report" }),
    source,
    /declares the id new-buckets/,
  ],
])("a unit %s is refused, with its file and the remedy", async (_, load, at, message) => {
  const loading = unitFrom("old-buckets", load, at);
  await expect(loading).rejects.toThrow(SettingsError);
  await expect(loading).rejects.toThrow(message);
});
