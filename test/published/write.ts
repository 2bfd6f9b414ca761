/** Writes docs/reference/signals.md: `node test/published/write.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { page, publishedPage } from "./page.ts";

const path = join(import.meta.dirname, "../..", page);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, publishedPage());
