/** Keeps on for longer what a run stopped or would stop by its schedule, as a button says. */
import { keepHours } from "../../engine/keep-hours.ts";
import { unitOf } from "../../ledger/ids.ts";
import { keptHoursAt } from "../../ledger/kept-hours.ts";
import type { RunResult } from "../../ledger/result.ts";
import { runById } from "../../ledger/runs.ts";
import { timeText } from "../../messages/render/text.ts";
import { count } from "../../sdk/counted.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { after, hours } from "../../sdk/time.ts";
import type { Press } from "./order.ts";
import { type News, stateBlocks } from "./restate.ts";
import { acts, keeps, keepValue } from "./value.ts";
import { stillMay } from "./work-answer.ts";
import type { SlackWork } from "./work-parts.ts";

/** They are written all or none. */
const mostTargets = 90;

/** Somebody's press, and what its message says from then on. */
interface KeepPress {
  readonly host: SlackWork;
  readonly order: Press;
  readonly value: unknown;
  readonly by: string;
  /** As a message names them. */
  readonly name: string;
  readonly now: Date;
  restate(news: News): Promise<void>;
}

async function runOfPress({ store, units }: SlackWork, id: string, account: string) {
  const run = await runById(store, "unit", unitOf(id), id);
  if (!run?.actions.length)
    throw new NotPossible(`there is no record of ${id}: nothing can be kept on by it`);
  if (run.account !== account) throw new NotPossible(`${id} was in another account`);
  if (units[run.automation]?.family !== "hours")
    throw new NotPossible(`${run.automation} goes by no schedule of hours`);
  return run;
}

/** Those that nobody keeps on for as long already: a press makes no end earlier. */
async function endingBefore(
  until: Date,
  { store }: SlackWork,
  { account, region, actions }: RunResult,
): Promise<string[]> {
  const kept = await keptHoursAt(store, { account, region });
  const longer = new Set(kept.flatMap((one) => (one.until >= until ? (one.target ?? []) : [])));
  return [...new Set(actions.map(({ target }) => target))].filter((each) => !longer.has(each));
}

/**
 * As `npx nightshift hours on` does, for all targets of the run in its region; then its unit looks at
 * once, so that what it has stopped of them does not wait for the next quarter of an hour.
 * @throws {NotPossible} where the run is none by a schedule, or of more than one press may keep on
 */
export async function keepOn(press: KeepPress, account: string): Promise<void> {
  const { host, order, value, by, name, now, restate } = press;
  const read = keepValue.safeParse(value);
  if (!read.success) throw new NotPossible("the button carries nothing that can be kept on");
  const { run: id, hours: span } = read.data;
  if (!(await stillMay(host, "decide", order, { act: acts.keep, on: id }))) return;
  const run = await runOfPress(host, id, account);
  const until = after(now, hours(span));
  const targets = await endingBefore(until, host, run);
  if (targets.length > mostTargets)
    throw new NotPossible(
      `these are ${targets.length}, and a press keeps on ${mostTargets} at most: name their schedule, npx nightshift hours on SCHEDULE --until ${span}h`,
    );
  const { region, automation } = run;
  const mode = host.units[automation]?.mode ?? run.mode;
  const kept = targets.map((target) => ({ account, region, target, until, by, at: now }));
  await keepHours(host.store, { kept, units: [{ id: automation, mode }] });
  host.log.info("kept on by hours", { run: id, by, targets: targets.length });
  const untilText = timeText(until, host.settings.timeZone);
  await restate({
    without: keeps.map((each) => `${acts.keep}.${each}`),
    blocks: stateBlocks(
      `🕓 ${name} keeps ${count(run.actions.length, "target")} on until ${untilText}.`,
    ),
  });
  if (targets.length)
    await host.invoke(automation, { kind: "manual", region, key: `slack.${order.key}` });
}
