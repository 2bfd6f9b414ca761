/** Whether all that is deployed is still in the settings. */
import type { Clients } from "../../engine/run/clients.ts";
import { count } from "../../sdk/counted.ts";
import { deploymentTag } from "../../settings/deployment.ts";
import { compare, differences, type WantedBy, type WantedUnit } from "../deployment/compare.ts";
import { deployedStacks } from "../deployment/stacks.ts";
import { command } from "../io/words.ts";
import { type DoctorCheck, ill, noteCheck, well } from "./check.ts";

/** What would be deployed. */
export interface IntendedStacks {
  readonly settings: WantedBy;
  readonly units: readonly WantedUnit[];
}

/** Compares the stacks that carry the deployment's own tag with the settings. */
export async function stacksCheck(
  clients: Clients,
  { settings, units }: IntendedStacks,
): Promise<DoctorCheck> {
  const check = "stacks";
  const { stacks, notSeen } = await deployedStacks(clients, settings);
  const tag = `${deploymentTag}=${settings.deployment.prefix}`;
  if (!stacks.length)
    return noteCheck(check, `none carries the tag ${tag}`, "`npm run deploy` deploys them");
  const comparison = compare(stacks, settings, units);
  const lines = differences(comparison);
  if (lines.length) return ill(check, lines.join("; "), remedyOf(comparison.otherHomes));
  const found = `${count(stacks.length, "stack")} with the tag ${tag}, all in the settings`;
  if (!notSeen.length) return well(check, found);
  return noteCheck(
    check,
    `${found}; not looked at, for that is denied: ${notSeen.join(", ")}`,
    "nothing, where your account uses none of these regions; else look with other credentials",
  );
}

function remedyOf(otherHomes: readonly string[]): string {
  const lines = [
    `\`${command} deploy\` lists what is no longer in the settings and removes it when asked; what can still be undone is kept with mode: "retired"`,
  ];
  if (otherHomes.length)
    lines.push(
      `a home cannot be moved: set \`home\` back to ${otherHomes.join(", ")}, or uninstall there first (docs/uninstall.md)`,
    );
  return lines.join("\n");
}
