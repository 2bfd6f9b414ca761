/**
 * What a drill has found out about a set of snapshots, as a tag on each says it. Anybody may write a
 * tag: what counts is in the ledger, the tag is for people and for where to look.
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { tagIn } from "./backup-set.ts";

/** Makes the drills, and is believed by its records alone. */
export const driller = "backup-drill";
/** The same for tables. */
export const tableDriller = "table-drill";
/** And for databases. */
export const databaseDriller = "database-drill";
/** And for files. */
export const fileDriller = "file-drill";

export const drilledTag = "nightshift:drilled";

/**
 * `good`: restored, and what was looked for was found. `bad`: it does not restore, or what was
 * restored is not right. `unknown`: neither is known.
 */
export type DrillResult = "good" | "bad" | "unknown";

/** What a drill has found out. */
export interface DrillWord {
  /** When it was known. */
  readonly at: Date;
  readonly result: DrillResult;
  /** From its beginning until it was known. */
  readonly seconds: number;
  /** How far it was looked at. */
  readonly checked: string;
}

/** `2026-11-21T03:20:00Z good rto=754s checked=restored` */
export const drillText = ({ at, result, seconds, checked }: DrillWord): string =>
  `${at.toISOString().slice(0, 19)}Z ${result} rto=${seconds}s checked=${checked}`;

const form = /^(\S+Z) (good|bad|unknown) rto=(\d{1,7})s checked=([a-z-]{1,40})$/;

/** @returns nothing where there is none, or it is not as a drill writes it */
export function drillWordIn(snapshot: Pick<Snapshot, "Tags">): DrillWord | undefined {
  const [, time = "", result, seconds, checked = ""] =
    form.exec(tagIn(snapshot, drilledTag) ?? "") ?? [];
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return undefined;
  return { at, result: result as DrillResult, seconds: Number(seconds), checked };
}

/** What the record of a drill holds of what it found out. */
export const recordedDrill = z.object({
  output: z.object({
    at: z.date(),
    result: z.enum(["good", "bad", "unknown"]),
    seconds: z.number(),
    checked: z.string(),
  }),
});
