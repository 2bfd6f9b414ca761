/** `prices`: what is known of AWS's prices, and reading them anew. */

import { count } from "../../sdk/counted.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { systemClock } from "../../sdk/time.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import type { Common } from "../io/options.ts";
import { shownPath } from "../io/paths.ts";
import { table } from "../io/table.ts";
import { quoted } from "../io/words.ts";
import { configured } from "../place/account.ts";
import { openSession } from "../place/session.ts";
import { type KeptPrices, pricesBeside, readPrices, writePrices } from "../prices/file.ts";
import { neededKeys, neededOffers } from "../prices/needs.ts";
import { type Refreshed, refreshPrices } from "../prices/refresh.ts";

export interface PricesOptions extends Common {
  readonly region?: string;
  readonly address?: string;
}

async function opened(options: PricesOptions) {
  const { settings, file } = await openSession(options);
  const all = [...new Set([settings.home, ...settings.regions])];
  if (options.region !== undefined) configured(options.region, "option", { regions: all });
  const regions = options.region === undefined ? all : [options.region];
  const place = pricesBeside(file);
  return { regions, file: place, prices: readPrices(place) };
}

function addressOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url?.hostname === "127.0.0.1";
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback)) return url.origin;
  throw new UsageError(
    `--address ${quoted(text)} must begin with https://: it stands in place of https://pricing.us-east-1.amazonaws.com`,
  );
}

const day = (time: string): string => time.slice(0, 10);

/** What no region's list was read for, or did not have; of instances nobody knows how many types. */
function unknownIn(prices: KeptPrices, region: string): string[] {
  const missing = neededKeys.flatMap(([offer, key]) =>
    prices[region]?.[offer]?.rows[key] ? [] : [key],
  );
  return prices[region]?.AmazonEC2 ? missing : ["ec2:*", ...missing];
}

function shownPrices(prices: KeptPrices, regions: readonly string[], io: Io): string {
  const rows = regions.flatMap((region) =>
    neededOffers.flatMap((offer) => {
      const kept = prices[region]?.[offer];
      if (!kept) return [];
      const { published, read, currency, url } = kept;
      const known = String(Object.keys(kept.rows).length);
      return [[region, offer, known, currency, day(published), day(read), url]];
    }),
  );
  const columns = ["region", "offer", "prices", "in", "published", "read"];
  const titles = [...columns.map((title) => ({ title })), { title: "from", below: true }];
  return rows.length ? table(io, titles, rows) : "No price is known.";
}

const toRefresh =
  "Savings go by what is known here; of what is not known they say so. To read AWS's price list: npx nightshift prices refresh";

async function show(options: PricesOptions, io: Io): Promise<number> {
  const { regions, file, prices } = await opened(options);
  const unknown = Object.fromEntries(regions.map((region) => [region, unknownIn(prices, region)]));
  if (options.json) {
    io.print(json({ file: shownPath(file), regions: prices, unknown }));
    return exit.done;
  }
  const lines = Object.entries(unknown).flatMap(([region, keys]) =>
    keys.length ? [`Not known of ${region}: ${keys.join(", ")}`] : [],
  );
  io.print(
    [shownPrices(prices, regions, io), ...lines, ...(lines.length ? [toRefresh] : [])].join("\n"),
  );
  return exit.done;
}

function lineOf({ region, offer, prices, changed, gone, wrong }: Refreshed): string {
  const was = gone.length ? `; no longer there: ${gone.join(", ")}` : "";
  const first = `${region} ${offer}: ${count(prices, "price")}, ${changed} changed${was}`;
  const kept = "what was known of it before is kept";
  return [first, ...wrong.map((why) => `  ✗ ${why}; ${kept}`)].join("\n");
}

async function refresh(options: PricesOptions, io: Io): Promise<number> {
  const address = addressOf(options.address);
  const { regions, file, prices: before } = await opened(options);
  const now = systemClock.now();
  const { prices, offers } = await io.during("reading AWS's price list", () =>
    refreshPrices({ before, regions, address, now, say: io.say }),
  );
  const failed = offers.filter(({ wrong }) => wrong.length);
  if (!offers.some(({ read }) => read))
    throw new NotPossible(
      `no price could be read, and ${shownPath(file)} is as it was: ${failed[0]?.wrong[0] ?? ""}`,
    );
  writePrices(file, prices);
  if (options.json) io.print(json({ file: shownPath(file), offers }));
  else
    io.print(
      [
        ...offers.map(lineOf),
        `Written to ${shownPath(file)}: commit it, and the next deployment goes by it.`,
      ].join("\n"),
    );
  return failed.length ? exit.failed : exit.done;
}

export function pricesCommand(
  order: string | undefined,
  options: PricesOptions,
  io: Io,
): Promise<number> {
  if (order === "refresh") return refresh(options, io);
  if (order !== undefined)
    throw new UsageError(
      `${quoted(order)} is not understood: \`npx nightshift prices\` lists what is known, \`npx nightshift prices refresh\` reads it anew`,
    );
  if (options.address !== undefined)
    throw new UsageError("--address is for `prices refresh`: nothing is read without it");
  return show(options, io);
}
