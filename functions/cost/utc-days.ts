/** Days as Cost Explorer counts them: in UTC, and known only when they are over. */
import { before, days } from "../../sdk/time.ts";

/** `2026-11-21`, in UTC. */
export const utcDay = (at: Date): string => at.toISOString().slice(0, 10);
export const utcDayBefore = (at: Date, count: number): string => utcDay(before(at, days(count)));
export const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`;

/** The day after a month's last: where Cost Explorer lets it end. */
export const firstOfNextMonth = (at: Date): string =>
  utcDay(new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)));

const inEnglish = (day: string, form: Intl.DateTimeFormatOptions): string =>
  new Date(day).toLocaleDateString("en-GB", { ...form, timeZone: "UTC" });
export const monthName = (day: string): string => inEnglish(day, { month: "long" });
/** `20 November` */
export const dayName = (day: string): string => inEnglish(day, { day: "numeric", month: "long" });
export const weekdayName = (day: string): string => inEnglish(day, { weekday: "long" });
