/** What a drill is told to look at on what it restored, or why it looks at nothing. */
import { knownPrice } from "../../../aws/pricing/prices.ts";
import { dollars } from "../../../sdk/money.ts";
import { priceUnknown } from "../../../sdk/saving.ts";
import type { CheckSettings } from "./check-config.ts";
import { drillCost, shownCost, summedCosts, usualLength, type VolumePrice } from "./cost.ts";

/** A file that must be on what was restored. */
export interface WantedFile {
  readonly path: string;
  readonly sha256?: string;
}

/** As the settings have it, for one thing: it goes with the drill, so that it is approved with it. */
export interface VolumeCheck {
  /** Tag `Name` of the subnets. */
  readonly subnet: string;
  /** Names. */
  readonly securityGroups: readonly string[];
  readonly profile: string;
  readonly type: string;
  /** A public parameter's name, or an image's id. */
  readonly image: string;
  /** US dollars an hour. */
  readonly hourly: number;
  /** Of its own volume. */
  readonly price?: VolumePrice | undefined;
  readonly minutes: number;
  readonly files: readonly WantedFile[];
}

/** A check, or why there is none, as it reads after "not proven, because". */
export type AskedCheck =
  | { readonly check: VolumeCheck; readonly cost: number | undefined }
  | { readonly unchecked: string };

/** An instance of Nitro takes 28 attachments, its network and its own volume among them. */
const mostVolumes = 20;

/** Gigabytes of the instance's own volume: what the images of Amazon Linux have. */
export const ownGigabytes = 8;

/** @returns US dollars, of the instance and its own volume; nothing where a price is not known */
export const checkCost = (
  { hourly, price }: Pick<VolumeCheck, "hourly" | "price">,
  span: { readonly seconds: number },
): number | undefined =>
  summedCosts((hourly * span.seconds) / 3600, drillCost(ownGigabytes, span, price));

/** As the settings say it, else as the price list of the region does. */
const hourlyOf = ({ type, hourly }: CheckSettings, region: string): number | undefined =>
  hourly ?? knownPrice(region, `ec2:${type}`);

const wantedOf = ({ files }: CheckSettings, about: string): WantedFile[] =>
  files
    .filter(({ of }) => of === undefined || of === about)
    .map(({ path, sha256 }) => (sha256 === undefined ? { path } : { path, sha256 }));

interface DrillLimits {
  /** What the drill costs without a check, in US dollars. */
  readonly cost: number | undefined;
  /** What it may cost. */
  readonly budget: number;
  readonly region: string;
  readonly price: VolumePrice | undefined;
  readonly volumes: number;
}

/** @returns nothing where the settings ask for no check */
export function checkAsked(
  settings: CheckSettings | undefined,
  about: string,
  { cost: without, budget, volumes, region, price }: DrillLimits,
): AskedCheck | undefined {
  if (!settings) return undefined;
  const { subnet, securityGroups, profile, type, image, minutes } = settings;
  if (volumes > mostVolumes)
    return { unchecked: `it has ${volumes} volumes, and an instance takes ${mostVolumes} at once` };
  const hourly = hourlyOf(settings, region);
  if (hourly === undefined)
    return {
      unchecked: `what an instance ${type} costs is not known: ${priceUnknown}, or say it as \`check.hourly\``,
    };
  const cost = checkCost({ hourly, price }, usualLength);
  const whole = summedCosts(without, cost);
  if (whole !== undefined && whole > budget)
    return {
      unchecked: `with the check it would cost ${shownCost(whole)}, and ${dollars(budget)} is what all drills of a night may cost: raise \`budget\``,
    };
  const files = wantedOf(settings, about);
  const priced = price === undefined ? { hourly } : { hourly, price };
  const check = { subnet, securityGroups, profile, type, image, minutes, files, ...priced };
  return { check, cost };
}

/** US dollars; nothing where it is not known. */
export const costOfCheck = (asked: AskedCheck | undefined): number | undefined =>
  asked && "check" in asked ? asked.cost : 0;

/** As it follows what the drill costs. */
export function checkInWords(asked: AskedCheck | undefined): string {
  if (!asked) return "";
  if ("unchecked" in asked) return `; what is on it is not looked at, because ${asked.unchecked}`;
  return `, with an instance ${asked.check.type} that reads it`;
}

/** As the drill is told. */
export function inDrill(asked: AskedCheck | undefined): {
  readonly check?: VolumeCheck;
  readonly unchecked?: string;
} {
  if (!asked) return {};
  return "check" in asked ? { check: asked.check } : { unchecked: asked.unchecked };
}
