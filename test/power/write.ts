/** Writes docs/power.md from a night that is recorded now: `npx node test/power/write.ts`. */
import { writeFileSync } from "node:fs";
import { recordNight } from "./night.ts";
import { page } from "./page.ts";

const recorded = await recordNight();
if (recorded.troubles.length)
  throw new Error(`The night did not go as it should:\n${recorded.troubles.join("\n")}`);
writeFileSync(`${import.meta.dirname}/../../docs/power.md`, await page(recorded));
// What stands in for authorities may still run.
process.exit();
