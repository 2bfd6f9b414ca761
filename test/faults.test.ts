import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../core/run/run.ts";
import { startFaultProxy, type FaultProxy } from "../local/fault-proxy.ts";
import { embedded } from "./setup/aws.ts";
import { deployed, hostOf, testSettings } from "./setup/host.ts";
import { makeGroups, retention } from "./setup/retention.ts";
import { startMachines, stopping } from "./setup/stopping.ts";
let proxy: FaultProxy;
test("probe", async () => {
  for (const unit of [retention, stopping]) for (let i=0;i<3;i++) {
  let t=performance.now();
  const aws = await embedded();
  proxy ??= await startFaultProxy(aws.endpoint);
  await deployed(aws);
  if (unit===retention) await makeGroups(aws, "wrong-a", "wrong-b", "wrong-c", "right"); else await startMachines(aws, "wrong-a","wrong-b","wrong-c","right");
  console.log("seed", performance.now()-t); t=performance.now();
  proxy.reset();
  const host = hostOf(aws, testSettings(aws, unit.id, {mode:"act"}), {endpoint: proxy.endpoint});
  const r = await run(unit as never, {kind:"sweep", key:"k", region: aws.region, at: new Date()}, host);
  console.log("run", performance.now()-t, r.outcome, proxy.calls.length, proxy.calls.map(c=>c.operation).join(" "));
  }
  await proxy.stop();
});
