/** Orders in a person's name that are handed to other functions, and what those find of them. */
import { expect, test } from "vitest";
import { takeOrder } from "../../ledger/orders.ts";
import { clockAt } from "../../sdk/time.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import { handedOn } from "./handed-on.ts";

const at = new Date("2026-11-21T02:00:00Z");
const annIs = "slack:T0TEAM/U0ANN/A0APP";

interface Handed {
  readonly to: string;
  readonly payload: {
    readonly recorded: { readonly writer: "slack"; readonly digest: string };
  } & Readonly<Record<string, unknown>>;
}

async function handing() {
  const { store } = memoryLedger(clockAt(at));
  const handed: Handed[] = [];
  const keep = async (to: string, payload: unknown) =>
    void handed.push({ to, payload: JSON.parse(JSON.stringify(payload)) });
  const to = handedOn({ clock: clockAt(at), invoke: keep, ask: keep }, store);
  await to.undo({ id: "log-retention.x.y", by: annIs, key: "k" });
  await to.incident({ id: "a", incident: "inc.1", by: annIs, verb: "snooze", until: at });
  const take = ({ to: name, payload: { recorded, ...order } }: Handed, changed: object = {}) =>
    takeOrder(
      store,
      { name, partition: name, invocation: "i", now: at, believes: ["slack"] },
      recorded,
      { ...order, ...changed },
    );
  return { handed, take };
}

test("an undo and an act on an incident are found in the ledger by whom they are for, with who it was", async () => {
  const { handed, take } = await handing();
  expect(handed.map(({ to }) => to)).toEqual(["undo", "incidents"]);
  for (const order of handed) expect(await take(order)).toEqual({ state: "taken", by: annIs });
});
test("with another person, another target or another receiver nothing is found", async () => {
  const { handed, take } = await handing();
  for (const order of handed) {
    await expect(take(order, { by: "slack:T0TEAM/U0EVE/A0APP" })).rejects.toThrow("is another");
    await expect(take(order, { id: "other" })).rejects.toThrow("is another");
    await expect(take({ ...order, to: "log-retention" })).rejects.toThrow("is another");
  }
});
