/**
 * `replay FILE`: recorded events through all enabled automations, by the clock of the events.
 * Carried out on the embedded AWS, only planned on a real account, which is looked at as it is now.
 */

import { createHost } from "../../engine/run/host.ts";
import { planRun } from "../../engine/run/plan.ts";
import { type Delivery, unwrap } from "../../ingest/envelope.ts";
import { startsOf } from "../../ingest/start.ts";
import type { Held, PlanResult, RunResult } from "../../ledger/result.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { count } from "../../sdk/counted.ts";
import { inOneLine, UsageError } from "../../sdk/errors.ts";
import { isFields } from "../../sdk/fields.ts";
import { plain } from "../../sdk/plain.ts";
import { after, type Clock, milliseconds, minutes, seconds, systemClock } from "../../sdk/time.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { exit, exitOf } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json, planJson, runJson } from "../io/json.ts";
import { eventsOf, readLines } from "../io/lines.ts";
import { type Common, onLoopbackOnly, parseTime } from "../io/options.ts";
import { command, utcText } from "../io/words.ts";
import { connect } from "../place/account.ts";
import { createHere } from "../place/here.ts";
import { ledgerIn } from "../place/ledger.ts";
import { logTo } from "../place/log.ts";
import { openSession } from "../place/session.ts";
import { partOf } from "../place/settings.ts";
import { loadUnit, unitIds } from "../place/units.ts";

export interface ReplayOptions extends Common {
  readonly from?: string;
  readonly to?: string;
  readonly speed?: string;
}

interface Replayed {
  readonly delivery: Delivery;
  readonly automation: string;
  readonly runs: readonly RunResult[];
  readonly plans: readonly PlanResult[];
  readonly error: string | null;
}

/** Stands still but for what is waited, so that a replay is the same each time. Never goes back. */
export function eventClock(start: Date): Clock & { to(at: Date): void } {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    async sleep(span) {
      now += milliseconds(span);
    },
    to(at) {
      now = Math.max(now, at.getTime());
    },
  };
}

/** In order of time; at the same time by id, so that the order of the file does not matter. */
function inOrder(file: string, { from, to }: ReplayOptions): Delivery[] {
  const [first, last] = [parseTime(from, "--from"), parseTime(to, "--to")];
  if (first && last && first >= last)
    throw new UsageError(`--from ${from} is not before --to ${to}`);
  const all = readLines(file)
    .flatMap(eventsOf)
    .flatMap((one, at) => {
      try {
        return unwrap(one);
      } catch (error) {
        throw new UsageError(`event ${at + 1} of ${file}: ${inOneLine(error)}`);
      }
    });
  const wanted = all.filter(
    ({ event: { time } }) => (!first || time >= first) && (!last || time < last),
  );
  return wanted.sort(
    (a, b) => a.event.time.getTime() - b.event.time.getTime() || (a.event.id < b.event.id ? -1 : 1),
  );
}

function speedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const speed = Number(text);
  if (!(speed > 0) || !Number.isFinite(speed))
    throw new UsageError(`--speed ${text} must be a number above 0: 60 is an hour in a minute`);
  return speed;
}

