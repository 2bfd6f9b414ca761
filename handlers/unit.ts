import { isOrder } from "../ingest/start.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import { fieldsOf } from "../sdk/fields.ts";
import type { AnyReport } from "../sdk/report.ts";
import type { UnitSettings } from "../settings/settings.ts";
import type { FlowPorts, Ports } from "./app/ports.ts";
import { serve } from "./app/stack.ts";
import { throwIfFailed, type UnitAnswer, unitFunction } from "./app/unit.ts";
import { lambdaPorts, settingsBeside } from "./lambda.ts";
import { askSts } from "./sts.ts";

/**
 * The command line waits for the answer and reads it; whoever else invokes must see that something
 * failed.
 */
const waits = (payload: unknown) => isOrder(payload) && fieldsOf(payload).kind === "manual";

/**
 * A unit's function as Lambda loads it.
 * @param folder where the bundle and its `settings.json` lie
 * @param flows how it begins flows, where it has any
 */
export function serveUnit(
  unit: AnyAutomation | AnyReport,
  folder: string = import.meta.dirname,
  flows: (ports: Ports) => Pick<FlowPorts, "beginFlow"> = () => ({}),
) {
  const settings = settingsBeside(folder) as UnitSettings;
  const own = lambdaPorts(unit.id);
  const ports = { ...own, ...flows(own), identify: askSts(settings.home) };
  const handle = unitFunction(ports, unit, settings);
  return serve<unknown, UnitAnswer>(ports, async (payload, context) => {
    const answer = await handle(payload, context);
    if (!waits(payload)) throwIfFailed(answer);
    return answer;
  });
}
