/** One offer of one region: which of its products are needed, and what is asked for them. */
import { fieldsOf } from "../../sdk/fields.ts";
import { download } from "./download.ts";
import { readMembers, type Wanting } from "./json-members.ts";
import { type Need, needOf } from "./needs.ts";

/** A row of the table. */
export interface PriceRow {
  /** For one unit of what the key says. */
  readonly price: number;
  /** As the list says it. */
  readonly unit: string;
  /** Of AWS's price list. */
  readonly sku: string;
  /** How many steps it has, the more is used the less is asked: kept is the first that is paid. */
  readonly steps?: number;
}

/** What an offer says. */
export interface ReadOffer {
  /** As the offer has it: an ISO time. */
  readonly published: string;
  readonly rows: ReadonlyMap<string, PriceRow>;
  /** Keys of which it says what is not understood, and why. */
  readonly wrong: ReadonlyMap<string, string>;
}

interface Asked {
  readonly offer: string;
  readonly url: URL;
  readonly currency: string;
  readonly now: Date;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Of one product or price. */
const mostOfMember = 1_000_000;

function wanting(path: readonly string[], skus: ReadonlyMap<string, Need>): Wanting {
  const [first, second, third] = path;
  if (path.length === 0 || path.join() === "terms" || path.join() === "terms,OnDemand")
    return "enter";
  if (first === "products") return path.length === 1 ? "enter" : "take";
  if (path.length === 1) return first === "publicationDate" ? "take" : "pass";
  return second === "OnDemand" && skus.has(third ?? "") ? "take" : "pass";
}

function productNeed(offer: string, value: unknown): Need | undefined {
  const { productFamily, attributes } = fieldsOf(value);
  const texts = Object.entries(fieldsOf(attributes)).map(([name, is]) => [name, text(is)]);
  return needOf(offer, { family: text(productFamily), attributes: Object.fromEntries(texts) });
}

/** The terms that hold today: a list may name those that begin later. */
function termToday(value: unknown, now: Date): Readonly<Record<string, unknown>> {
  const terms = Object.values(fieldsOf(value)).map(fieldsOf);
  const begun = terms
    .map((term) => ({ term, from: Date.parse(text(term.effectiveDate)) || 0 }))
    .filter(({ from }) => from <= now.getTime())
    .sort((a, b) => b.from - a.from);
  return begun[0]?.term ?? {};
}

interface Step {
  readonly from: number;
  readonly unit: string;
  readonly asked: Readonly<Record<string, unknown>>;
}

function stepsOf(value: unknown, now: Date): Step[] {
  const dimensions = Object.values(fieldsOf(termToday(value, now).priceDimensions)).map(fieldsOf);
  return dimensions
    .map(({ beginRange, unit, pricePerUnit }) => ({
      from: Number(beginRange ?? 0),
      unit: text(unit),
      asked: fieldsOf(pricePerUnit),
    }))
    .sort((a, b) => a.from - b.from);
}

/** @returns a row, why there is none, or nothing where nothing is asked for it */
function rowOf(
  sku: string,
  value: unknown,
  need: Need,
  { currency, now }: Asked,
): PriceRow | string | undefined {
  const paid: (readonly [step: Step, price: number])[] = [];
  for (const step of stepsOf(value, now)) {
    const asked = step.asked[currency];
    if (asked === undefined) {
      const others = Object.keys(step.asked).join(", ") || "no currency";
      return `${sku} is asked in ${others}, not in ${currency}`;
    }
    const price = Number(text(asked) || Number.NaN);
    if (!Number.isFinite(price) || price < 0) return `${sku} has no price that is a number`;
    if (price > 0) paid.push([step, price]);
  }
  const [first] = paid;
  if (!first) return undefined;
  const [{ unit }, price] = first;
  if (!need.units.includes(unit))
    return `${sku} is asked by ${unit || "no unit"}, not by ${need.units.join(" or ")}`;
  return {
    price: Number((price * (need.times ?? 1)).toPrecision(12)),
    unit,
    sku,
    ...(paid.length > 1 && { steps: paid.length }),
  };
}

/** Two products under one key must ask the same. */
function added(
  rows: Map<string, PriceRow>,
  wrong: Map<string, string>,
  [key, row]: readonly [key: string, row: PriceRow | string],
): void {
  if (typeof row === "string") {
    wrong.set(key, row);
    return;
  }
  const other = rows.get(key);
  if (other && other.price !== row.price)
    wrong.set(key, `${other.sku} asks ${other.price}, ${row.sku} asks ${row.price}`);
  else if (!other || row.sku < other.sku) rows.set(key, row);
}

/**
 * Reads an offer as it comes. Where its prices stand before its products, it is read twice.
 * @throws where it cannot be read whole, with its address
 */
export async function readOffer(asked: Asked): Promise<ReadOffer> {
  const skus = new Map<string, Need>();
  const rows = new Map<string, PriceRow>();
  const wrong = new Map<string, string>();
  let published = "";
  let isPriced = false;
  let isBackwards = false;
  const take = (path: readonly string[], value: unknown): void => {
    const [first, , third] = path;
    if (first === "publicationDate") published = text(value);
    else if (first === "products") {
      isBackwards ||= isPriced;
      const need = productNeed(asked.offer, value);
      if (need) skus.set(path[1] ?? "", need);
    } else {
      const sku = third ?? "";
      const need = skus.get(sku);
      const row = need && rowOf(sku, value, need, asked);
      if (need && row !== undefined) added(rows, wrong, [need.key, row]);
    }
  };
  const through = async (): Promise<void> => {
    const wanted = (path: readonly string[]): Wanting => {
      if (path[0] === "terms") isPriced = true;
      return wanting(path, skus);
    };
    await readMembers(download(asked.url), { wanted, take, most: mostOfMember });
  };
  try {
    await through();
    if (isBackwards) {
      rows.clear();
      wrong.clear();
      await through();
    }
  } catch (error) {
    if (error instanceof Error && error.message.startsWith(asked.url.href)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${asked.url.href}: ${why}`, { cause: error });
  }
  if (Number.isNaN(Date.parse(published)))
    throw new Error(`${asked.url.href}: does not say when it was published`);
  for (const key of wrong.keys()) rows.delete(key);
  return { published, rows, wrong };
}
