import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { registry } from "../../functions/registry.ts";
import { findProject, packageRoot } from "../io/paths.ts";
import { projectOf, type Registry } from "./project.ts";

const root = mkdtempSync(join(tmpdir(), "nightshift-project-"));
const load = async () => ({ default: {} });
const of = (exported: unknown) => projectOf(registry as Registry, exported, "settings.ts", root);
const [first = ""] = Object.keys(registry);

test("without a word about units a project has all that are shipped", () => {
  expect(Object.keys(of({ home: "eu-central-1" }).registry)).toEqual(Object.keys(registry));
});

test("own units join the shipped ones, and the settings are without them", () => {
  const { registry: all, settings } = of({ home: "eu-central-1", own: { "old-buckets": load } });
  expect(Object.keys(all)).toEqual([...Object.keys(registry), "old-buckets"]);
  expect(settings).toEqual({ home: "eu-central-1" });
});

test("of the shipped ones a project may choose families and units", () => {
  const family = of({}).sources.get(first)?.family ?? "";
  const chosen = Object.keys(of({ shipped: [family] }).registry);
  expect(chosen).toContain(first);
  expect(chosen.length).toBeLessThan(Object.keys(registry).length);
  expect(Object.keys(of({ shipped: [first] }).registry)).toEqual([first]);
});

test.each<[what: string, exported: object, message: RegExp]>([
  [
    "a shipped id",
    { own: { [first]: load } },
    /ships a unit with this id\. Give yours another one/,
  ],
  ["no function", { own: { a: "./a.ts" } }, /own\.a: must be a function that imports/],
  ["a list", { own: [] }, /own: must name units by their ids/],
  [
    "an unknown family",
    { shipped: ["nowhere"] },
    /shipped\[0\]: .*no unit or family nowhere; the families are /,
  ],
])("%s is refused, with the remedy", (_, exported, message) => {
  expect(() => of(exported)).toThrow(message);
});

test("a project is found from any folder in it", () => {
  const below = join(root, "functions", "storage");
  mkdirSync(below, { recursive: true });
  writeFileSync(join(root, "nightshift.config.ts"), "");
  expect(findProject(below)).toBe(root);
  expect(findProject(packageRoot)).toBe(packageRoot);
});
