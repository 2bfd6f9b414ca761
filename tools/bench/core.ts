/**
 * What the core asks of the ledger and of AWS, counted over an account in memory: the figures are
 * the same on every machine. `node tools/bench/core.ts` prints them.
 */
import { undo } from "../../engine/run/undo.ts";
import openIngress from "../../functions/security/open-ingress/index.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { type CountedAccount, countedAccount, type Work } from "../../testing/memory/rounds.ts";

/** No cap is in the way. */
const caps = { changes: 100_000, percent: 100, floor: 100_000 };

/** Ids as AWS gives them: in no order, and none beside another of its group. */
const spread = (at: number): string =>
  ((at * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, "0");

/**
 * Security groups with open ports.
 * @param rules how many in all, spread evenly over the groups
 */
export function openGroups(
  groups: number,
  rules: number,
  settings: Partial<UnitSettings> = {},
): CountedAccount {
  const counted = countedAccount(openIngress, { caps, ...settings });
  const { security } = counted.aws.ec2;
  for (let at = 0; at < groups; at += 1) security.groups.set(`sg-${spread(at)}`, {});
  for (let at = 0; at < rules; at += 1)
    security.rules.set(`sgr-${spread(at)}`, {
      group: `sg-${spread(at % groups)}`,
      protocol: "tcp",
      from: 22,
      to: 22 + Math.floor(at / groups),
      source: "0.0.0.0/0",
      tags: {},
    });
  return counted;
}

/** What one sweep asks for that closes all of it. */
export async function workOfSweep(
  groups: number,
  rules: number,
  settings: Partial<UnitSettings> = {},
): Promise<Work> {
  const counted = openGroups(groups, rules, settings);
  const { result, work } = await counted.workOf(() =>
    counted.deliver({ kind: "sweep", key: "slot" }),
  );
  const applied = result.actions.filter(({ outcome }) => outcome === "applied").length;
  if (applied !== rules) throw new Error(`${applied} of ${rules} rules were closed`);
  return work;
}

const by = "arn:aws:iam::123456789012:user/ann";

/** What it asks for to take one sweep back. */
export async function workOfUndo(groups: number, rules: number): Promise<Work> {
  const counted = openGroups(groups, rules);
  const { id } = await counted.deliver({ kind: "sweep", key: "slot" });
  const { host } = counted;
  const { result, work } = await counted.workOf(async () => {
    const shown = await undo(openIngress, id, { by }, host);
    const { confirm } = shown;
    return confirm === undefined ? shown : undo(openIngress, id, { by, confirms: confirm }, host);
  });
  const applied = result.actions.filter(({ outcome }) => outcome === "applied").length;
  if (applied !== rules) throw new Error(`${applied} of ${rules} rules were opened again`);
  return work;
}

/** All figures, by what they are about. */
export const coreFigures = async (): Promise<Readonly<Record<string, Work>>> => ({
  "1 action": await workOfSweep(1, 1),
  "200 actions in 20 containers": await workOfSweep(20, 200),
  "80 actions in 60 containers": await workOfSweep(60, 80),
  "undo of 200 actions": await workOfUndo(20, 200),
});

if (import.meta.main) console.table(await coreFigures());
