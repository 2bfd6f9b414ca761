/** A unit's function in this process, with the flows that it begins. */
import type { Context } from "aws-lambda";
import type { FlowOrder } from "../../engine/flows/order.ts";
import { createHost, ledgerOf } from "../../engine/run/host.ts";
import type { PersonPorts } from "../../handlers/app/ports.ts";
import { unitFunction } from "../../handlers/app/unit.ts";
import { numbersIn } from "../../ledger/numbers.ts";
import type { RunResult } from "../../ledger/result.ts";
import { runById } from "../../ledger/runs.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { isFlow } from "../../sdk/flow.ts";
import type { Log } from "../../sdk/log.ts";
import type { AnyReport } from "../../sdk/report.ts";
import { after, type Clock, clockAt, minutes } from "../../sdk/time.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { testFlows } from "../../testing/flows.ts";
import type { CallerAccount } from "./account.ts";

interface Here {
  readonly account: CallerAccount;
  readonly clock: Clock;
  readonly log: Log;
  readonly ports: PersonPorts;
}

/** As long as the deployed functions have. */
const lifetime = minutes(15);

/** What carries them, its waits skipped: nothing here comes back later. */
function flowsHere({ account, clock, log }: Here, unit: AnyAutomation, settings: UnitSettings) {
  const skipping = clockAt(clock.now());
  const clients = account.clients(skipping);
  const store = ledgerOf(clients, settings, skipping);
  const flows = testFlows(unit, skipping, () =>
    createHost({
      ...{ account: account.id, settings, clock: skipping, clients, store, log },
      deadline: after(skipping.now(), lifetime),
    }),
  );
  return {
    beginFlow: (_unit: string, order: FlowOrder) => flows.begin(order),
    async ended(run: RunResult): Promise<RunResult> {
      if (!numbersIn(run).begun) return run;
      await flows.carryAll();
      return (await runById(store, "unit", unit.id, run.id)) ?? run;
    },
  };
}

/** @returns its runs, with what became of the flows that they began */
export async function runHere(
  here: Here,
  unit: AnyAutomation | AnyReport,
  settings: UnitSettings,
  { payload, context }: { readonly payload: unknown; readonly context: Context },
): Promise<readonly RunResult[]> {
  if (unit.kind !== "automation" || !unit.writes.some(isFlow))
    return (await unitFunction(here.ports, unit, settings)(payload, context)).runs;
  const { beginFlow, ended } = flowsHere(here, unit, settings);
  const answer = await unitFunction({ ...here.ports, beginFlow }, unit, settings)(payload, context);
  const runs: RunResult[] = [];
  for (const run of answer.runs) runs.push(await ended(run));
  return runs;
}
