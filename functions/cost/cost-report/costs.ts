/** What Cost Explorer says, as amounts that can be added up. */
import type { ResultByTime } from "@aws-sdk/client-cost-explorer";

/** What a charge is for, as far as it matters for a comparison of weeks. */
export type Charge = "usage" | "tax" | "support" | "fees" | "credits";

/** What one service cost on one day. */
export interface Cost {
  /** `2026-11-21`, in UTC. */
  readonly day: string;
  readonly service: string;
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

function chargeOf(service: string, type: string | undefined, amount: number): Charge {
  const known = charges.find(
    (each) => each.type.test(type ?? "") || each.service?.test(service) === true,
  );
  if (known) return known.charge;
  // Without a type: nobody is paid for what he uses.
  return type === undefined && amount < 0 ? "credits" : "usage";
}

export const costsOf = (results: readonly ResultByTime[], metric: string): Cost[] =>
  results.flatMap(({ TimePeriod, Groups = [] }) =>
    Groups.map(({ Keys: [service = "other", type] = [], Metrics }): Cost => {
      const amount = Number(Metrics?.[metric]?.Amount ?? 0);
      return {
        day: TimePeriod?.Start ?? "",
        service,
        charge: chargeOf(service, type, amount),
        amount,
        currency: Metrics?.[metric]?.Unit ?? "",
      };
    }),
  );

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
