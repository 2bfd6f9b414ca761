/**
 * The frame of a unit that finds what idles: it says which metrics tell, and this reads them for all
 * things together and judges each.
 */

import { weighedChunks } from "../../sdk/chunks.ts";
import type { Reader } from "../../sdk/unit.ts";
import {
  type HourlyMetric,
  isComplete,
  longestHole,
  type MeasuredDays,
  type MeasuredHour,
  measuredHoursOf,
  sinceWhen,
} from "./hourly.ts";
import type { getMetricData } from "./metric.ts";

/** A metric that no hour of may reach a limit. */
export interface IdleSign {
  readonly metric: HourlyMetric;
  /** An hour that reaches it was busy. */
  readonly below: number;
  /**
   * AWS publishes it in hours only in which there was some: an hour without a point is one of 0.
   * That is believed only beside a sign that is published in every hour, and complete.
   */
  readonly sparse?: true;
  /**
   * So many hours in a row may be missing; absent: any. For what is not measured while it stands
   * still, and does not say when it was started: a longer hole is a stop, and somebody started it.
   */
  readonly mostMissing?: number;
}

/** What a kind of thing is judged by. */
export interface IdleKind<T> {
  /** Since when it has been in service without a break; nothing: not known, so it is not judged. */
  since(thing: T): Date | undefined;
  /**
   * In stages: those of a later one are asked only for what no earlier one calls busy. In the first
   * at least one is published in every hour.
   */
  readonly stages: readonly ((thing: T) => readonly IdleSign[])[];
}

/** `young`: it was not there all the time. `gaps`: too many hours are missing to say. */
export type Idling =
  | { readonly is: "young" | "gaps" | "busy" }
  /** The highest hour of each sign, in the order of the stages. */
  | { readonly is: "idle"; readonly most: readonly number[] };

const hasStoodStill = (
  { mostMissing = Number.POSITIVE_INFINITY }: IdleSign,
  measured: readonly MeasuredHour[],
  stretch: MeasuredDays,
): boolean => longestHole(measured, stretch) > mostMissing;

/** How one sign speaks for one thing: its highest hour, or why it is not idle. */
function readingOf(
  sign: IdleSign,
  measured: readonly MeasuredHour[],
  stretch: MeasuredDays,
): number | "busy" | "gaps" {
  const hourly = measured.map(({ value }) => value);
  const most = hourly.reduce((highest, value) => Math.max(highest, value), 0);
  if (most >= sign.below) return "busy";
  if (sign.sparse) return most;
  const isWhole = isComplete(hourly, stretch) && !hasStoodStill(sign, measured, stretch);
  return isWhole ? most : "gaps";
}

/** One busy sign outweighs gaps in another: it is known then. */
function judged(
  earlier: readonly number[],
  readings: readonly (number | "busy" | "gaps")[],
): Idling {
  if (readings.includes("busy")) return { is: "busy" };
  // Nothing to judge by is no word that it idles.
  if (earlier.length + readings.length === 0) return { is: "gaps" };
  const most = readings.filter((reading) => typeof reading === "number");
  return most.length < readings.length
    ? { is: "gaps" }
    : { is: "idle", most: [...earlier, ...most] };
}

/** Hours of one sign that are held at once, whatever the number of things. */
const mostHours = 250_000;

const heldAtOnce = ({ days }: MeasuredDays) => ({
  length: Number.POSITIVE_INFINITY,
  weight: ({ signs }: { readonly signs: readonly IdleSign[] }) => signs.length * days * 24,
  most: mostHours,
});

/**
 * Judges things by what they were measured to do. However many they are, what was measured of a part
 * of them is held at once.
 * @throws what CloudWatch answers: without metrics nothing is idle
 */
export async function idleness<T>(
  read: Reader<readonly [typeof getMetricData]>,
  things: readonly T[],
  kind: IdleKind<T>,
  stretch: MeasuredDays,
): Promise<ReadonlyMap<T, Idling>> {
  const verdicts = new Map<T, Idling>();
  const start = sinceWhen(stretch);
  for (const thing of things) {
    const since = kind.since(thing);
    verdicts.set(thing, since && since <= start ? { is: "idle", most: [] } : { is: "young" });
  }
  for (const signsOf of kind.stages) {
    const left = [...verdicts].flatMap(([thing, verdict]) =>
      verdict.is === "idle" ? [{ thing, most: verdict.most, signs: signsOf(thing) }] : [],
    );
    for (const some of weighedChunks(left, heldAtOnce(stretch))) {
      const metrics = some.flatMap(({ signs }) => signs.map(({ metric }) => metric));
      const measured = await measuredHoursOf(read, metrics, stretch);
      let at = 0;
      for (const { thing, most, signs } of some) {
        const readings = signs.map((sign) => readingOf(sign, measured[at++] ?? [], stretch));
        verdicts.set(thing, judged(most, readings));
      }
    }
  }
  return verdicts;
}
