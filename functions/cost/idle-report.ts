/**
 * The frame of a report about what idles and has no way of being stopped that undo could take back:
 * it says what there is, what tells that it idles, and how it is shown.
 */
import * as z from "zod/mini";
import { type IdleKind, type Idling, idleness } from "../../aws/cloudwatch/idle.ts";
import { getMetricData } from "../../aws/cloudwatch/metric.ts";
import { chunks } from "../../sdk/chunks.ts";
import { count } from "../../sdk/counted.ts";
import { report } from "../../sdk/report.ts";
import { minutes } from "../../sdk/time.ts";
import { type Reader, type Reads, type Schedule, sweep } from "../../sdk/unit.ts";

/** What is told of a thing that idles. */
export interface IdleRow {
  readonly name: string;
  /** Under the report's columns, after the name. */
  readonly cells: readonly string[];
  /** CloudWatch has heard of one of them, if not of this one. */
  readonly isHeard: boolean;
}

interface IdleReport<Id extends string, R extends Reads, T> {
  readonly id: Id;
  readonly summary: string;
  readonly at: Schedule;
  /** What one of them is called: `cache`. */
  readonly noun: string;
  readonly reads: R;
  /** What there is, in whatever state; those that are on their way in or out are left out. */
  things(read: Reader<R>, account: string): AsyncIterable<T>;
  nameOf(thing: T): string;
  readonly kind: IdleKind<T>;
  readonly columns: readonly string[];
  /** Nothing where it has gone meanwhile. */
  cells(
    thing: T,
    most: readonly number[],
    read: Reader<R>,
  ): readonly string[] | undefined | Promise<readonly string[] | undefined>;
  /**
   * For what CloudWatch hears of only while it is used: what is said where it has heard of none.
   */
  readonly unheard?: string;
  /** What it says of prices, and what to do. */
  readonly price: string;
  readonly remedy: string;
}

const config = z.strictObject({
  days: z
    ._default(z.int().check(z.gte(1), z.lte(60)), 14)
    .check(z.describe("How long it must have been idle.")),
  except: z
    ._default(z.array(z.string().check(z.minLength(1))), [])
    .check(z.describe("Beginnings of names that are not told, as of what is kept for a failover.")),
});

/** Things that are judged together. */
const together = 500;

const mostIdle = (idling: Idling | undefined): readonly number[] | undefined =>
  idling?.is === "idle" ? idling.most : undefined;

const wasHeardOf = (idling: Idling): boolean =>
  idling.is === "busy" || (mostIdle(idling) ?? []).some((value) => value > 0);

/** Declares such a report. */
/* @__NO_SIDE_EFFECTS__ */
export const idleReport = <const Id extends string, const R extends Reads, T>(
  declared: IdleReport<Id, R, T>,
) =>
  report({
    id: declared.id,
    family: "cost",
    summary: declared.summary,
    on: [sweep(declared.at, { window: minutes(30) })],
    config,
    reads: [getMetricData, ...declared.reads] as const,

    async *find({ read, now, account, config: { days, except } }): AsyncGenerator<IdleRow> {
      const all = await Array.fromAsync(declared.things(read as never, account));
      const things = all.filter(
        (thing) => !except.some((beginning) => declared.nameOf(thing).startsWith(beginning)),
      );
      const idle: (readonly [thing: T, most: readonly number[]])[] = [];
      let isHeard = false;
      for (const some of chunks(things, together)) {
        const idling = await idleness(read as never, some, declared.kind, { now, days });
        isHeard ||= [...idling.values()].some(wasHeardOf);
        for (const thing of some) {
          const most = mostIdle(idling.get(thing));
          if (most) idle.push([thing, most]);
        }
      }
      for (const [thing, most] of idle) {
        const cells = await declared.cells(thing, most, read as never);
        if (cells) yield { name: declared.nameOf(thing), cells, isHeard };
      }
    },

    tell(found: readonly IdleRow[], { region, config: { days } }) {
      if (found.length === 0) return undefined;
      const isUnheard = declared.unheard !== undefined && !found.some(({ isHeard }) => isHeard);
      const has = found.length === 1 ? "has" : "have";
      return {
        title: `${count(found.length, declared.noun)} in ${region} ${has} been idle for ${days} days`,
        severity: "info",
        facts: {
          ...(isUnheard && { "how sure that is": declared.unheard }),
          price: declared.price,
          "what to do": declared.remedy,
        },
        table: {
          columns: ["name", ...declared.columns],
          rows: found.map(({ name, cells }) => [name, ...cells]),
        },
        affected: found.map(({ name }) => name),
      };
    },
  });
