/** Flows that were under way when their unit was taken out of the settings, or given another id. */

import type { WatchdogFinding } from "../../../ledger/findings.ts";
import { eachWritten, flowsUnderWay, type Written } from "../../../ledger/flows.ts";
import type { Store } from "../../../ledger/store.ts";
import { unitsKnown } from "../../../ledger/units-known.ts";

/** @param deployed ids of the units that the settings deploy */
export async function ownerlessFlows(
  store: Store,
  deployed: readonly string[],
): Promise<WatchdogFinding[]> {
  const found: WatchdogFinding[] = [];
  for (const unit of await unitsKnown(store)) {
    if (deployed.includes(unit)) continue;
    for await (const { begun } of flowsUnderWay(store, unit)) {
      const wrote: Written[] = [];
      for await (const entry of eachWritten(store, begun))
        if (entry.state === "done" || entry.state === "intended") wrote.push(entry);
      found.push({
        key: `ownerless flow ${begun.action}`,
        title: `A flow of ${unit} was under way when ${unit} was taken out of the settings`,
        severity: "warning",
        affected: [begun.target],
        facts: {
          flow: `${begun.action}, since ${begun.since.toISOString()}`,
          "what it wrote":
            wrote.map(({ call: { operation } }) => operation).join(", ") || "nothing",
          "so what": "nobody carries it on, and what it wrote is left as it is",
          "what now": `deploy ${unit} again, and it goes on or takes back what it wrote; or look at its target by hand`,
        },
      });
    }
  }
  return found;
}
