// @module-tag proof
/** Whatever goes wrong while an automation acts, it ends as without that: `testing/contract.ts`. */
import { join } from "node:path";
import { describe } from "vitest";
import { unitFolders, unitIn } from "../testing/contract/loaded.ts";
import { contractOf } from "../testing/contract.ts";
import { embedded } from "./setup/aws.ts";

const folders = unitFolders(join(import.meta.dirname, "../functions"));
const writing = await Promise.all(
  folders.map(async (folder) => {
    const unit = await unitIn(folder);
    return unit.kind === "automation" && unit.writes.length ? [folder] : [];
  }),
);

describe.each(writing.flat().map((folder) => [folder.shown, folder] as const))("%s", (_, folder) =>
  contractOf(folder, { account: embedded, mishaps: "alone" }),
);
