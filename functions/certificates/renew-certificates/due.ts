/**
 * Whether a certificate is to be renewed now. Each has its own moment, told from others by its
 * serial number alone: the same whenever it is asked, and not that of all others.
 */
import { createHash } from "node:crypto";
import { domainToUnicode } from "node:url";
import type { RenewalAdvice } from "../renewal-info.ts";

/** What is there now. */
export interface LeafInAcm {
  readonly serial: string;
  readonly from: Date;
  readonly to: Date;
  /** In ASCII, small letters, in order. */
  readonly names: readonly string[];
}

/** From 0 up to 1, the same for the same text. */
export function shareOfSerial(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}

const moment = (start: Date, end: Date, share: number): Date =>
  new Date(start.getTime() + (end.getTime() - start.getTime()) * share);

/** Of a certificate of days a third is too little time to mend anything. */
const shortLived = 10 * 86_400_000;
const leastOfShort = 50;
/** So much of the lifetime, in percent, are renewals spread over. */
const spread = 4;

/** When it is renewed where the directory names no time. */
export function momentByLifetime({ serial, from, to }: LeafInAcm, renewBelow: number): Date {
  const whole = to.getTime() - from.getTime();
  const left = whole < shortLived ? Math.max(renewBelow, leastOfShort) : renewBelow;
  const percent = left + spread * shareOfSerial(serial);
  return new Date(to.getTime() - (whole * percent) / 100);
}

const shown = (names: readonly string[]): string => names.map(domainToUnicode).join(", ");

/** What differs between the names that are there and those that are wanted. */
function otherNames(there: readonly string[], wanted: readonly string[]): string | undefined {
  const missing = wanted.filter((name) => !there.includes(name));
  const spare = there.filter((name) => !wanted.includes(name));
  if (missing.length) return `it lacks ${shown(missing)}`;
  if (spare.length) return `it is also for ${shown(spare)}`;
  return undefined;
}

const longestNew = 86_400_000;

/**
 * A day, or a tenth of its lifetime: so long an authority's wish is not followed. One that always names
 * a time in the past would get an order with every sweep.
 */
function isNew({ from, to }: LeafInAcm, now: Date): boolean {
  const tenth = (to.getTime() - from.getTime()) / 10;
  return now.getTime() < from.getTime() + Math.min(longestNew, tenth);
}

interface Judged {
  readonly leaf: LeafInAcm;
  readonly wanted: readonly string[];
  readonly advice: RenewalAdvice;
  readonly renewBelow: number;
  readonly now: Date;
}

/** Why it is to be renewed now, in words that follow "because"; or nothing. */
export function whyDue({ leaf, wanted, advice, renewBelow, now }: Judged): string | undefined {
  const { to, serial } = leaf;
  if (to <= now) return `it ended on ${to.toISOString().slice(0, 10)}`;
  const names = otherNames(leaf.names, wanted);
  if (names) return names;
  const ends = `it ends on ${to.toISOString().slice(0, 10)}`;
  if (momentByLifetime(leaf, renewBelow) <= now) return ends;
  if (advice.kind !== "window" || isNew(leaf, now)) return undefined;
  if (moment(advice.start, advice.end, shareOfSerial(serial)) > now) return undefined;
  return `${ends}, and its authority wants it renewed now${advice.explanation ? ` (${advice.explanation})` : ""}`;
}
