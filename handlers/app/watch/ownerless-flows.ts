/** Flows that were under way when their unit was taken out of the settings, or given another id. */

import type { WatchdogFinding } from "../../../ledger/findings.ts";
import { type Begun, eachWritten, flowsUnderWay, type Written } from "../../../ledger/flows.ts";
import type { Store } from "../../../ledger/store.ts";
import { unitsKnown } from "../../../ledger/units-known.ts";
import type { DeployedIds } from "./left-behind.ts";

/** An id that nothing is deployed under, and that of today, if there is one. */
interface GoneId {
  readonly unit: string;
  readonly today: string | undefined;
}

function whatNow({ unit, today }: GoneId, { action, target, endsBy }: Begun): string {
  const look = `\`npx nightshift history ${action}\` lists what it wrote; look at ${target} by hand`;
  if (today === undefined)
    return `deploy ${unit} again, and it goes on or takes back what it wrote; or ${look}`;
  const until = endsBy ? ` until ${endsBy.toISOString()}` : "";
  return `${today} looks at ${target} again at its next sweep, and begins anew where it is still so: ${look}, and take away what is left. Or deploy it as ${unit} again${until}, and it goes on`;
}

/** What was renamed begins anew under its id of today; what the old flow wrote is told. */
export async function ownerlessFlows(
  store: Store,
  { units, formerly }: DeployedIds,
): Promise<WatchdogFinding[]> {
  const found: WatchdogFinding[] = [];
  for (const unit of await unitsKnown(store)) {
    if (units.includes(unit)) continue;
    const [today] = Object.keys(formerly).filter((id) => formerly[id]?.includes(unit));
    const was = today === undefined ? "taken out of the settings" : `renamed to ${today}`;
    for await (const { begun } of flowsUnderWay(store, unit)) {
      const wrote: Written[] = [];
      for await (const entry of eachWritten(store, begun))
        if (entry.state === "done" || entry.state === "intended") wrote.push(entry);
      found.push({
        key: `ownerless flow ${begun.action}`,
        title: `A flow of ${unit} was under way when ${unit} was ${was}`,
        severity: "warning",
        affected: [begun.target],
        facts: {
          flow: `${begun.action}, since ${begun.since.toISOString()}`,
          "what it wrote":
            wrote.map(({ call: { operation } }) => operation).join(", ") || "nothing",
          "so what": "nobody carries it on, and what it wrote is left as it is",
          "what now": whatNow({ unit, today }, begun),
        },
      });
    }
  }
  return found;
}
