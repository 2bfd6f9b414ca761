import { expect, test } from "vitest";
import { planOrThrow } from "../../ledger/plans.ts";
import { runById } from "../../ledger/runs.ts";
import type { Start } from "../../ledger/start.ts";
import { asText } from "../../messages/render/text.ts";
import { priceUnknown } from "../../sdk/saving.ts";
import { embedded } from "../../test/setup/aws.ts";
import { makeGroups, retention, retentions } from "../../test/setup/retention.ts";
import { deployedLedger, hostOf, testSettings } from "../../testing/host.ts";
import { run } from "./run.ts";

test("what asks first waits for a person in mode act, and beside it the rest is done; a saving that nobody knows is counted", async () => {
  const aws = await embedded();
  await deployedLedger(aws);
  await makeGroups(aws, "wrong-a", "wrong-dear");
  const dear: typeof retention = {
    ...retention,
    propose(found, context) {
      const proposal = retention.propose(found, context);
      if (!proposal || found.logGroupName !== "wrong-dear") return proposal;
      return { ...proposal, savesPerMonth: "unknown", asks: "what it costs is not known" };
    },
  };
  const start: Start = {
    kind: "manual",
    key: "1",
    region: aws.region,
    at: new Date("2026-11-21T02:00:00Z"),
  };
  const host = hostOf(aws, testSettings(aws, "test-retention", { mode: "act" }));
  const result = await run(dear, start, host);
  expect(
    result.actions.map(({ target, outcome, unpriced }) => [target, outcome, unpriced]),
  ).toEqual([
    ["wrong-a", "applied", undefined],
    ["wrong-dear", "waiting", true],
  ]);
  expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-dear": null });
  const plan = await planOrThrow(host.store, result.plan?.id ?? "");
  expect([plan.why, plan.proposals[0]?.unpriced, plan.proposals[0]?.savesPerMonth]).toEqual([
    "what it costs is not known",
    true,
    null,
  ]);
  const kept = await runById(host.store, "unit", "test-retention", result.id);
  expect(kept?.numbers).toMatchObject({ saves: 1, wouldSave: 0, wouldUnpriced: 1 });
  const told = { id: "x", at: start.at, account: aws.account, region: aws.region, title: "x" };
  const message = { ...told, unit: "test-retention", kind: "run", severity: "info", run: result };
  const text = asText(message as never, { timeZone: "UTC" });
  expect(text).toContain(`Saves $1.00 a month.\n1 change: ${priceUnknown}.`);
});
