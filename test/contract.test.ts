/** Every unit's folder owes the same: `testing/contract.ts`; what can go wrong: `mishaps.test.ts`. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { unitFolders } from "../testing/contract/loaded.ts";
import { contractOf } from "../testing/contract.ts";
import { embedded } from "./setup/aws.ts";

const folders = unitFolders(join(import.meta.dirname, "../functions"));

test("no two units share an id, whatever their families", () => {
  const ids = folders.map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
});

/** `nightshift check` asks for one alone. */
const only = process.env.NIGHTSHIFT_UNIT;
for (const folder of folders)
  if (only === undefined) contractOf(folder, { account: embedded, mishaps: "none" });
  else if (folder.shown === only) contractOf(folder, { account: embedded });
