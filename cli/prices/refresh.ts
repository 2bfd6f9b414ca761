/**
 * Reads AWS's price list anew: its index names the offers, an offer's own index the regions. What
 * cannot be read leaves what was known, and is said.
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api.html
 */
import { partitionOf } from "../../sdk/arn.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import { downloadWhole } from "./download.ts";
import type { KeptOffer, KeptPrices } from "./file.ts";
import { neededOffers } from "./needs.ts";
import { type ReadOffer, readOffer } from "./offer.ts";

/** What became of one offer of one region. */
export interface Refreshed {
  readonly region: string;
  readonly offer: string;
  /** Whether it could be read. */
  readonly read: boolean;
  /** How many prices are known of it now. */
  readonly prices: number;
  readonly changed: number;
  /** Keys that it no longer has. */
  readonly gone: readonly string[];
  /** What is not as it was: what was known before is kept. */
  readonly wrong: readonly string[];
}

export interface Refresh {
  readonly prices: KeptPrices;
  readonly offers: readonly Refreshed[];
}

interface Asked {
  readonly before: KeptPrices;
  readonly regions: readonly string[];
  /** In place of AWS's own address. */
  readonly address?: string | undefined;
  readonly now: Date;
  readonly say: (line: string) => void;
}

/** Where a partition's price list lies, and what is asked there. */
const partitions: Readonly<Record<string, { host: string; folder: string; currency: string }>> = {
  aws: { host: "https://pricing.us-east-1.amazonaws.com", folder: "aws", currency: "USD" },
  "aws-us-gov": { host: "https://pricing.us-east-1.amazonaws.com", folder: "aws", currency: "USD" },
  "aws-cn": {
    host: "https://pricing.cn-northwest-1.amazonaws.com.cn",
    folder: "cn",
    currency: "CNY",
  },
};

/** What an index says lies at the address of the index: elsewhere nothing is asked. */
function within(base: URL, path: unknown, what: string): URL {
  if (typeof path !== "string" || !path) throw new Error(`${base.href}: ${what}`);
  const url = new URL(path, base);
  if (url.origin !== base.origin)
    throw new Error(`${base.href}: names ${inOneLine(url.href)}, which lies at another address`);
  return url;
}

const once = <T>(ask: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const answer = known.get(key) ?? ask(key);
    known.set(key, answer);
    return answer;
  };
};

/** The address of an offer of a region, by the two indices, each asked once. */
function addresses(address: string | undefined) {
  const indexOf = once(async (partition: string) => {
    const { host, folder } = partitions[partition] ?? {};
    if (!host) throw new Error(`the partition ${partition} has no price list that is known here`);
    const url = new URL(`/offers/v1.0/${folder}/index.json`, address ?? host);
    return { url, offers: fieldsOf(fieldsOf(await downloadWhole(url)).offers) };
  });
  const regionsOf = once(async (key: string) => {
    const [partition = "", offer = ""] = key.split(" ");
    const { url: index, offers } = await indexOf(partition);
    const path = fieldsOf(offers[offer]).currentRegionIndexUrl;
    const url = within(index, path, `has no offer ${offer} by region`);
    return { url, regions: fieldsOf(fieldsOf(await downloadWhole(url)).regions) };
  });
  return async (offer: string, region: string): Promise<URL> => {
    const { url, regions } = await regionsOf(`${partitionOf(region)} ${offer}`);
    return within(url, fieldsOf(regions[region]).currentVersionUrl, `does not have ${region}`);
  };
}

/** Rows of which the offer says what is not understood stay as they were. */
function merged(before: KeptOffer | undefined, read: ReadOffer): KeptOffer["rows"] {
  const kept = [...read.wrong.keys()].flatMap((key) => {
    const row = before?.rows[key];
    return row ? [[key, row] as const] : [];
  });
  return Object.fromEntries([...read.rows, ...kept]);
}

function compared(before: KeptOffer | undefined, rows: KeptOffer["rows"]) {
  const known = Object.entries(before?.rows ?? {});
  return {
    prices: Object.keys(rows).length,
    changed: Object.entries(rows).filter(([key, { price }]) => before?.rows[key]?.price !== price)
      .length,
    gone: known.flatMap(([key]) => (rows[key] ? [] : [key])),
  };
}

/** Never throws: what goes wrong with one offer is told, and the others go on. */
export async function refreshPrices(asked: Asked): Promise<Refresh> {
  const { before, regions, now, say } = asked;
  const addressOf = addresses(asked.address);
  const prices: Record<string, Record<string, KeptOffer>> = {};
  for (const [region, offers] of Object.entries(before)) prices[region] = { ...offers };
  const offers: Refreshed[] = [];
  for (const region of regions)
    for (const offer of neededOffers) {
      const known = before[region]?.[offer];
      const { currency = "USD" } = partitions[partitionOf(region)] ?? {};
      try {
        const url = await addressOf(offer, region);
        say(`reading ${url.href}`);
        const read = await readOffer({ offer, url, currency, now });
        if (!read.rows.size) throw new Error(`${url.href}: has none of the prices that are needed`);
        const rows = merged(known, read);
        const kept = { url: url.href, published: read.published, read: now.toISOString() };
        prices[region] = { ...prices[region], [offer]: { ...kept, currency, rows } };
        const wrong = [...read.wrong].map(([key, why]) => `${key}: ${why}`);
        offers.push({ region, offer, read: true, ...compared(known, rows), wrong });
      } catch (error) {
        const rows = known?.rows ?? {};
        const wrong = [inOneLine(error)];
        offers.push({ region, offer, read: false, ...compared(known, rows), wrong });
      }
    }
  return { prices, offers };
}
