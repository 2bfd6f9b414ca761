/** A message as JSON, for programs that subscribe. */

import { allOf, numbersIn } from "../../ledger/numbers.ts";
import type { RunResult } from "../../ledger/result.ts";
import { encode } from "../../sdk/codec.ts";
import type { Chart, Table } from "../../sdk/message.ts";
import type { IncidentNews } from "../incident-news.ts";
import { isUntrusted, newsIn, type Outgoing, runIn } from "../outgoing.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Its fields only grow; what changes otherwise raises it. */
const version = 1;

/** Inputs keep their dates and bytes in the codec's form; times of our own are ISO 8601 in UTC. */
const runData = ({ message: _, ...run }: RunResult, most: number) => {
  const { at, plan, actions } = run;
  const leftOut = allOf(numbersIn(run)) - Math.min(actions.length, most);
  return {
    ...run,
    at: at.toISOString(),
    plan: plan && { ...plan, expires: plan.expires.toISOString() },
    actions: actions.slice(0, most).map((action) => encode(action)),
    ...(leftOut > 0 && { actionsLeftOut: leftOut }),
  };
};

const newsData = ({ why, group, calls, incidents, more = 0, open = 0 }: IncidentNews) => ({
  why,
  group,
  calls,
  more,
  open,
  incidents: incidents.map(({ openedAt, resolvedAt, snoozedUntil, by, ...one }) => ({
    ...one,
    by: by ?? null,
    openedAt: openedAt.toISOString(),
    resolvedAt: resolvedAt?.toISOString() ?? null,
    snoozedUntil: snoozedUntil?.toISOString() ?? null,
  })),
});

/** `points` is always there, as it was before there were bars. */
function chartData({ title, unit, points = [], bars }: Chart) {
  const shown = points.map(([when, value]): Json => [when.toISOString(), value]);
  return { title, unit: unit ?? null, points: shown, ...(bars && { bars }) };
}

const tableData = ({ columns, rows, total }: Table, most: number) => ({
  columns,
  rows: rows.slice(0, most),
  total: total ?? null,
  ...(rows.length > most && { rowsLeftOut: rows.length - most }),
});

/**
 * The structured form of a message.
 * @param most at most so many actions of a run and rows of a table, in their own order;
 *   `actionsLeftOut` and `rowsLeftOut` count the rest
 */
export function asData(
  message: Outgoing,
  most = Number.POSITIVE_INFINITY,
): { readonly [name: string]: Json } {
  const {
    at,
    chart,
    closes = false,
    facts = {},
    key,
    id,
    severity,
    title,
    unit,
    kind,
    account,
    region,
  } = message;
  const { affected = [], link, runbook, table } = message;
  const [run, news, untrusted] = [runIn(message), newsIn(message), isUntrusted(message)];
  return {
    version,
    id,
    at: at.toISOString(),
    severity,
    kind,
    unit,
    account,
    region,
    title,
    facts,
    key: key ?? null,
    closes,
    untrusted,
    chart: chart ? chartData(chart) : null,
    table: table ? tableData(table, most) : null,
    affected,
    link: untrusted ? null : (link ?? null),
    runbook: runbook ?? null,
    incidents: news ? newsData(news) : null,
    run: run ? (runData(run, most) as unknown as Json) : null,
  };
}
