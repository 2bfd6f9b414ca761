/** What is told of instances whose size does not fit. */
import { priceSource } from "../../../aws/pricing/prices.ts";
import { count } from "../../../sdk/counted.ts";
import type { Cell, Message } from "../../../sdk/message.ts";
import { dollars } from "../../../sdk/money.ts";
import { sumOf } from "../../../sdk/sum.ts";
import type { Sizing } from "./looked.ts";
import { monthlyPriceAs } from "./machine.ts";

/** What is found of one instance. */
export interface SizedInstance extends Sizing {
  /** A type with Graviton of the same size; absent: there is none, or it is not asked for. */
  readonly graviton?: string | undefined;
  /** The image that its owner offers for arm64; absent: none is known. */
  readonly armImage?: string | undefined;
}

interface Here {
  readonly region: string;
  readonly config: { readonly days: number; readonly headroom: number };
}

const percent = (value: number | undefined, otherwise: string): string =>
  value === undefined ? otherwise : `${value.toFixed(0)} %`;

function savingInWords({ is, saves, pricedBy }: SizedInstance): string {
  if (is === "smaller") return "costs more";
  if (saves === undefined) return "unknown";
  return pricedBy === "Compute Optimizer" ? `${dollars(saves)} *` : dollars(saves);
}

/** What stands in the way of the type that is named. */
function needsInWords({ differs = [], machine }: SizedInstance): string {
  const needs = differs.includes("Architecture") ? ["an arm64 image"] : [];
  const others = differs
    .filter((each) => each !== "Architecture")
    .map((each) => each.toLowerCase());
  const manager = machine.manager ? [`the template of ${machine.manager}`] : [];
  return [...needs, ...others, ...manager].join(", ");
}

const nameOf = ({ machine: { id, name } }: SizedInstance): string =>
  name ? `${id} (${name})` : id;

const rowOf = (found: SizedInstance): readonly Cell[] => [
  nameOf(found),
  found.machine.type,
  found.to ?? "",
  found.is === "larger" ? "too large" : "too small",
  percent(found.cpu, "not known"),
  percent(found.memory, "not measured"),
  savingInWords(found),
  needsInWords(found),
  found.by,
];

/** Groups that are named; the rest is counted. */
const shown = 5;

/** What a change to Graviton would save, where both prices are known. */
function gravitonSaving({ machine, graviton = "" }: SizedInstance, region: string): number {
  const now = monthlyPriceAs(machine.type, machine, region);
  const then = monthlyPriceAs(graviton, machine, region);
  return now === undefined || then === undefined ? 0 : now - then;
}

/** Of those that no smaller size is named for: what is as large with Graviton. */
function gravitonInWords(found: readonly SizedInstance[], { region }: Here): string | undefined {
  const some = found.filter(({ graviton, is }) => graviton && is !== "larger" && is !== "smaller");
  if (!some.length) return undefined;
  const groups = Map.groupBy(some, ({ machine, graviton, armImage }) =>
    JSON.stringify([machine.type, graviton, armImage]),
  );
  const words = [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const saves = sumOf(group.map((each) => gravitonSaving(each, region)));
      const image = first.armImage
        ? `its image is there for arm64 as ${first.armImage}`
        : "needs an arm64 image";
      const saved = saves > 0 ? `, ${dollars(saves)} a month less` : "";
      return [`${first.machine.type} → ${first.graviton} (${group.length}${saved}): ${image}`];
    });
  const more = words.length - shown;
  return [...words.slice(0, shown), ...(more > 0 ? [`${more} more kinds`] : [])].join("; ");
}

function titleOf(found: readonly SizedInstance[], { region }: Here): string {
  const large = found.filter(({ is }) => is === "larger");
  const small = found.filter(({ is }) => is === "smaller").length;
  const saved = sumOf(large.map(({ saves = 0 }) => saves));
  const less = saved > 0 ? `, about ${dollars(saved)} a month` : "";
  const be = (number: number) => (number === 1 ? "is" : "are");
  if (large.length)
    return `${count(large.length, "instance")} in ${region} ${be(large.length)} larger than what ${large.length === 1 ? "it does" : "they do"} needs${less}`;
  if (small)
    return `${count(small, "instance")} in ${region} ${be(small)} smaller than what ${small === 1 ? "it does" : "they do"} needs`;
  return `Instances in ${region} could run on Graviton at the same size`;
}

