/** The single calls of flows, each as if it were an action: what CloudTrail tells of. */
import type { ActionRecord, CallData } from "../../ledger/actions.ts";
import { writtenBy } from "../../ledger/flows.ts";
import type { Store } from "../../ledger/store.ts";

const isFlow = ({ call }: ActionRecord): boolean => call.operation.startsWith("flow:");

/** @returns what the flows among them wrote, and by which calls they took it back */
export async function callsOfFlows(
  store: Store,
  actions: readonly ActionRecord[],
): Promise<ActionRecord[]> {
  const calls: ActionRecord[] = [];
  for (const action of actions.filter(isFlow)) {
    const as = (call: CallData, at: Date): ActionRecord => ({
      ...action,
      call,
      at,
      outcome: "applied",
    });
    const name = { unit: action.unit, run: action.run, action: action.id };
    for (const { call, at, takenBack } of await writtenBy(store, name)) {
      calls.push(as(call, at));
      for (const back of takenBack?.calls ?? []) calls.push(as(back, takenBack?.at ?? at));
    }
  }
  return calls;
}
