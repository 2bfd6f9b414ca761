import { expect, test } from "vitest";
import * as z from "zod/mini";
import { runById } from "../../ledger/runs.ts";
import { report } from "../../sdk/report.ts";
import { sweep } from "../../sdk/unit.ts";
import { embedded } from "../../test/setup/aws.ts";
import { deployedLedger, hostOf, testSettings } from "../../testing/host.ts";
import { runReport } from "./report.ts";

const many = report({
  id: "many-things",
  family: "cost",
  summary: "Tells of very many things",
  on: [sweep("cron(0 7 * * ? *)")],
  config: z.strictObject({}),
  reads: [],
  find: async () => Array.from({ length: 20_000 }, (_, at) => `thing ${at} of a region far away`),
  tell: (found: readonly string[]) => ({
    title: `There are ${found.length} things`,
    severity: "info",
    table: { columns: ["thing"], rows: found.map((thing) => [thing]) },
    affected: found,
  }),
});

test("a report that finds 20,000 things is recorded and told, with as many as an item holds", {
  tags: ["moto"],
}, async () => {
  const aws = await embedded();
  await deployedLedger(aws);
  const host = hostOf(aws, testSettings(aws, many));
  const by = {
    kind: "manual",
    key: "k",
    region: aws.region,
    at: host.clock.now(),
    by: "ann",
  } as const;
  const run = await runReport(many, by, host);
  expect(run).toMatchObject({ outcome: "done", found: 20_000 });
  const recorded = await runById(host.store, "unit", many.id, run.id);
  expect(recorded?.message).toMatchObject({
    title: "There are 20000 things",
    facts: { "Not shown": expect.stringContaining("of 20,000 rows") },
  });
});
