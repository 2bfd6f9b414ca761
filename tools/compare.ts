/**
 * Nightshift beside Cloud Custodian, on the same seeded accounts: `npm run compare -- --custodian
 * PROGRAM`, where PROGRAM is `custodian` of a virtual environment with c7n. Writes
 * docs/reference/compared.md, and its figures beside it (`npm run format` brings those into form).
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { startEmbedded } from "../testing/embedded.ts";
import { byCustodian, byNightshift } from "./compare/both.ts";
import { comparedCases } from "./compare/cases.ts";
import { type ComparedFigures, comparedPage } from "./compare/page.ts";

const folder = resolve(import.meta.dirname, "..", "docs", "reference");
const { values } = parseArgs({ options: { custodian: { type: "string" } } });
const { custodian } = values;
if (custodian === undefined) {
  console.error(
    "This needs Cloud Custodian: `pip install c7n` into a virtual environment, then `npm run compare -- --custodian` with the path of its `custodian`.",
  );
  process.exit(2);
}

const aws = await startEmbedded();
const cases: ComparedFigures[] = [];
try {
  for (const compared of comparedCases) {
    const nightshift = await byNightshift(aws.endpoint, compared);
    cases.push({
      unit: compared.unit.id,
      nightshift,
      custodian: await byCustodian(aws.endpoint, compared, custodian),
    });
    console.log(JSON.stringify(cases.at(-1)));
  }
} finally {
  await aws.stop();
}
const custodianVersion = execFileSync(custodian, ["version"], { encoding: "utf8" }).trim();
const comparison = { date: new Date().toISOString().slice(0, 10), custodianVersion, cases };
writeFileSync(resolve(folder, "compared.json"), `${JSON.stringify(comparison, null, 2)}\n`);
writeFileSync(resolve(folder, "compared.md"), comparedPage(comparison));
