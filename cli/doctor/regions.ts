/**
 * The regions of the settings: those that the account has not enabled, and signals that hear
 * nothing, or not all, because AWS sends their events to one region only.
 */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Clients } from "../../engine/run/clients.ts";
import { partitionOf } from "../../sdk/arn.ts";
import { isUnknownCaller, regionRemedy } from "../../sdk/errors.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { globalSession, networkCode } from "../io/failure.ts";
import { type DoctorCheck, ill, well } from "./check.ts";

/** Asks in each of them who we are: that takes no permission. */
export async function enabledRegions(
  regions: readonly string[],
  clients: Clients,
): Promise<DoctorCheck> {
  const answers = await Promise.all(
    regions.map(async (region) => {
      try {
        await clients.get(STSClient, region).send(new GetCallerIdentityCommand({}));
        return [];
      } catch (error) {
        // Anything else would say nothing of whether it is enabled.
        if (!isUnknownCaller(error) && networkCode(error) === undefined) throw error;
        return [region];
      }
    }),
  );
  const off = answers.flat();
  if (!off.length) return well("enabled regions", regions.join(", "));
  const are = off.length === 1 ? "is" : "are";
  return ill(
    "enabled regions",
    `${off.join(", ")} ${are} not enabled for this account, or no region at all: every run there fails`,
    `${regionRemedy(off.join(" and "))}. ${globalSession}`,
  );
}

/** Of root's sign-ins, of the others all (rule: home-region). */
const fromOneRegion = ["trusted-advisor", "cost-anomaly", "sign-in"];
export const onlyRegion = "us-east-1";

/** Of those that are enabled, which hear nothing, or not all, with these regions. */
export const deaf = (
  { home, regions }: Pick<ParsedSettings, "home" | "regions">,
  units: readonly { readonly id: string; readonly enabled: boolean }[],
): string[] =>
  partitionOf(home) !== "aws" || regions.includes(onlyRegion)
    ? []
    : fromOneRegion.filter((id) => units.some((unit) => unit.id === id && unit.enabled));
