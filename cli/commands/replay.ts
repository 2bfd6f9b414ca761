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
import { compareText } from "../../sdk/compare.ts";
import { count } from "../../sdk/counted.ts";
import { inOneLine, UsageError } from "../../sdk/errors.ts";
import { isFields } from "../../sdk/fields.ts";
import { plain } from "../../sdk/plain.ts";
import { after, type Clock, milliseconds, minutes, seconds, systemClock } from "../../sdk/time.ts";
import type { ParsedSettings, UnitSettings } from "../../settings/settings.ts";
import { exit, exitOf } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json, planJson, runJson } from "../io/json.ts";
import { eventsOf, readLines } from "../io/lines.ts";
import { type Common, onLoopbackOnly, parseTime } from "../io/options.ts";
import { command, utcText } from "../io/words.ts";
import { type CallerAccount, connect } from "../place/account.ts";
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

/** Carries an event out, or plans it; what comes of it. */
type CarryEvent = (replayable: Replayable, delivery: Delivery) => Promise<Partial<Replayed>>;

interface Replayable {
  readonly unit: AnyAutomation;
  readonly part: UnitSettings;
}

/** The account that a replay goes through, by which settings and clock. */
interface Replay {
  readonly account: CallerAccount;
  readonly settings: ParsedSettings;
  /** The settings file. */
  readonly file: string;
  readonly clock: ReturnType<typeof eventClock>;
  readonly io: Io;
}

export async function replay(file: string, options: ReplayOptions, io: Io): Promise<number> {
  const deliveries = inOrder(file, options);
  const speed = speedOf(options.speed);
  const { around, settings, file: settingsFile } = await openSession(options);
  const account = await connect(around, settings.home, io);
  onLoopbackOnly("replay", account.loopback, { settings: options.settings });
  const clock = eventClock(deliveries[0]?.event.time ?? systemClock.now());
  const through: Replay = { account, settings, file: settingsFile, clock, io };

  const replayed = await replayAll(deliveries, through, speed);
  const events = {
    read: deliveries.length,
    foreign: deliveries.filter(({ event }) => isForeign(event, through)).length,
    started: new Set(replayed.map(({ delivery }) => delivery)).size,
  };
  if (options.json) io.print(json({ events, replayed: replayed.map(replayedJson) }));
  else {
    const text = replayed.map((one) => replayedText(one, io)).join("\n\n");
    io.print(text || "No automation would have started.");
  }
  io.say(summary(events, through));
  if (replayed.some(({ error }) => error !== null)) return exit.failed;
  return account.loopback ? exitOf(replayed.flatMap(({ runs }) => runs)) : exit.done;
}

const isForeign = (
  { account: from, region }: Delivery["event"],
  { account, settings }: Replay,
): boolean => from !== account.id || !settings.regions.includes(region);

function summary(
  { read, started, foreign }: { readonly [K in "read" | "started" | "foreign"]: number },
  { account, settings }: Replay,
): string {
  const here = `${account.id} in ${settings.regions.join(", ")}`;
  const elsewhere = foreign ? `, ${foreign} of another account or region than ${here}` : "";
  const next = account.loopback
    ? `\`${command} history\` shows what was done.`
    : "Nothing was changed: this is what would be done now, to what is there now.";
  return `${count(read, "event")}, ${started} of them for an automation${elsewhere}. ${next}`;
}

async function replayAll(
  deliveries: readonly Delivery[],
  through: Replay,
  speed: number | undefined,
): Promise<Replayed[]> {
  const automations = await replayable(through);
  const carry = through.account.loopback ? await carrying(through) : planning(through);
  const replayed: Replayed[] = [];
  let last: Date | undefined;
  for (const delivery of deliveries) {
    const { time } = delivery.event;
    if (speed && last)
      await systemClock.sleep(seconds((time.getTime() - last.getTime()) / 1000 / speed));
    last = time;
    through.clock.to(time);
    for (const automation of automations)
      replayed.push(...(await replayOne(automation, delivery, carry, through.account.id)));
  }
  return replayed;
}

/** The enabled automations that events start, by id. */
async function replayable({ settings, file }: Replay): Promise<Replayable[]> {
  const starting = unitIds.filter((id) => {
    const { enabled, mode } = settings.units[id] ?? {};
    return enabled !== false && mode !== "retired";
  });
  const units = await Promise.all(starting.map(loadUnit));
  return units
    .flatMap((unit) =>
      unit.kind === "automation" ? [{ unit, part: partOf(unit, settings, file) }] : [],
    )
    .sort((a, b) => compareText(a.unit.id, b.unit.id));
}

/** One that fails does not end the replay. */
async function replayOne(
  replayable: Replayable,
  delivery: Delivery,
  carry: CarryEvent,
  account: string,
): Promise<Replayed[]> {
  const { unit, part } = replayable;
  const nothing = { delivery, automation: unit.id, runs: [], plans: [], error: null };
  try {
    const { starts } = startsOf(unit, [delivery], account, part);
    if (!starts.some(({ only }) => only?.length !== 0)) return [];
    return [{ ...nothing, ...(await carry(replayable, delivery)) }];
  } catch (error) {
    return [{ ...nothing, error: inOneLine(error) }];
  }
}

async function carrying({ account, settings, file, clock, io }: Replay): Promise<CarryEvent> {
  const here = createHere({ account, settings, file, clock, log: logTo(io) });
  await here.prepare();
  return async ({ unit }, { event }) => ({ runs: await here.deliver(unit.id, event.raw) });
}

function planning({ account, settings, clock, io }: Replay): CarryEvent {
  const clients = account.clients(clock);
  const store = ledgerIn(account, settings);
  return async ({ unit, part }, delivery) => {
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
