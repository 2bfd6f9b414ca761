/** Amounts of the bill in words. */
import { whenUsed } from "../../../sdk/when-used.ts";

/** Below this an amount is shown as nothing. */
export const nothing = 0.005;

/** An amount of one currency in words. */
export type InCurrency = (amount: number) => string;

const decimals = whenUsed(
  () =>
    new Intl.NumberFormat("en-GB", {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    }),
);
export const inCurrency =
  (currency: string): InCurrency =>
  (amount) => {
    const sign = amount <= -nothing ? "−" : "";
    return `${sign}${decimals().format(Math.abs(amount))} ${currency}`;
  };

/** `+12.00 USD`: how much more or less it is. */
export const signedChange = (amount: number, money: InCurrency): string =>
  amount >= nothing ? `+${money(amount)}` : money(amount);

/** "+12 %"; nothing where there is no percentage: of nothing, and of what was given back. */
export function percentChange(now: number, then: number): string | undefined {
  if (Math.abs(now) < nothing && Math.abs(then) < nothing) return "unchanged";
  if (now <= -nothing || then < nothing) return undefined;
  const percent = Math.round((now / then - 1) * 100);
  if (percent === 0) return "unchanged";
  return percent > 0 ? `+${percent} %` : `−${-percent} %`;
}

/** Of one week against the one before, beside what it cost. */
export function weekChange(now: number, then: number, money: InCurrency): string {
  const isNew = now > -nothing && Math.abs(then) < nothing;
  return percentChange(now, then) ?? (isNew ? "new" : `${money(then)} the week before`);
}
