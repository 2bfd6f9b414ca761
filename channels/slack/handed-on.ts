/**
 * What other functions of ours carry out for somebody in Slack. It is recorded in the ledger, where
 * only the function that works for Slack may write it: the other finds it there, or does nothing.
 */
import type { CallingPorts } from "../../handlers/app/ports.ts";
import { recordOrder } from "../../ledger/orders.ts";
import type { Store } from "../../ledger/store.ts";
import type { Fields } from "../../sdk/fields.ts";
import type { SlackWork } from "./work-parts.ts";

type Handing = Pick<CallingPorts, "ask" | "clock" | "invoke">;

export function handedOn(
  { ask, clock, invoke }: Handing,
  store: Store,
): Pick<SlackWork, "undo" | "incident"> {
  const recorded = async (to: string, order: Fields & { readonly by: string }) => {
    const given = { to, order, by: order.by, at: clock.now() };
    return { ...order, recorded: await recordOrder(store, "slack", given) };
  };
  return {
    undo: async (request) => invoke("undo", await recorded("undo", request)),
    async incident(act) {
      await ask("incidents", await recorded("incidents", { kind: "act", ...act }));
    },
  };
}
