/** `plan ID`, `plan --all`: what it would do now, in one region or in all. */
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import type { Io } from "../io/io.ts";
import { json, oneOrMore, planJson } from "../io/json.ts";
import { messagePage, messageText, planText } from "../io/show.ts";
import { type AllPlanned, exitOfPlans, planAll } from "../plan/all.ts";
import { type PlanOptions, planOfUnit, type UnitPlan } from "../plan/make.ts";
import { planMarkdown } from "../plan/markdown.ts";

export interface PlanCommandOptions extends PlanOptions {
  readonly all?: boolean;
}

/** @throws {UsageError} for what does not go together */
function checked(id: string | undefined, { all = false, ...options }: PlanCommandOptions): void {
  const { event, config, since, allRegions } = options;
  if (all && [id, event, config, since].some((given) => given !== undefined))
    throw new UsageError(
      "--all plans every automation and report: leave unit, --event, --config and --since away",
    );
  if (!all && id === undefined) throw new UsageError("give the unit to plan, or --all");
  if (allRegions && event !== undefined)
    throw new UsageError("an event names its own region: leave --all-regions away");
  if (options.html && (all || allRegions || options.markdown || options.json))
    throw new UsageError(
      "--html makes a page of one report: leave --all, --all-regions, --markdown and --json away",
    );
  if (options.markdown && options.json)
    throw new UsageError("give either --markdown or --json, not both");
}

export async function planCommand(
  id: string | undefined,
  { all = false, ...options }: PlanCommandOptions,
  io: Io,
): Promise<number> {
  checked(id, { all, ...options });
  const gate = options.exitCode === true;
  if (id !== undefined && !options.allRegions) {
    const plan = await planOfUnit(id, options, io);
    const found: AllPlanned = { plans: [plan], failed: [] };
    if (options.html) io.print(pageOf(plan));
    else if (options.json) io.print(oneText(plan));
    else printAll(found, options, io);
    return exitOfPlans(found, gate);
  }
  const found = await planAll(id === undefined ? undefined : [id], options, io);
  if (options.json) io.print(allText(found));
  else printAll(found, options, io);
  return exitOfPlans(found, gate);
}

/** @throws {UsageError} where it tells nothing that could be a page */
function pageOf({ id, timeZone, planned }: UnitPlan): string {
  const [told] = planned;
  if (told?.message === undefined)
    throw new UsageError(`${id} is no report: --html makes a page of what a report would tell`);
  if (told.message === null)
    throw new NotPossible(`${id} would tell nothing now: there is no page`);
  return messagePage(told.message, { ...told.plan, automation: id }, timeZone);
}

const documents = ({ planned }: UnitPlan): readonly object[] =>
  planned.map(({ plan, message }) => planJson(plan, message));

const oneText = (plan: UnitPlan): string => json(oneOrMore(documents(plan)));

const allText = ({ plans, failed }: AllPlanned): string =>
  json({
    plans: plans.flatMap(documents),
    failed: failed.map(({ id, region, message, exitCode }) => ({
      automation: id,
      region: region ?? null,
      error: message,
      exitCode,
    })),
  });

function unitText({ id, mode, timeZone, planned }: UnitPlan, options: PlanOptions, io: Io): string {
  const parts = planned.map(({ plan, message }) => {
    const told = message && messageText(message, { ...plan, automation: id }, timeZone);
    return planText(plan, { io, mode, message: told, verbose: options.verbose });
  });
  return parts.join("\n\n");
}

function printAll(found: AllPlanned, options: PlanOptions, io: Io): void {
  if (options.markdown) {
    io.print(planMarkdown(found));
    return;
  }
  const { plans, failed } = found;
  let before: string | undefined;
  const failures = failed.map(({ id, region, message }) => {
    const why = message === before ? "the same" : message;
    before = message;
    return `${id}${region === undefined ? "" : ` in ${region}`}: ${why}`;
  });
  const texts = plans.map((plan) => unitText(plan, options, io));
  io.print([...texts, ...(failures.length ? [failures.join("\n")] : [])].join("\n\n"));
}
