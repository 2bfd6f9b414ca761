/** What Cost Explorer says, as amounts that can be added up. */
import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import type { oddCharges } from "./config.ts";

/** What a charge is for, as far as it matters for a comparison of weeks. */
export type Charge = "usage" | (typeof oddCharges)[number];

/** What something cost on one day. */
export interface Cost {
  /** `2026-11-21`, in UTC. */
  readonly day: string;
  /** The service, or what else it is grouped by: account, value of a tag, usage type. */
  readonly name: string;
  readonly charge: Charge;
  readonly amount: number;
  readonly currency: string;
}

/**
 * Billed once a month or once at all, or given back: beside what is used each day they say nothing
 * of it. By Cost Explorer's record types, and by the names of services where it gives none.
 */
const charges: readonly {
  readonly charge: Charge;
  readonly type: RegExp;
  readonly service?: RegExp;
}[] = [
  { charge: "tax", type: /^tax$/i, service: /^tax$/i },
  { charge: "support", type: /support/i, service: /^aws\b.*\bsupport\b/i },
  { charge: "credits", type: /credit|refund/i },
  { charge: "fees", type: /upfront|^recurring$|^rifee$|^fee$|out.of.cycle/i },
];

function chargeOf(name: string, type: string | undefined, amount: number): Charge {
  const known = charges.find(
    (each) => each.type.test(type ?? "") || each.service?.test(name) === true,
  );
  if (known) return known.charge;
  // Without a type: nobody is paid for what he uses.
  return type === undefined && amount < 0 ? "credits" : "usage";
}

/** What the keys of a group mean, in the order in which they were asked for. */
export type KeysOf = (keys: readonly string[]) => {
  readonly name: string;
  readonly type: string | undefined;
};

/** Of what is grouped by something and by record type. */
export const withType: KeysOf = ([name = "other", type]) => ({ name, type });
/** Of what is grouped by a tag: Cost Explorer says `team$payments`, and `team$` of what has none. */
export const withTag =
  (tag: string): KeysOf =>
  ([key = "", type]) => ({ name: key.replace(`${tag}$`, "") || "without it", type });
/** Of usage types of what is used: other record types were not asked for. */
export const withUsage: KeysOf = ([usage = "other", service = "other"]) => ({
  name: `${usage} (${service})`,
  type: "Usage",
});

export const costsOf = (
  results: readonly ResultByTime[],
  metric: string,
  keysOf: KeysOf = withType,
): Cost[] =>
  results.flatMap(({ TimePeriod, Groups = [] }) =>
    Groups.map(({ Keys = [], Metrics }): Cost => {
      const amount = Number(Metrics?.[metric]?.Amount ?? 0);
      const { name, type } = keysOf(Keys);
      return {
        day: TimePeriod?.Start ?? "",
        name,
        charge: chargeOf(name, type, amount),
        amount,
        currency: Metrics?.[metric]?.Unit ?? "",
      };
    }),
  );

/** Record types in these answers that are another charge than what is used, as AWS writes them. */
export function recordTypesIn(
  results: readonly ResultByTime[],
  isLeftOut: (charge: Charge) => boolean,
): string[] {
  const types = results.flatMap(({ Groups = [] }) => Groups.flatMap(({ Keys }) => Keys?.[1] ?? []));
  return [...new Set(types)].filter((type) => isLeftOut(chargeOf("", type, 0))).sort();
}

/** Both days included. */
export const costIn = (costs: readonly Cost[], from: string, to: string): number =>
  costs.reduce((total, { day, amount }) => (day >= from && day <= to ? total + amount : total), 0);

/** Of both signs, so that what was given back does not hide what was paid. */
const turnover = (costs: readonly Cost[]): number =>
  costs.reduce((total, { amount }) => total + Math.abs(amount), 0);

/**
 * By currency, the one with the most first: amounts of two cannot be added. What names none is of
 * the first.
 */
export function byCurrency(costs: readonly Cost[]): readonly (readonly [string, Cost[]])[] {
  const named = Map.groupBy(costs, ({ currency }) => currency);
  const unnamed = named.get("") ?? [];
  named.delete("");
  const [main, ...others] = [...named].sort(
    ([a, some], [b, more]) => turnover(more) - turnover(some) || a.localeCompare(b),
  );
  return main ? [[main[0], [...main[1], ...unnamed]], ...others] : [];
}
