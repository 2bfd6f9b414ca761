/** What every report owes, tried on its fixture in the embedded AWS. */
import { expect, onTestFinished, test } from "vitest";
import { noMetrics } from "../../handlers/app/metrics.ts";
import { unitFunction } from "../../handlers/app/unit.ts";
import type { AnyReport } from "../../sdk/report.ts";
import { contextOf, keptLog } from "../context.ts";
import { startFaultProxy } from "../fault-proxy.ts";
import type { ReportFixture } from "../fixture.ts";
import { deployedLedger, hostOf, testSettings } from "../host.ts";
import { identifyNobody } from "../signatures.ts";
import type { Bench } from "./bench.ts";
import { madeByReport, operationsOf } from "./made.ts";
import { readable } from "./readable.ts";

/** Registers the tests. */
export function reportContract(unit: AnyReport, fixture: ReportFixture, bench: Bench): void {
  const { seed, region, told, settings } = fixture;
  test("tells what it found, and asks AWS nothing that it does not declare", async () => {
    const aws = await bench.account(region ? { region } : {});
    const proxy = await startFaultProxy(aws.endpoint);
    onTestFinished(() => proxy.stop());
    await deployedLedger(aws);
    const host = hostOf(aws, testSettings(aws, unit, settings), { endpoint: proxy.endpoint });
    await seed(aws, hostOf(aws, host.settings).store);
    const handle = unitFunction(
      { ...host, log: keptLog().log, metrics: noMetrics, identify: identifyNobody },
      unit,
      host.settings,
    );
    const { runs } = await handle(
      { kind: "slot", region: aws.region, schedule: "s", slot: new Date().toISOString(), sweep: 0 },
      contextOf(aws),
    );
    expect(runs[0]?.message).toMatchObject({ ...told, title: readable });
    expect(runs[0]?.message?.title).toContain(told.title);
    expect(madeByReport(proxy.calls)).toEqual(operationsOf(unit.reads));
  });
}
