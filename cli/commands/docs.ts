/** `docs`: a page for each unit of the project, made from its definition. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { count } from "../../sdk/counted.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import { withLines } from "../bundle/where.ts";
import { unitIndex, unitPage } from "../docs/unit-page.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { defaultSettings, packageRoot, projectRoot, shownPath } from "../io/paths.ts";
import { exportedBy } from "../place/exported.ts";

const folder = join("docs", "units");

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
  io.say(`${shownPath(target)} has a page for ${count(own.length, "unit")}`);
  return exit.done;
}
