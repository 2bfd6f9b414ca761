/** What several units would do now, each in one region or in all: one that fails spoils no other. */

import { concurrently } from "../../sdk/concurrently.ts";
import { UsageError } from "../../sdk/errors.ts";
import { regionsOf } from "../../settings/every-region.ts";
import { exit, worstExit } from "../io/exit.ts";
import { type Failure, failureOf } from "../io/failure.ts";
import type { Io } from "../io/io.ts";
import { type CallerAccount, connect } from "../place/account.ts";
import { openSession } from "../place/session.ts";
import { known, loadUnit, unitIds } from "../place/units.ts";
import { type Connect, type PlanOptions, planOfUnit, type UnitPlan } from "./make.ts";

/** A unit, and where it looks; `undefined`: where the surroundings say. */
interface UnitPlace {
  readonly id: string;
  readonly region: string | undefined;
}

export interface FailedPlan extends UnitPlace, Failure {}

export interface AllPlanned {
  readonly plans: readonly UnitPlan[];
  readonly failed: readonly FailedPlan[];
}

/** More at once would only be throttled. */
const atOnce = 4;

/** @param ids of the units; all that act or tell by themselves where absent */
export async function planAll(
  ids: readonly string[] | undefined,
  options: PlanOptions,
  io: Io,
): Promise<AllPlanned> {
  if (options.allRegions && options.region !== undefined)
    throw new UsageError("give either --all-regions or --region, not both");
  const places = await placesOf(ids, options);
  const connectTo = connectedOnce(io);
  const each = await concurrently(places, (place) => planAt(place, options, { io, connectTo }), {
    concurrency: atOnce,
  });
  return {
    plans: each.flatMap((done) => ("planned" in done ? [done] : [])),
    failed: each.flatMap((done) => ("exitCode" in done ? [done] : [])),
  };
}

async function planAt(
  { id, region }: UnitPlace,
  options: PlanOptions,
  { io, connectTo }: { readonly io: Io; readonly connectTo: Connect },
): Promise<UnitPlan | FailedPlan> {
  try {
    const there = region === undefined ? options : { ...options, region };
    const what = `planning ${id}${region === undefined ? "" : ` in ${region}`}`;
    return await io.during(what, () => planOfUnit(id, there, io, connectTo));
  } catch (error) {
    return { id, region, ...failureOf(error) };
  }
}

/** Who we are is asked once for each region. */
function connectedOnce(io: Io): Connect {
  const known = new Map<string, Promise<CallerAccount>>();
  return (around, region) => {
    const account = known.get(region) ?? connect(around, region, io);
    known.set(region, account);
    return account;
  };
}

async function placesOf(
  ids: readonly string[] | undefined,
  options: PlanOptions,
): Promise<readonly UnitPlace[]> {
  const { settings } = await openSession(options);
  const places: UnitPlace[] = [];
  for (const id of ids ?? unitIds) {
    // What cannot be loaded says so where it is planned, and the others go on.
    const unit = await loadUnit(known(id)).catch(() => undefined);
    if (!unit) {
      places.push({ id, region: undefined });
      continue;
    }
    const { kind } = unit;
    const { enabled, mode } = settings.units[id] ?? {};
    const idle = kind === "signal" || enabled === false || mode === "retired";
    if (ids === undefined && idle) continue;
    const regions = options.allRegions ? regionsOf(unit, settings) : [undefined];
    for (const region of regions) places.push({ id, region });
  }
  return places;
}

/** Whether anything would be changed, or is held. */
const proposes = ({ planned }: UnitPlan): boolean =>
  planned.some(({ plan }) => plan.proposals.length > 0 || plan.unjudged !== undefined);

/** @param gate whether what is proposed counts */
export function exitOfPlans({ plans, failed }: AllPlanned, gate: boolean): number {
  const proposed = gate && plans.some(proposes) ? [exit.held] : [];
  return worstExit([...failed.map(({ exitCode }) => exitCode), ...proposed]);
}
