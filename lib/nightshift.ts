/**
 * The manifest as stacks: one for the home region, one for each family of units, a small one for
 * each other region.
 */
import type { Construct } from "constructs";
import type { Manifest } from "../settings/manifest.ts";
import { FamilyStack } from "./family.ts";
import { ForwardStack } from "./forward.ts";
import { HomeStack } from "./home.ts";
import { deployed } from "./iam/policy.ts";

/**
 * @param dist folder of the manifest's bundles, absolute
 * @param account 12 digits; absent: whichever account it is deployed to
 */
export function nightshift(
  scope: Construct,
  manifest: Manifest,
  dist: string,
  account?: string,
): void {
  const { home, regions } = manifest.settings;
  const at = (region: string) => ({
    env: { region, ...(account && { account }) },
    terminationProtection: true,
  });
  const homeStack = new HomeStack(scope, "nightshift", {
    ...at(home),
    description: "Nightshift: ledger, messages, decisions, watchdog",
    manifest,
    dist,
  });
  for (const [family, units] of Map.groupBy(
    deployed(manifest, "automation", "report"),
    (unit) => unit.family,
  ))
    new FamilyStack(scope, `nightshift-${family}`, {
      ...at(home),
      description: `Nightshift: ${family}`,
      manifest,
      units,
      dist,
    }).addStackDependency(homeStack, "its functions use the ledger, the bus and the failure queue");
  for (const region of regions.filter((one) => one !== home))
    new ForwardStack(scope, `nightshift-forward-${region}`, {
      ...at(region),
      description: `Nightshift: sends events from ${region} to ${home}`,
      manifest,
      region,
    }).addStackDependency(homeStack, "its rules send to the home bus");
}
