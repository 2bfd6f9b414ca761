/** Writes docs/units/ from the definitions, so that they cannot drift: `node tools/docs.ts`. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { configure } from "../cli/bundle/units.ts";
import { unitIndex, unitPage } from "../cli/docs/unit-page.ts";
import { registry } from "../functions/registry.ts";
import { writeCosts } from "./costs.ts";
import { writeRunbooks } from "./runbooks.ts";

const root = resolve(import.meta.dirname, "..");
const folder = "docs/units";

/** The pages by file name, as they should be. */
export async function pages(): Promise<Map<string, string>> {
  const { units } = await configure(registry, { home: "eu-central-1" }, { name: "the defaults" });
  const runbook = ({ id }: { readonly id: string }) => `../runbooks.md#${id}`;
  const made = units.map(
    (unit) => [`${unit.id}.md`, unitPage(unit, readFileSync(unit.file, "utf8"), runbook)] as const,
  );
  return new Map([...made, ["README.md", unitIndex(units)]]);
}

/** The pages by file name, as they are. */
export const unitPages = (): Map<string, string> =>
  new Map(
    readdirSync(resolve(root, folder)).map((name) => [
      name,
      readFileSync(resolve(root, folder, name), "utf8"),
    ]),
  );

if (import.meta.main) {
  rmSync(resolve(root, folder), { recursive: true, force: true });
  mkdirSync(resolve(root, folder), { recursive: true });
  for (const [name, text] of await pages()) writeFileSync(resolve(root, folder, name), text);
  writeRunbooks();
  await writeCosts();
}
