/**
 * Writes the corpus of the ledger's form as this version writes it: `node test/old-ledger/write.ts`.
 * Once for each form, before the next one is made; what was written then is never written again.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ledgerForm } from "../../ledger/table.ts";
import { type KeptScene, scenes } from "./scenes.ts";

const corpus: Record<string, KeptScene> = {};
for (const [name, scene] of Object.entries(scenes)) corpus[name] = await scene();
const file = join(import.meta.dirname, `form-${ledgerForm}.json`);
writeFileSync(file, `${JSON.stringify(corpus, null, 1)}\n`);
