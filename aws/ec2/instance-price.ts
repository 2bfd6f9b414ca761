/**
 * What an instance costs a month, on demand and for Linux: as AWS's price list of the region has been
 * read, else an estimate, the list price of us-east-1 as of 2025. Discounts, savings plans and the
 * volumes, which a stopped instance goes on paying for, are not in it.
 */
import type { Instance } from "@aws-sdk/client-ec2";
import { hasPrices, knownPrice } from "../pricing/prices.ts";

export const hoursPerMonth = 730;

/** US dollars an hour for the size `large`; within a family the price doubles with each size. */
const large: Readonly<Record<string, number>> = {
  t2: 0.0928,
  t3: 0.0832,
  t3a: 0.0752,
  t4g: 0.0672,
  m4: 0.1,
  m5: 0.096,
  m5a: 0.086,
  m6a: 0.0864,
  m6g: 0.077,
  m6i: 0.096,
  m7a: 0.11592,
  m7g: 0.0816,
  m7i: 0.1008,
  m8g: 0.08976,
  c4: 0.1,
  c5: 0.085,
  c5a: 0.077,
  c6a: 0.0765,
  c6g: 0.068,
  c6i: 0.085,
  c7a: 0.10264,
  c7g: 0.0725,
  c7i: 0.08925,
  c8g: 0.07976,
  r4: 0.133,
  r5: 0.126,
  r5a: 0.113,
  r6a: 0.1134,
  r6g: 0.1008,
  r6i: 0.126,
  r7a: 0.15215,
  r7g: 0.1071,
  r7i: 0.1323,
  r8g: 0.11782,
};
const small: Readonly<Record<string, number>> = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
};

function estimatedPerMonth(type: string): number | undefined {
  const at = type.indexOf(".");
  const size = type.slice(at + 1);
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  const factor = times ? Number(times) * 2 : small[size];
  const price = large[type.slice(0, at)];
  return price === undefined || factor === undefined
    ? undefined
    : Math.round(price * factor * hoursPerMonth * 100) / 100;
}

/**
 * @param type like `m5.2xlarge`
 * @param region without one it is an estimate
 * @returns US dollars, or `undefined` for a type whose price is not known
 */
export function instancePricePerMonth(type: string, region = ""): number | undefined {
  if (!hasPrices(region, "ec2")) return estimatedPerMonth(type);
  const hourly = knownPrice(region, `ec2:${type}`);
  return hourly === undefined ? undefined : Math.round(hourly * hoursPerMonth * 100) / 100;
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
