/** `plan --all`: what every automation and report would do now, one after the other. */
import { UsageError } from "../../sdk/errors.ts";
import { exit } from "../io/exit.ts";
import { failureOf } from "../io/failure.ts";
import type { Io } from "../io/io.ts";
import { openSession } from "../place/session.ts";
import { loadUnit, unitIds } from "../place/units.ts";
import { type PlanOptions, planCommand } from "./plan.ts";

export interface PlanAllOptions extends PlanOptions {
  readonly all?: boolean;
}

/** One that fails is told, and the others go on. */
async function planEach(options: PlanOptions, io: Io): Promise<number> {
  const { settings } = await openSession(options);
  let worst: number = exit.done;
  let lastFailure: string | undefined;
  for (const id of unitIds) {
    const { kind } = await loadUnit(id);
    const { enabled, mode } = settings.units[id] ?? {};
    if (kind === "signal" || enabled === false || mode === "retired") continue;
    try {
      await planCommand(id, options, io);
    } catch (error) {
      const { message, exitCode } = failureOf(error);
      io.print(`${id}: ${message === lastFailure ? "the same" : message}`);
      lastFailure = message;
      worst = Math.max(worst, exitCode);
    }
  }
  return worst;
}

/** @throws {UsageError} where neither a unit nor all of them are named, or both */
export async function planOneOrAll(
  id: string | undefined,
  { all = false, ...options }: PlanAllOptions,
  io: Io,
): Promise<number> {
  const { event, config, since } = options;
  if (all && [id, event, config, since].some((given) => given !== undefined))
    throw new UsageError(
      "--all plans every automation and report: leave unit, --event, --config and --since away",
    );
  if (all) return planEach(options, io);
  if (id === undefined) throw new UsageError("give the unit to plan, or --all");
  return planCommand(id, options, io);
}
