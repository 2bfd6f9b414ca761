/** Flows of which the ledger does not tell a whole story. */
import type { KeptLedger } from "../../ledger/audit.ts";
import { flowOf, flowsUnderWay } from "../../ledger/flows.ts";
import type { Store } from "../../ledger/store.ts";
import { before, minutes } from "../../sdk/time.ts";
import { command, quoted } from "../io/words.ts";
import type { Discrepancy } from "./finding.ts";

/** The watchdog comes every quarter of an hour, and gives a carrier ten minutes. */
const takenUpWithin = minutes(30);

/** Actions that have begun, and of which there is no flow; and flows that nobody carries. */
export async function flowsLost(
  store: Store,
  unit: string,
  actions: readonly KeptLedger[],
  now: Date,
): Promise<Discrepancy[]> {
  const findings: Discrepancy[] = [];
  const begun = actions.filter(
    ({ writer, action }) => writer === "unit" && action.outcome === "begun",
  );
  for (const { action } of begun) {
    if (await flowOf(store, action, action.id)) continue;
    findings.push({
      kind: "no-outcome",
      unit,
      region: action.region,
      what: action.id,
      why: `${action.call.operation} on ${action.target} was begun at ${action.at.toISOString()}, has no outcome, and nobody carries it`,
      remedy: `\`${command} history ${quoted(action.id)}\` says what it wrote; look at ${action.target} by hand`,
    });
  }
  for await (const { begun: flow, lease } of flowsUnderWay(store, unit)) {
    if (lease >= before(now, takenUpWithin)) continue;
    findings.push({
      kind: "unfinished",
      unit,
      region: flow.region,
      what: flow.action,
      why: `nobody has carried it since ${lease.toISOString()}: the watchdog was to take it up`,
      remedy: `see that the watchdog runs (\`${command} doctor\`), and \`${command} history ${quoted(flow.action)}\` for what it wrote`,
    });
  }
  return findings;
}