function pricesInWords(told: readonly SizedInstance[], { region }: Here): string {
  const large = told.filter(({ is }) => is === "larger");
  const listed = large.some(({ pricedBy }) => pricedBy === "price list");
  const reckoned = large.some(({ pricedBy }) => pricedBy === "Compute Optimizer");
  const unknown = large.filter(({ saves }) => saves === undefined).length;
  const parts = [
    ...(listed ? [`on demand, by ${priceSource(region, "ec2") ?? "a price list"}`] : []),
    ...(reckoned ? ["* as Compute Optimizer reckons it"] : []),
    ...(unknown > 0
      ? [
          `unknown of ${count(unknown, "instance")}: no price list of this region has been read of it, or it is spot, dedicated or not Linux. \`npx nightshift prices refresh\` reads the list`,
        ]
      : []),
  ];
  return `${parts.join("; ")}. Savings plans and reservations are not in it: see savings-plans-and-reservations first`;
}

function unjudgedInWords(found: readonly SizedInstance[]): string | undefined {
  const groups = Map.groupBy(
    found.filter(({ is }) => is === "not judged"),
    ({ why = "" }) => why,
  );
  const words = [...groups].map(([why, { length }]) => `${length} ${why}`);
  return words.length ? words.join("; ") : undefined;
}

/** The most first; those without a known price before those that are too small. */
function inOrder(found: readonly SizedInstance[]): SizedInstance[] {
  const weight = ({ is, saves }: SizedInstance) => (is === "smaller" ? -1 : (saves ?? 0));
  return found
    .filter(({ is }) => is === "larger" || is === "smaller")
    .sort((a, b) => weight(b) - weight(a));
}

function managedInWords(told: readonly SizedInstance[]): string | undefined {
  const managed = told.filter(({ machine }) => machine.manager).length;
  return managed
    ? `${count(managed, "instance")}: change the launch template, node group or stack, not them: what makes them would put them back, or make more as they were`
    : undefined;
}

const facts = (all: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, words]) => (words ? [[name, words]] : [])),
  );

const columns = [
  "instance",
  "type",
  "could be",
  "is",
  "cores used",
  "memory used",
  "saves a month",
  "needs",
  "by",
];
const tableOf = (told: readonly SizedInstance[]) => ({ columns, rows: told.map(rowOf) });

/** @returns nothing where each fits */
export function sizesMessage(found: readonly SizedInstance[], here: Here): Message | undefined {
  const { config } = here;
  const told = inOrder(found);
  const graviton = gravitonInWords(found, here);
  if (!told.length && !graviton) return undefined;
  const waiting = found.filter(({ is }) => is === "waits for memory").length;
  const isMeasured = told.some(({ by }) => by === "measured");
  const isLarger = told.some(({ is }) => is === "larger");
  return {
    title: titleOf(found, here),
    severity: "info",
    facts: facts({
      "how it is measured": isMeasured
        ? `over ${config.days} days, hour by hour: what 99 of 100 hours do not pass, or what comes back each week, leaves ${config.headroom} % of the type free. What is not measured is no less there than it is now`
        : undefined,
      price: isLarger ? pricesInWords(told, here) : undefined,
      managed: managedInWords(told),
      "waits for memory": waiting
        ? `${count(waiting, "instance")}: cores, network and disks would fit a smaller size, and nobody measures their memory. The CloudWatch agent does`
        : undefined,
      "on Graviton": graviton,
      "not judged": unjudgedInWords(found),
    }),
    ...(told.length > 0 && { table: tableOf(told) }),
    affected: told.map(({ machine }) => machine.id),
  };
}