export async function replay(file: string, options: ReplayOptions, io: Io): Promise<number> {
  const [deliveries, speed] = [inOrder(file, options), speedOf(options.speed)];
  const { around, settings, file: settingsFile } = await openSession(options);
  const account = await connect(around, settings.home, io);
  onLoopbackOnly("replay", account.loopback, { settings: options.settings });

  const loaded = await Promise.all(
    unitIds.filter((id) => settings.units[id]?.enabled !== false).map(loadUnit),
  );
  const automations = loaded
    .flatMap((unit) =>
      unit.kind === "automation" ? [{ unit, part: partOf(unit, settings, settingsFile) }] : [],
    )
    .sort((a, b) => (a.unit.id < b.unit.id ? -1 : 1));
  const clock = eventClock(deliveries[0]?.event.time ?? systemClock.now());
  const carry = account.loopback ? await carrying() : planning();

  const replayed: Replayed[] = [];
  let foreign = 0;
  let last: Date | undefined;
  for (const delivery of deliveries) {
    const { event } = delivery;
    if (speed && last)
      await systemClock.sleep(seconds((event.time.getTime() - last.getTime()) / 1000 / speed));
    last = event.time;
    clock.to(event.time);
    if (event.account !== account.id || !settings.regions.includes(event.region)) foreign += 1;
    for (const { unit, part } of automations)
      replayed.push(...(await through(unit, part, delivery)));
  }

  const events = {
    read: deliveries.length,
    foreign,
    started: new Set(replayed.map(({ delivery }) => delivery)).size,
  };
  if (options.json) io.print(json({ events, replayed: replayed.map(replayedJson) }));
  else
    io.print(
      replayed.length
        ? replayed.map((one) => replayedText(one, io)).join("\n\n")
        : "No automation would have started.",
    );
  const elsewhere = foreign
    ? `, ${foreign} of another account or region than ${account.id} in ${settings.regions.join(", ")}`
    : "";
  const next = account.loopback
    ? `\`${command} history\` shows what was done.`
    : "Nothing was changed: this is what would be done now, to what is there now.";
  const started = `${count(events.read, "event")}, ${events.started} of them for an automation`;
  io.say(`${started}${elsewhere}. ${next}`);
  if (replayed.some(({ error }) => error !== null)) return exit.failed;
  return account.loopback ? exitOf(replayed.flatMap(({ runs }) => runs)) : exit.done;

  async function through(
    unit: AnyAutomation,
    part: UnitSettings,
    delivery: Delivery,
  ): Promise<Replayed[]> {
    const about = { delivery, automation: unit.id };
    const none = { runs: [], plans: [], error: null };
    try {
      const starts = startsOf(unit, [delivery], account.id, part).starts.filter(
        ({ only }) => only?.length !== 0,
      );
      if (!starts.length) return [];
      return [{ ...about, ...none, ...(await carry(unit, part, delivery)) }];
    } catch (error) {
      // One that fails does not end the replay.
      return [{ ...about, ...none, error: inOneLine(error) }];
    }
  }

  async function carrying() {
    const here = createHere({ account, settings, file: settingsFile, clock, log: logTo(io) });
    await here.prepare();
    return async (
      unit: AnyAutomation,
      _: UnitSettings,
      { event }: Delivery,
    ): Promise<Partial<Replayed>> => ({ runs: await here.deliver(unit.id, event.raw) });
  }

  function planning() {
    const clients = account.clients(clock);
    const store = ledgerIn(account, settings);
    return async (
      unit: AnyAutomation,
      part: UnitSettings,
      delivery: Delivery,
    ): Promise<Partial<Replayed>> => {
      const host = createHost({
        account: account.id,
        settings: part,
        clock,
        clients,
        store,
        log: logTo(io),
        deadline: after(clock.now(), minutes(15)),
      });
      const plans: PlanResult[] = [];
      for (const start of startsOf(unit, [delivery], account.id, part).starts)
        plans.push(await planRun(unit, start, host));
      return { plans };
    };
  }
}

/** What happened, as CloudTrail or EventBridge calls it. */
const nameOf = ({ event: { detail, detailType } }: Delivery): string =>
  isFields(detail) && typeof detail.eventName === "string" ? detail.eventName : detailType;

const replayedJson = ({ delivery, automation, runs, plans, error }: Replayed): object => ({
  at: delivery.event.time.toISOString(),
  event: delivery.event.id,
  source: delivery.event.source,
  name: nameOf(delivery),
  region: delivery.event.region,
  automation,
  runs: runs.map(runJson),
  plans: plans.map((one) => planJson(one)),
  error,
});

const heldText = (held: Held | null): string => (held ? `; held by ${held.by}: ${held.why}` : "");

function replayedText({ delivery, automation, runs, plans, error }: Replayed, io: Io): string {
  const { id, time, source, region } = delivery.event;
  const did = runs.flatMap((run) => [
    `${automation}: ${run.outcome}  ${run.id}`,
    ...run.actions.map(
      ({ target, outcome, because, held, error: failed }) =>
        `  ${outcome}  ${target}  because ${because}${heldText(held)}${failed ? `: ${failed}` : ""}`,
    ),
  ]);
  const would = plans.flatMap(({ proposals }) => [
    `${automation}: ${proposals.length ? "would" : "nothing to do"}`,
    ...proposals.map(
      ({ target, because, call, held }) =>
        `  ${held ? "held" : call.operation}  ${target}  because ${because}${heldText(held)}`,
    ),
  ]);
  return [
    `${utcText(time)}  ${io.paint("bold", plain(`${source} ${nameOf(delivery)}`))}  ${plain(region)}  ${plain(id)}`,
    ...[...did, ...would, ...(error ? [`${automation}: failed: ${error}`] : [])].map(
      (line) => `    ${plain(line)}`,
    ),
  ].join("\n");
}
