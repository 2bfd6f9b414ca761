/** `run ID`: once, now. On the embedded AWS here; on a real account in the deployed function. */
import { UsageError } from "../../core/errors.ts";
import { put } from "../../core/ledger/outbox.ts";
import type { RunResult } from "../../core/run/result.ts";
import { type Account, configured, connect, regionOf } from "../cli/account.ts";
import { eventsFor, startsFrom } from "../cli/event.ts";
import { exit, exitOf } from "../cli/exit.ts";
import { createHere } from "../cli/here.ts";
import type { Io } from "../cli/io.ts";
import { json, oneOrMore, type Ran, runJson } from "../cli/json.ts";
import { logTo } from "../cli/log.ts";
import { clockOf, configOf, onLoopbackOnly, readEvent, type RunOptions } from "../cli/options.ts";
import { begin } from "../cli/session.ts";
import { partOf } from "../cli/settings.ts";
import { runText } from "../cli/show.ts";
import { invoke, runThere } from "../cli/there.ts";
import { type AnyUnit, known, loadUnit } from "../cli/units.ts";
import { quoted } from "../cli/words.ts";
import { randomUUID } from "node:crypto";
import { hear } from "../cli/signal.ts";
import type { AnySignal } from "../../core/signal.ts";
import type { UnitSettings } from "../../core/settings.ts";

/** Checks everything that can be checked before AWS is asked. */
export async function prepared(id: string, options: RunOptions) {
  known(id);
  const [config, clock, event] = [configOf(options.config), clockOf(options.at), readEvent(options.event)];
  const session = await begin(options);
  const unit = await loadUnit(id);
  if (options.mode && unit.kind !== "automation") throw new UsageError(`${id} is a ${unit.kind}: it changes nothing, so --mode has no meaning for it`);
  if (unit.kind === "signal" && event === undefined) throw new UsageError(`${id} is a signal: it turns an event into a message. Give one with --event FILE; events/ holds samples`);
  const part = partOf(unit, session.settings, session.file, { mode: options.mode, ...(options.config !== undefined && { config }) });
  return { unit, part, event, clock, session, region: await placeOf(unit, options, session) };
}

async function placeOf(unit: AnyUnit, options: RunOptions, { settings, around }: Awaited<ReturnType<typeof begin>>): Promise<string> {
  if (unit.scope === "global") {
    if (options.region && options.region !== settings.home) throw new UsageError(`${unit.id} looks at a service without regions and runs in the home region ${settings.home} only: leave --region away`);
    return settings.home;
  }
  // An event names its own region.
  if (options.event && !options.region) return settings.home;
  return configured(await regionOf(options.region, settings, around), options.region, settings);
}

/** A run that had nothing to look at. */
const nothing = (unit: AnyUnit, account: Account, region: string, part: UnitSettings): Ran => ({
  id: null,
  automation: unit.id,
  account: account.id,
  region,
  mode: part.mode,
  outcome: "nothing",
  found: 0,
  plan: null,
  actions: [],
  calls: { reads: 0, writes: 0 },
});

export async function run(id: string, options: RunOptions, io: Io): Promise<number> {
  const { unit, part, event, clock, session, region } = await prepared(id, options);
  const { settings, file, around } = session;
  const account = await connect(around, region, io);
  onLoopbackOnly("run", account.loopback, { mode: options.mode, config: options.config, at: options.at, settings: options.settings });
  const runs = unit.kind === "signal" ? await signalled(unit) : await carried(unit);

  const repeat = `${session.repeat}${options.config ? ` --config ${quoted(options.config)}` : ""}${options.at ? ` --at ${options.at}` : ""}`;
  io.print(options.json ? json(oneOrMore(runs.map(runJson))) : runs.map((one) => runText(one, io, repeat, settings.timeZone, clock.now())).join("\n\n"));
  return runs.every(({ id: ran }) => ran === null) ? exit.done : exitOf(runs as readonly RunResult[]);

  async function carried(automation: Exclude<AnyUnit, AnySignal>): Promise<readonly Ran[]> {
    const starts = event === undefined ? undefined : startsFrom(automation, event, account.id, part, options.region);
    if (starts?.every(({ only }) => only?.length === 0)) {
      io.say(`the event names nothing that ${id} looks at`);
      return [nothing(unit, account, starts[0]?.region ?? region, part)];
    }
    if (!account.loopback) return runThere(id, region, event, settings.home, account);
    const here = createHere({ account, settings, file, clock, log: logTo(io) });
    await here.prepare();
    return here.order(automation, part, { kind: "manual", region, key: randomUUID(), by: account.caller, ...(event !== undefined && { event }) });
  }

  async function signalled(signal: AnySignal): Promise<readonly Ran[]> {
    const events = eventsFor(signal, event, account.id, part);
    const of = (at: number) => ({ ...nothing(unit, account, events[at]?.region ?? region, part), found: 1 });
    if (!account.loopback) {
      await invoke("signals", event, settings.home, account);
      io.say("handed to nightshift-signals: what it tells goes out by the settings' routes");
      return events.map((_, at) => ({ ...of(at), outcome: "done" as const }));
    }
    const here = createHere({ account, settings, file, clock, log: logTo(io) });
    await here.prepare();
    const messages = await hear(signal, part, event, account.id, clock, logTo(io), (message) => put(here.store, `unit#${message.unit}`, message));
    if (!messages.length) io.say(`${id} has nothing to tell of it`);
    return messages.length ? messages.map(({ id: message, region: where, ...rest }) => ({ ...of(0), id: message, region: where, outcome: "done" as const, message: told(rest) })) : [of(0)];
  }
}

/** Only what was told, not what the outbox adds. */
export const told = ({ title, severity, facts, chart, key, closes }: NonNullable<Ran["message"]>): NonNullable<Ran["message"]> => ({
  title,
  severity,
  ...(facts && { facts }),
  ...(chart && { chart }),
  ...(key !== undefined && { key }),
  ...(closes !== undefined && { closes }),
});
