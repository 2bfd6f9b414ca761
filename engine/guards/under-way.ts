import type { Place } from "../../ledger/keys.ts";
import type { Guard } from "./guard.ts";

/** What a flow is at is left to it: its lock would hold the proposal too, without saying why. */
export const underWay: Guard = {
  name: "under-way",
  async objection({ target }, { flows, place }) {
    const { begun } = (await flows()).find((flow) => isAt(flow.begun, target, place)) ?? {};
    if (!begun) return undefined;
    return `${begun.action} is at it since ${begun.since.toISOString()}; \`npx nightshift undo ${begun.action}\` stops that, and takes back what it wrote`;
  },
};

const isAt = (begun: Place & { readonly target: string }, target: string, place: Place): boolean =>
  begun.target === target && begun.account === place.account && begun.region === place.region;
