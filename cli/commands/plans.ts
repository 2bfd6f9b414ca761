/** `plans`: all plans that wait for a person, of all units in all regions. */
import { fateOf } from "../../ledger/plan-fate.ts";
import { type StoredPlan, type WaitingPlans, waitingPlans } from "../../ledger/plans.ts";
import { count } from "../../sdk/counted.ts";
import { plain } from "../../sdk/plain.ts";
import { type Saving, savingOf, savingText } from "../../sdk/saving.ts";
import { hours, inWords, minutes, systemClock } from "../../sdk/time.ts";
import { type HistoryAsked, type HistoryOptions, unitsAsked } from "../history/asking.ts";
import { exit } from "../io/exit.ts";
import { filtersGiven } from "../io/filters.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { parseSince } from "../io/options.ts";
import { decideCommands } from "../io/plan-text.ts";
import { type Repeat, repeatOf } from "../io/repeat.ts";
import { changeLine, command, namedText, quoted, utcText } from "../io/words.ts";
import { connect } from "../place/account.ts";
import { ledgerIn } from "../place/ledger.ts";
import { openSession } from "../place/session.ts";

export interface PlansOptions extends Omit<HistoryOptions, "mode" | "outcome"> {
  /** Exits with 3 where one waits. */
  readonly exitCode?: boolean;
}

export async function plansCommand(options: PlansOptions, io: Io): Promise<number> {
  const since = parseSince(options.since, systemClock.now());
  const { around, settings } = await openSession(options);
  const account = await connect(around, settings.home, io);
  const asking = { store: ledgerIn(account, settings), account, settings, options, io };
  const { plans: all, unreadable } = await waiting(asking);
  const plans = all.filter(({ at }) => since === undefined || at >= since);
  for (const why of unreadable) io.say(`a plan that cannot be read: ${why}`);
  if (options.json) io.print(json({ plans: plans.map(planWaitingJson), unreadable }));
  else if (plans.length)
    io.print(plans.map((plan) => waitingText(plan, io, repeatOf(options))).join("\n\n"));
  else io.print(nothingText(options));
  if (!options.json && plans.length) io.say(summary(plans));
  if (unreadable.length) return exit.failed;
  return options.exitCode && plans.length ? exit.held : exit.done;
}

/** Nobody has decided on them, and it is not too late; what expires first comes first. */
async function waiting(asking: HistoryAsked): Promise<WaitingPlans> {
  const { store, options } = asking;
  const now = systemClock.now();
  const units = await unitsAsked(asking);
  const each = await Promise.all(units.map((unit) => waitingPlans(store, unit, now)));
  const open = each
    .flatMap(({ plans }) => plans)
    .filter(({ region }) => fitsRegion(region, options.region));
  const fates = await Promise.all(open.map((plan) => fateOf(store, plan, now)));
  const plans = open
    .filter((_, at) => fates[at]?.state === "waiting")
    .sort((a, b) => a.expires.getTime() - b.expires.getTime());
  return { plans, unreadable: each.flatMap(({ unreadable }) => unreadable) };
}

const fitsRegion = (region: string, asked: string | undefined): boolean =>
  asked === undefined || region === asked;

const savedBy = ({ proposals }: StoredPlan): Saving => savingOf(proposals);

/** `Nothing waits`, as far as was looked. */
function nothingText(options: PlansOptions): string {
  const filters = filtersGiven(options);
  return filters.length
    ? `No plan that waits fits ${filters.join(" and ")}.`
    : "No plan waits for a decision.";
}

const summary = (plans: readonly StoredPlan[]): string =>
  `${count(plans.length, "plan waits", "plans wait")} for a decision; \`${command} history PLAN\` shows all of one`;

/** In whole hours; in minutes of the last. */
function leftText(expires: Date): string {
  const left = Math.max(0, expires.getTime() - systemClock.now().getTime()) / 1000;
  const whole = left < 3600 ? minutes(Math.floor(left / 60)) : hours(Math.floor(left / 3600));
  return inWords(whole);
}

/** More is for `history`. */
const mostShown = 5;

function waitingText(plan: StoredPlan, io: Io, repeat: Repeat): string {
  const { id, unit, region, at, expires, why, requester, proposals, part } = plan;
  const saves = savingText(savedBy(plan));
  const changes = proposals
    .slice(0, mostShown)
    .flatMap((proposal) => [
      `    ${plain(namedText(proposal))}`,
      `        ${plain(proposal.because)}`,
      `        ${plain(changeLine(proposal))}`,
    ]);
  const more = proposals.length - mostShown;
  return [
    `${io.paint("bold", plain(unit))} in ${region}: ${count(proposals.length, "change")}${part ? ` (part ${part.number} of ${part.of})` : ""}${saves === undefined ? "" : `, ${saves}`}`,
    `    waits since ${utcText(at)}, until ${utcText(expires)} (${leftText(expires)} left), because ${plain(why)}`,
    ...(requester === null ? [] : [`    asked for by ${plain(requester)}`]),
    ...changes,
    ...(more > 0 ? [`    and ${more} more`] : []),
    ...decideCommands(id, repeat),
    `    ${command} history ${quoted(id)}`,
  ].join("\n");
}

const planWaitingJson = (plan: StoredPlan): object => ({
  id: plan.id,
  run: plan.run,
  automation: plan.unit,
  account: plan.account,
  region: plan.region,
  hash: plan.hash,
  at: plan.at.toISOString(),
  expires: plan.expires.toISOString(),
  why: plan.why,
  requester: plan.requester,
  changes: plan.proposals.length,
  ...(plan.part && { part: { number: plan.part.number, of: plan.part.of } }),
  savesPerMonth: savedBy(plan).known || null,
  unpriced: savedBy(plan).unpriced,
  targets: plan.proposals.map(({ target, name, because }) => ({
    target,
    name: name ?? null,
    because,
  })),
});
