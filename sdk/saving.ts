/** What changes save together, in words in which nothing that is not known is lost. */
import { dollars } from "./money.ts";

/** It lists what is known, and says how more is: of some things AWS's list is not read at all. */
export const toKnowPrices = "(see npx nightshift prices)";

/** What is said in place of a figure. */
export const priceUnknown = `price unknown ${toKnowPrices}`;

/** As far as prices are known. */
export interface Saving {
  /** US dollars a month. */
  readonly known: number;
  /** How many save what nobody knows, because a price is not known. */
  readonly unpriced: number;
}

/** As records say it. */
export interface SavingThing {
  readonly savesPerMonth: number | null;
  readonly unpriced?: true;
}

export const savingOf = (things: readonly SavingThing[]): Saving => ({
  known: things.reduce((sum, { savesPerMonth }) => sum + (savesPerMonth ?? 0), 0),
  unpriced: things.filter(({ unpriced }) => unpriced).length,
});

const withoutPrice = (count: number): string => `${count} without a known price ${toKnowPrices}`;

/** How it is said. */
interface SavingWords {
  /** `saves`, where it says nothing else; empty: the amount alone. */
  readonly verb?: string;
  /** How an amount is written: to the cent, where it says nothing else. */
  readonly amount?: (dollars: number) => string;
}

/**
 * `saves $12.00 a month`, `saves at least $12.00 a month; 2 without a known price (…)`, `price unknown
 * (…)`.
 * @returns nothing where nothing is saved
 */
export function savingText(
  { known, unpriced }: Saving,
  { verb = "saves", amount = dollars }: SavingWords = {},
): string | undefined {
  if (known <= 0) return unpriced > 0 ? priceUnknown : undefined;
  const begin = verb ? `${verb} ` : "";
  if (unpriced <= 0) return `${begin}${amount(known)} a month`;
  return `${begin}at least ${amount(known)} a month; ${withoutPrice(unpriced)}`;
}
