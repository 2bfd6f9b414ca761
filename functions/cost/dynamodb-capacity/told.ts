/** What is told of tables whose capacity does not fit what they use. */
import { priceSource } from "../../../aws/pricing/prices.ts";
import { count } from "../../../sdk/counted.ts";
import type { Message } from "../../../sdk/message.ts";
import { dollars } from "../../../sdk/money.ts";
import { sumOf } from "../../../sdk/sum.ts";
import { type TableCosts, tableCosts, utilisation } from "./reckoned.ts";
import type { PartUse, TableUse, UnjudgedTable } from "./tables.ts";

interface Limits {
  readonly days: number;
  readonly dollars: number;
  readonly percent: number;
}

interface Here {
  readonly region: string;
  readonly config: Limits;
}

/** One that is told, with what it costs where that is known. */
interface Misfit {
  readonly table: TableUse;
  readonly costs: TableCosts | undefined;
}

/** Of what it costs now, the other way must save so much: less is within what an hour hides. */
const worthwhile = 0.2;
/** Units a second below which there is nothing to give back. */
const leastGiven = 5;

const givenOf = (parts: readonly PartUse[]): number => sumOf(parts.map(({ given }) => given));

function isMisfit({ table, costs }: Misfit, { days, dollars: least, percent }: Limits): boolean {
  if (costs) {
    const saved = costs.now - costs.otherwise;
    return saved >= least && saved >= costs.now * worthwhile;
  }
  if (table.mode === "on demand") return false;
  const [reads, writes] = [table.reads, table.writes];
  const used = [reads, writes].map((parts) => utilisation(parts, days) ?? 0);
  const isLarge = givenOf(reads) + givenOf(writes) > leastGiven;
  return isLarge && Math.max(...used) * 100 < percent;
}

const percentOf = (parts: readonly PartUse[], days: number): string => {
  const part = utilisation(parts, days);
  return part === undefined ? "on demand" : `${(part * 100).toFixed(1)} %`;
};

const peakOf = (parts: readonly PartUse[]): string =>
  sumOf(parts.map(({ peak }) => peak)).toFixed(1);

function modeInWords({ mode, isScaled, indices }: TableUse): string {
  const scaled = isScaled ? ", scales by itself" : "";
  return `${mode}${scaled}${indices ? `, ${count(indices, "index", "indices")}` : ""}`;
}

function rowOf({ table, costs }: Misfit, { config: { days } }: Here): readonly string[] {
  const { reads, writes, quietHours } = table;
  return [
    table.name,
    modeInWords(table),
    percentOf(reads, days),
    percentOf(writes, days),
    `${peakOf(reads)} / ${peakOf(writes)}`,
    String(quietHours),
    costs ? dollars(costs.now) : "unknown",
    costs ? dollars(costs.otherwise) : "unknown",
  ];
}

function priceInWords(told: readonly Misfit[], { region }: Here): string {
  const source = priceSource(region, "dynamodb");
  const unknown = told.filter(({ costs }) => !costs);
  const others = [...new Set(unknown.flatMap(({ table }) => table.otherPrice ?? []))].join(", ");
  if (unknown.length === told.length && !others)
    return "unknown: no price list of this region has been read, so what is told are tables that use little of what they are given. `npx nightshift prices refresh` reads it";
  const rest = unknown.length
    ? ` Unknown of ${count(unknown.length, "table")}${others ? ` (${others})` : ""}.`
    : "";
  return `by ${source ?? "no price list"}, storage, backups and streams left out.${rest}`;
}

function titleOf(told: readonly Misfit[], region: string): string {
  const saved = sumOf(told.map(({ costs }) => (costs ? costs.now - costs.otherwise : 0)));
  const tables = count(told.length, "table");
  if (saved > 0)
    return `${tables} of DynamoDB in ${region} would cost about ${dollars(saved)} a month less the other way`;
  return `${tables} of DynamoDB in ${region} ${told.length === 1 ? "uses" : "use"} little of what ${told.length === 1 ? "it is" : "they are"} given`;
}

const isJudged = (found: TableUse | UnjudgedTable): found is TableUse => "mode" in found;

/** @returns nothing where each fits */
export function capacityMessage(
  found: readonly (TableUse | UnjudgedTable)[],
  here: Here,
): Message | undefined {
  const { region, config } = here;
  const told = found
    .filter(isJudged)
    .map((table) => ({ table, costs: tableCosts(table, region, config.days) }))
    .filter((each) => isMisfit(each, config))
    .sort((a, b) => (b.costs?.now ?? 0) - (a.costs?.now ?? 0));
  if (!told.length) return undefined;
  const unjudged = found.length - found.filter(isJudged).length;
  const scaled = told.filter(({ table }) => table.isScaled);
  const just = told.filter(({ table }) => table.justChanged).map(({ table }) => table.name);
  return {
    title: titleOf(told, region),
    severity: "info",
    facts: {
      counted: `over the last ${count(config.days, "day")}, hour by hour, a table with its global indices. An hour hides peaks within it; one without a count is one in which nothing was used`,
      price: priceInWords(told, here),
      "the other way":
        "on demand for what is provisioned; else provisioned without a change, for the busiest hour at 70 %",
      "reserved capacity":
        "unknown: what is reserved is paid whatever a table uses, and is not seen here. Look for it before you change one",
      ...(scaled.length > 0 && {
        "scales by itself": `${scaled.map(({ table }) => table.name).join(", ")}: its least capacity may be what is too much`,
      }),
      ...(just.length > 0 && {
        "changed within a day": `${just.join(", ")}: AWS may refuse to change it again so soon`,
      }),
      ...(unjudged > 0 && {
        "not judged": `${count(unjudged, "table")}: younger than that, changed within it, or measured with gaps`,
      }),
    },
    table: {
      columns: [
        "table",
        "mode",
        "reads used",
        "writes used",
        "busiest hour, units/s",
        "hours without a count",
        "costs a month",
        "the other way",
      ],
      rows: told.map((each) => rowOf(each, here)),
    },
    affected: told.map(({ table }) => table.name),
  };
}
