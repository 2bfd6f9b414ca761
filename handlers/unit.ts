import { isOrder } from "../ingest/start.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import type { AnyReport } from "../sdk/report.ts";
import type { UnitSettings } from "../settings/settings.ts";
import { serve } from "./app/stack.ts";
import { throwIfFailed, type UnitAnswer, unitHandler } from "./app/unit.ts";
import { functionParts, settingsBeside } from "./parts.ts";

/**
 * The command line waits for the answer and reads it; whoever else invokes must see that something
 * failed.
 */
const waits = (payload: unknown) =>
  isOrder(payload) && (payload as { kind: unknown }).kind === "manual";

/**
 * A unit's function as Lambda loads it.
 * @param folder where the bundle and its `settings.json` lie
 */
export function serveUnit(unit: AnyAutomation | AnyReport, folder: string = import.meta.dirname) {
  const own = functionParts(unit.id);
  const handle = unitHandler(unit, { ...own, settings: settingsBeside(folder) as UnitSettings });
  return serve<unknown, UnitAnswer>(own, async (payload, context) => {
    const answer = await handle(payload, context);
    if (!waits(payload)) throwIfFailed(answer);
    return answer;
  });
}
