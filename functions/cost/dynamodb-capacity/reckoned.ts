/** What a table costs as it is, and what it would cost the other way. */
import { knownPrice } from "../../../aws/pricing/prices.ts";
import { sumOf } from "../../../sdk/sum.ts";
import type { PartUse, TableUse } from "./tables.ts";

/** US dollars a month. */
export interface TableCosts {
  readonly now: number;
  readonly otherwise: number;
}

const hoursOfMonth = 730;
/** Of what is given, how much may be used: what autoscaling aims at by default. */
const aim = 0.7;

/** Given without a change: for the busiest hour, so that it is used to that part. */
const needed = ({ peak }: PartUse): number => Math.max(1, Math.ceil(peak / aim));

/** Of what is given, how much was used; nothing where nothing is given. */
export function utilisation(parts: readonly PartUse[], days: number): number | undefined {
  const given = sumOf(parts.map((part) => part.given)) * days * 86_400;
  return given > 0 ? sumOf(parts.map(({ used }) => used)) / given : undefined;
}

/** @returns nothing where a price that is needed is not known */
export function tableCosts(table: TableUse, region: string, days: number): TableCosts | undefined {
  if (table.otherPrice !== undefined) return undefined;
  const price = (key: string) => knownPrice(region, `dynamodb:${key}`);
  const [readRequest, writeRequest] = [price("read-request"), price("write-request")];
  const [readHour, writeHour] = [price("read-hour"), price("write-hour")];
  if (readRequest === undefined || writeRequest === undefined) return undefined;
  if (readHour === undefined || writeHour === undefined) return undefined;
  const months = hoursOfMonth / (days * 24);
  const { reads, writes, mode } = table;
  const used = (parts: readonly PartUse[]): number => sumOf(parts.map((part) => part.used));
  const onDemand = months * (used(reads) * readRequest + used(writes) * writeRequest);
  const isGiven = mode === "provisioned";
  const capacity = (parts: readonly PartUse[]): number =>
    sumOf(parts.map((part) => (isGiven ? part.given : needed(part))));
  const provisioned = hoursOfMonth * (capacity(reads) * readHour + capacity(writes) * writeHour);
  return isGiven
    ? { now: provisioned, otherwise: onDemand }
    : { now: onDemand, otherwise: provisioned };
}
