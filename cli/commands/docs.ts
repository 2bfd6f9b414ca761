/** `docs`: a page for each unit of the project, made from its definition. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { count } from "../../sdk/counted.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import type { DescribedUnit } from "../bundle/units.ts";
import { withLines } from "../bundle/where.ts";
import { unitIndex, unitPage } from "../docs/unit-page.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { defaultSettings, packageRoot, projectRoot, shownPath } from "../io/paths.ts";
import { exportedBy } from "../place/exported.ts";

const folder = join("docs", "units");

/** What Nightshift ships comes with its package. */
function shippedRunbooks(): string {
  const file = [packageRoot, dirname(packageRoot)]
    .map((folder) => join(folder, "docs", "runbooks.md"))
    .find((path) => existsSync(path));
  return file === undefined ? "# Runbooks\n" : readFileSync(file, "utf8").trimEnd();
}

/** One page for all that messages lead to: what is shipped, and the project's own beside it. */
function runbooksOf(own: readonly DescribedUnit[]): string {
  const sections = own.flatMap(({ id, file }) => {
    const runbook = file.replace(/index\.\w+$/, "runbook.md");
    if (!existsSync(runbook)) return [];
    const text = readFileSync(runbook, "utf8").replace(/^# .*\n/, "");
    return [`## ${id}\n${text.trim()}`];
  });
  return `${[shippedRunbooks(), ...sections].join("\n\n")}\n`;
}

/** Of the project's own units; what Nightshift ships is described where it comes from. */
export async function docsCommand(io: Io): Promise<number> {
  if (projectRoot === packageRoot)
    throw new NotPossible("this is Nightshift's own repository: `npm run docs` makes its pages");
  const [{ configure }, { registry }] = await Promise.all([
    import("../bundle/units.ts"),
    import("../../functions/registry.ts"),
  ]);
  const exported = await exportedBy(defaultSettings);
  const name = shownPath(defaultSettings);
  const { units } = await withLines(defaultSettings, name, () =>
    configure(registry, exported, { name }),
  );
  const own = units.filter(({ id }) => id in fieldsOf(fieldsOf(exported).own));
  const target = join(projectRoot, folder);
  mkdirSync(target, { recursive: true });
  const link = ({ file }: { readonly file: string }) =>
    relative(target, file.replace(/index\.\w+$/, "runbook.md"));
  for (const unit of own)
    writeFileSync(
      join(target, `${unit.id}.md`),
      unitPage(unit, readFileSync(unit.file, "utf8"), link),
    );
  writeFileSync(join(target, "README.md"), unitIndex(own));
  writeFileSync(join(projectRoot, "docs", "runbooks.md"), runbooksOf(own));
  io.say(`${shownPath(target)} has a page for ${count(own.length, "unit")}`);
  return exit.done;
}
