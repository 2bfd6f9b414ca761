/**
 * What an instance costs a month, on demand and for Linux, as AWS's price list of the region has been
 * read. Discounts, savings plans and the volumes, which a stopped instance goes on paying for, are not
 * in it.
 */
import type { Instance } from "@aws-sdk/client-ec2";
import { hourlyPerMonth } from "../pricing/prices.ts";

/**
 * @param type like `m5.2xlarge`
 * @returns US dollars, or `undefined` for a type whose price is not known
 */
export function instancePricePerMonth(type: string, region: string): number | undefined {
  return hourlyPerMonth(region, `ec2:${type}`);
}

/**
 * Of an instance that runs all the time.
 * @returns US dollars; `undefined` for whatever the table is not about: other systems than Linux,
 *   spot, dedicated machines
 */
export function pricePerMonthOf(
  { InstanceType, PlatformDetails = "Linux/UNIX", InstanceLifecycle, Placement }: Instance,
  region: string,
): number | undefined {
  const isListed =
    !InstanceLifecycle &&
    PlatformDetails === "Linux/UNIX" &&
    (Placement?.Tenancy ?? "default") === "default";
  return isListed && InstanceType ? instancePricePerMonth(InstanceType, region) : undefined;
}
