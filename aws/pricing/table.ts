import type { PriceTable } from "./prices.ts";

/**
 * The prices that are known: none, until somebody reads them. The bundle step puts those of the
 * project's `prices.json` in place of this file.
 */
export const shippedPrices: PriceTable = {};
