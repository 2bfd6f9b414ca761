/** The project's `prices.json`: what was read of AWS's price list, beside the settings. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PriceTable, RegionPrices } from "../../aws/pricing/prices.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { fieldsOf, isFields } from "../../sdk/fields.ts";
import { SettingsError } from "../../settings/settings.ts";
import { shownPath } from "../io/paths.ts";
import { lookedUpAlone } from "./needs.ts";
import type { PriceRow } from "./offer.ts";

/** What was read of an offer of one region. */
export interface KeptOffer {
  readonly url: string;
  /** As the offer says it: an ISO time. */
  readonly published: string;
  /** When it was read: an ISO time. */
  readonly read: string;
  readonly currency: string;
  /** What it is, where it is no list of AWS: `sample prices, not AWS's`. */
  readonly instead?: string;
  readonly rows: Readonly<Record<string, PriceRow>>;
}

/** By region, by offer. */
export type KeptPrices = Readonly<Record<string, Readonly<Record<string, KeptOffer>>>>;

export const pricesName = "prices.json";

/** @param settings absolute path of the settings file */
export const pricesBeside = (settings: string): string => join(dirname(settings), pricesName);

const wrong = (file: string, what: string): SettingsError =>
  new SettingsError(
    `${shownPath(file)} ${what}: it is made by \`npx nightshift prices refresh\`. Take it from your repository's history, or remove it and refresh`,
  );

function checkRow(file: string, where: string, row: unknown): void {
  const { price, unit, sku } = fieldsOf(row);
  const isRight =
    typeof price === "number" && Number.isFinite(price) && price > 0 && typeof unit === "string";
  if (!isRight || typeof sku !== "string")
    throw wrong(file, `says at ${where} no price, unit and SKU`);
}

function checkOffer(file: string, where: string, offer: unknown): void {
  const { url, published, read, currency, rows, instead = "" } = fieldsOf(offer);
  const times = [published, read].every(
    (time) => typeof time === "string" && !Number.isNaN(Date.parse(time)),
  );
  const texts = [url, currency, instead].every((text) => typeof text === "string");
  if (!times || !texts || !isFields(rows))
    throw wrong(file, `does not say at ${where} what was read, whence and when`);
  for (const [key, row] of Object.entries(rows)) checkRow(file, `${where}.rows.${key}`, row);
}

/**
 * @returns nothing known where there is no such file
 * @throws {SettingsError} where it is not what `refresh` writes
 */
export function readPrices(file: string): KeptPrices {
  if (!existsSync(file)) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw wrong(file, `cannot be read (${inOneLine(error)})`);
  }
  const { regions } = fieldsOf(parsed);
  if (!isFields(regions)) throw wrong(file, "has no regions");
  for (const [region, offers] of Object.entries(regions)) {
    if (!isFields(offers)) throw wrong(file, `has no offers at regions.${region}`);
    for (const [offer, kept] of Object.entries(offers))
      checkOffer(file, `regions.${region}.${offer}`, kept);
  }
  return regions as KeptPrices;
}

const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const indented = (parts: readonly string[], by: string): string =>
  parts.length ? `{\n${parts.map((part) => `${by}  ${part}`).join(",\n")}\n${by}}` : "{}";

function offerText({ rows, ...said }: KeptOffer, by: string): string {
  const fields = Object.entries(said).map(([name, is]) => `"${name}": ${JSON.stringify(is)}`);
  const lines = sorted(rows).map(([key, row]) => `${JSON.stringify(key)}: ${JSON.stringify(row)}`);
  return indented([...fields, `"rows": ${indented(lines, `${by}  `)}`], by);
}

/** One row a line, sorted: a change of price is a line of a diff. */
export function pricesText(prices: KeptPrices): string {
  const regions = sorted(prices).map(([region, offers]) => {
    const each = sorted(offers).map(
      ([offer, kept]) => `${JSON.stringify(offer)}: ${offerText(kept, "      ")}`,
    );
    return `${JSON.stringify(region)}: ${indented(each, "    ")}`;
  });
  return `{\n  "regions": ${indented(regions, "  ")}\n}\n`;
}

/** Whole, or not at all. */
export function writePrices(file: string, prices: KeptPrices): void {
  writeFileSync(`${file}.${process.pid}`, pricesText(prices));
  renameSync(`${file}.${process.pid}`, file);
}

const kindOf = (key: string): string => key.split(":")[0] ?? key;

function regionTable(
  offers: Readonly<Record<string, KeptOffer>>,
  without: ReadonlySet<string> = new Set(),
): RegionPrices {
  const published: Record<string, string> = {};
  const prices: Record<string, number> = {};
  let currency = "USD";
  let source: string | undefined;
  for (const [, kept] of sorted(offers)) {
    currency = kept.currency;
    source ??= kept.instead;
    for (const [key, { price }] of sorted(kept.rows)) {
      if (without.has(kindOf(key))) continue;
      prices[key] = price;
      published[kindOf(key)] = kept.published.slice(0, 10);
    }
  }
  const table = { currency, published, prices };
  return source === undefined ? table : { ...table, source };
}

/** What units look prices up in. */
export const priceTableOf = (prices: KeptPrices): PriceTable =>
  Object.fromEntries(sorted(prices).map(([region, offers]) => [region, regionTable(offers)]));

/** The table as a module, in place of the empty one; of these regions alone, and of what units reckon with. */
export function tableSource(prices: KeptPrices, regions: readonly string[]): string | undefined {
  const here = sorted(prices).filter(([region]) => regions.includes(region));
  if (!here.length) return undefined;
  const table = here.map(([region, offers]) => [region, regionTable(offers, lookedUpAlone)]);
  return `export const shippedPrices = ${JSON.stringify(Object.fromEntries(table))};`;
}
