/** What the core asks for: counted, the same on every machine. */

import { undo } from "../../engine/run/undo.ts";
import openIngress from "../../functions/security/open-ingress/index.ts";
import { openGroups, workOfSweep } from "./core.ts";
import { type Figure, measured } from "./row.ts";

/** What the ledger's requests take on AWS, in seconds: a transaction 10 ms, the rest 5. */
const requestSeconds = 0.01;

const counted = "counted over an account in memory";

async function sweeps(): Promise<Figure[]> {
  const one = await workOfSweep(1, 1);
  const many = await workOfSweep(20, 200);
  const spread = await workOfSweep(60, 80);
  const row = (what: string, target: number, figure: number, unit = "") =>
    measured({ what, target, unit }, [figure], counted);
  return [
    row("ledger requests of each of 200 actions in 20 containers", 0.6, many.ledger / 200),
    row("rounds of requests of 200 actions in 20 containers", 120, many.rounds),
    row("ledger requests of one action", 10, one.ledger),
    row("rounds of requests of one action", 12, one.rounds),
    row("write calls of 20 groups with 10 rules each", 20, many.writes),
    row("AWS calls of 60 groups with 80 open rules", 62, spread.reads + spread.writes),
  ];
}

async function undoing(): Promise<Figure> {
  const actions = 200;
  const account = openGroups(20, actions);
  const { id } = await account.deliver({ kind: "sweep", key: "slot" });
  const { result, work } = await account.workOf(() =>
    undo(openIngress, id, { by: "arn:aws:iam::123456789012:user/ann" }, account.host),
  );
  const applied = result.actions.filter(({ outcome }) => outcome === "applied").length;
  if (applied !== actions) throw new Error(`${applied} of ${actions} rules came back`);
  const each = work.rounds / actions;
  return measured(
    { what: "undo of 5,000 actions", target: 900, unit: "s" },
    [each * 5_000 * requestSeconds],
    `${each.toPrecision(2)} rounds an action, counted over 200, at ${requestSeconds * 1000} ms each`,
  );
}

async function loops(): Promise<Figure> {
  const others = Array.from({ length: 60 }, (_, at) => `unit-${at}`);
  const alone = await workOfSweep(1, 10);
  const among = await workOfSweep(1, 10, { all: ["open-ingress", ...others] });
  return measured(
    { what: "reads of the loop guard a target, for 60 units more", target: 1, unit: "" },
    [(among.ledger - alone.ledger) / 10],
    counted,
  );
}

export const coreRows = async (): Promise<Figure[]> => [
  ...(await sweeps()),
  await undoing(),
  await loops(),
];
