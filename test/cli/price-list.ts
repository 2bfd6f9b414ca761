/** A price list of AWS on this machine: its indices and offers, in the form that AWS documents. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";

/** A step of a price: from how much on, and what is asked. */
export interface PriceStep {
  readonly from?: string;
  readonly price?: string;
  readonly unit?: string;
  readonly currency?: string;
}

export interface ListedProduct {
  readonly family?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly steps: readonly PriceStep[];
  /** ISO time; more than one term where there are several. */
  readonly effective?: string;
  readonly reserved?: boolean;
}

const term = (sku: string, { steps, effective = "2026-11-01T00:00:00Z" }: ListedProduct) => ({
  offerTermCode: "JRTCKXETXF",
  sku,
  effectiveDate: effective,
  priceDimensions: Object.fromEntries(
    steps.map(({ from = "0", price = "1", unit = "Hrs", currency = "USD" }, at) => [
      `${sku}.JRTCKXETXF.6YS6EN2CT${at}`,
      {
        rateCode: `${sku}.JRTCKXETXF.6YS6EN2CT${at}`,
        description: 'of what is asked, with a \\ and a " in it',
        beginRange: from,
        endRange: "Inf",
        unit,
        pricePerUnit: { [currency]: price },
        appliesTo: [],
      },
    ]),
  ),
  termAttributes: {},
});

/** An offer file. */
export function offerOf(
  products: Readonly<Record<string, ListedProduct>>,
  { backwards = false, published = "2026-11-20T17:00:00Z" } = {},
): string {
  const entries = Object.entries(products);
  const listed = Object.fromEntries(
    entries.map(([sku, { family = "Storage", attributes }]) => [
      sku,
      { sku, productFamily: family, attributes: { locationType: "AWS Region", ...attributes } },
    ]),
  );
  const termsOf = (is: boolean) =>
    Object.fromEntries(
      entries
        .filter(([, { reserved = false }]) => reserved === is)
        .map(([sku, product]) => [sku, { [`${sku}.JRTCKXETXF`]: term(sku, product) }]),
    );
  const terms = { OnDemand: termsOf(false), Reserved: termsOf(true) };
  const head = { formatVersion: "v1.0", disclaimer: "…", offerCode: "x", version: "20261120" };
  const said = { ...head, publicationDate: published };
  const document = backwards
    ? { ...said, terms, products: listed, attributesList: {} }
    : { ...said, products: listed, terms, attributesList: {} };
  return JSON.stringify(document, null, 1);
}

export const machine = (instanceType: string, price: string, more: object = {}): ListedProduct => ({
  family: "Compute Instance",
  attributes: {
    ...{ instanceType, operatingSystem: "Linux", tenancy: "Shared", preInstalledSw: "NA" },
    ...{ capacitystatus: "Used", usagetype: `EUW1-BoxUsage:${instanceType}`, ...more },
  },
  steps: [{ price }],
});
export const usage = (usagetype: string, ...steps: readonly PriceStep[]): ListedProduct => ({
  attributes: { usagetype },
  steps,
});

/** By offer and region; a number is the status that is answered in its place. */
export type Listed = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

export interface PriceList {
  readonly address: string;
  /** Paths, in the order in which they were asked. */
  readonly asked: string[];
}

/** How answers are given. */
interface Answering {
  readonly folder?: string;
  readonly zipped?: boolean;
  /** Of offers: how many bytes come before the connection breaks. */
  readonly breaksAfter?: number;
  /** What stands in place of an address within. */
  readonly elsewhere?: string;
}

function answer(response: ServerResponse, text: string, { zipped, breaksAfter }: Answering): void {
  const body = zipped ? gzipSync(text) : Buffer.from(text);
  response.writeHead(200, {
    "content-length": body.length,
    ...(zipped && { "content-encoding": "gzip" }),
  });
  if (breaksAfter === undefined) response.end(body);
  else response.write(body.subarray(0, breaksAfter), () => response.destroy());
}

/** Ends with the test. */
export async function priceList(listed: Listed, how: Answering = {}): Promise<PriceList> {
  const { folder = "aws", elsewhere } = how;
  const root = `/offers/v1.0/${folder}`;
  const asked: string[] = [];
  const regionIndex = (offer: string): string => `${root}/${offer}/current/region_index.json`;
  const offerAt = (offer: string, region: string): string =>
    `${root}/${offer}/20261120/${region}/index.json`;
  const documents = new Map<string, string | number>([
    [
      `${root}/index.json`,
      JSON.stringify({
        offers: Object.fromEntries(
          Object.keys(listed).map((offerCode) => [
            offerCode,
            { offerCode, currentRegionIndexUrl: elsewhere ?? regionIndex(offerCode) },
          ]),
        ),
      }),
    ],
  ]);
  for (const [offer, regions] of Object.entries(listed)) {
    const named = Object.keys(regions).map((regionCode) => [
      regionCode,
      { regionCode, currentVersionUrl: offerAt(offer, regionCode) },
    ]);
    documents.set(regionIndex(offer), JSON.stringify({ regions: Object.fromEntries(named) }));
    for (const [region, text] of Object.entries(regions))
      documents.set(offerAt(offer, region), text);
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "", "http://127.0.0.1").pathname;
    asked.push(path);
    const found = documents.get(path) ?? 404;
    const isOffer = !path.endsWith("region_index.json") && path.split("/").length > 5;
    if (typeof found === "number") response.writeHead(found).end("<html>");
    else answer(response, found, isOffer ? how : { zipped: how.zipped ?? false });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
