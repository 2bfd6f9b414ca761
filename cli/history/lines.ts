/** The last runs of all units, a line each. */
import type { Writer } from "../../ledger/keys.ts";
import { fateOf, type PlanFate } from "../../ledger/plan-fate.ts";
import { planById } from "../../ledger/plans.ts";
import { type RunLine, runById, runsOf } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { systemClock } from "../../sdk/time.ts";
import type { FilterOptions } from "../io/filters.ts";
import type { Io } from "../io/io.ts";
import { parseSince } from "../io/options.ts";
import { table } from "../io/table.ts";
import { minuteText } from "../io/words.ts";
import { loadUnit, unitIds } from "../place/units.ts";
import { type HistoryAsked, unitsAsked, writers } from "./asking.ts";

const kinds = { unit: "run", undo: "undo" } as const;

/** A run in one line, and whose. */
export interface UnitLine extends RunLine {
  readonly unit: string;
  readonly kind: (typeof kinds)[Writer & keyof typeof kinds];
}

export const lineJson = ({ unit, kind, run, at, ...rest }: UnitLine): object => ({
  id: run,
  automation: unit,
  kind,
  at: at.toISOString(),
  ...rest,
});

/** What a run is called, or what it holds beside that: one that changed some and held others. */
function hasOutcome(line: RunLine, outcome: string | undefined): boolean {
  if (outcome === undefined || line.outcome === outcome) return true;
  const counts: Readonly<Record<string, number>> = {
    held: line.held,
    waiting: line.waiting,
    failed: line.failed,
    begun: line.begun ?? 0,
  };
  return (counts[outcome] ?? 0) > 0;
}

const fits = (line: RunLine, { region, mode, outcome }: FilterOptions): boolean =>
  (region === undefined || line.region === region) &&
  (mode === undefined || line.mode === mode) &&
  hasOutcome(line, outcome);

/** Read page by page, until there are enough or what comes is older than was asked for. */
async function linesOf(
  store: Store,
  { writer, unit }: { readonly writer: Writer & keyof typeof kinds; readonly unit: string },
  limit: number,
  options: FilterOptions,
): Promise<UnitLine[]> {
  const since = parseSince(options.since, systemClock.now());
  const { region, mode, outcome } = options;
  const takesAll = region === undefined && mode === undefined && outcome === undefined;
  const lines: UnitLine[] = [];
  for await (const line of runsOf(store, writer, unit, takesAll ? limit : undefined)) {
    if (since && line.at < since) break;
    if (!fits(line, options)) continue;
    lines.push({ ...line, unit, kind: kinds[writer] });
    if (lines.length === limit) break;
  }
  return lines;
}

/** Without those that change nothing, and so have none; what is gone has only its runs' word. */
async function withModes(units: readonly string[]): Promise<readonly string[]> {
  const modeless = new Set<string>();
  for (const id of units)
    if (unitIds.includes(id) && (await loadUnit(id)).kind !== "automation") modeless.add(id);
  return units.filter((id) => !modeless.has(id));
}

/** Newest first. */
export async function newestLines(limit: number, asking: HistoryAsked): Promise<UnitLine[]> {
  const { store, options } = asking;
  const all = await unitsAsked(asking);
  const units = options.mode === undefined ? all : await withModes(all);
  const each = await Promise.all(
    units.flatMap((unit) =>
      writers.map((writer) => linesOf(store, { writer, unit }, limit, options)),
    ),
  );
  return each
    .flat()
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, limit);
}

const fateWords: Readonly<Record<PlanFate["state"], string>> = {
  waiting: "waiting",
  expired: "expired",
  denied: "denied",
  approved: "approved",
  "carried-out": "approved",
};

/** What became of the plan that a run has stored, where it has. */
async function waitedFor(store: Store, { unit, run }: UnitLine): Promise<string> {
  const result = await runById(store, "unit", unit, run);
  const plan = result?.plan && (await planById(store, result.plan.id));
  return plan ? fateWords[(await fateOf(store, plan, systemClock.now())).state] : "waiting";
}

/** `2 changed, 1 held`; what it found, where there was nothing to say. */
async function came(store: Store, line: UnitLine): Promise<string> {
  const { outcome, died, mode, found, applied, held, waiting, failed, kind, begun = 0 } = line;
  const parts = [
    [failed, "failed"],
    [applied, kind === "undo" ? "taken back" : "changed"],
    [begun, kind === "undo" ? "being stopped" : "begun"],
    [waiting, waiting ? await waitedFor(store, line) : ""],
    [held, mode === "watch" ? "held (watch)" : "held"],
  ] as const;
  const counted = parts.flatMap(([number, what]) => (number ? [`${number} ${what}`] : []));
  if (died) return [`died, ${found} found`, ...counted].join(", ");
  if (line.ends) return `what was begun has ended: ${counted.join(", ")}`;
  if (counted.length) return counted.join(", ");
  if (outcome === "failed") return "failed";
  return outcome === "done" ? "told" : `nothing to do, ${found} found`;
}

const columns = [
  { title: "when (UTC)" },
  { title: "unit" },
  { title: "region" },
  { title: "what came of it", least: 20 },
  { title: "id", below: true },
];

export async function lineTable(
  lines: readonly UnitLine[],
  { store, io }: { readonly store: Store; readonly io: Io },
): Promise<string> {
  const rows = await Promise.all(
    lines.map(async (line) => [
      minuteText(line.at),
      line.unit,
      line.region,
      await came(store, line),
      line.run,
    ]),
  );
  return table(io, columns, rows);
}
