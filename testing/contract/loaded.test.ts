import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { keptBy, unitFolder, unitFolders, unitIn } from "./loaded.ts";

const root = mkdtempSync(join(tmpdir(), "nightshift-units-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A unit's folder with these files. */
function folderWith(id: string, files: Readonly<Record<string, string>>) {
  const path = join(root, "functions", "cost", id);
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return unitFolder(path);
}
const loaded = async (id: string, files: Readonly<Record<string, string>>) => {
  const folder = folderWith(id, files);
  return keptBy(folder, await unitIn(folder));
};
const index = (id: string, kind: string) =>
  `export default { id: "${id}", family: "cost", kind: "${kind}" };`;

test.each<[what: string, id: string, files: Readonly<Record<string, string>>, remedy: RegExp]>([
  [
    "no index.ts",
    "no-index",
    { "runbook.md": "" },
    /^functions\/cost\/no-index has no index\.ts: write one with `export default automation/,
  ],
  [
    "a default export that is no unit",
    "no-unit",
    { "index.ts": "export default { id: 1 };" },
    /^functions\/cost\/no-unit\/index\.ts exports no unit by default: write `export default automation/,
  ],
  [
    "an index.ts that cannot be loaded",
    "broken",
    { "index.ts": 'throw new Error("no such table");' },
    /^functions\/cost\/broken\/index\.ts cannot be loaded: no such table/,
  ],
  [
    "no fixture",
    "no-fixture",
    { "index.ts": index("no-fixture", "automation") },
    /^functions\/cost\/no-fixture has no fixture\.ts: write one with `export const fixture: AutomationFixture = \{ seed, look, wrong, held \}`/,
  ],
  [
    "a fixture under another name",
    "no-export",
    { "index.ts": index("no-export", "report"), "fixture.ts": "export const fixtures = {};" },
    /^functions\/cost\/no-export\/fixture\.ts lacks fixture: it is `export const fixture: ReportFixture/,
  ],
  [
    "half a fixture",
    "half",
    {
      "index.ts": index("half", "automation"),
      "fixture.ts": "export const fixture = { seed() {}, look() {}, wrong: [] };",
    },
    /^functions\/cost\/half\/fixture\.ts lacks held/,
  ],
])("a unit with %s says so, and what to write", async (_, id, files, remedy) => {
  await expect(loaded(id, files)).rejects.toThrow(remedy);
});

test("a signal needs no fixture", async () => {
  expect(await loaded("told", { "index.ts": index("told", "signal") })).toEqual({ kind: "signal" });
});

test("each folder two below functions/ is a unit's, with or without its index.ts", () => {
  folderWith("empty", {});
  writeFileSync(join(root, "functions", "registry.ts"), "");
  expect(unitFolders(join(root, "functions")).map(({ id }) => id)).toContain("empty");
});
