/** `run ID`: once, now. On the embedded AWS here; on a real account in the deployed function. */

import { randomUUID } from "node:crypto";
import { put } from "../../messages/outbox.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import { namesOf } from "../../settings/names.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { exitOf } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json, oneOrMore, type Ran, runJson } from "../io/json.ts";
import { onLoopbackOnly, type RunOptions } from "../io/options.ts";
import { repeatOf } from "../io/repeat.ts";
import { runText } from "../io/show.ts";
import { type CallerAccount, connect } from "../place/account.ts";
import { eventsFor, startsFrom } from "../place/event.ts";
import { createHere } from "../place/here.ts";
import { logTo } from "../place/log.ts";
import { prepared, told } from "../place/prepared.ts";
import { runSignalHere } from "../place/signal.ts";
import { invokeFunction, runThere } from "../place/there.ts";

/** A run that had nothing to look at. */
const nothing = (
  unit: AnyUnit,
  account: CallerAccount,
  region: string,
  part: UnitSettings,
): Ran => ({
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

export async function runCommand(id: string, options: RunOptions, io: Io): Promise<number> {
  const { unit, part, event, clock, session, region } = await prepared(id, options);
  const { settings, file, around } = session;
  const account = await connect(around, region, io);
  onLoopbackOnly("run", account.loopback, {
    mode: options.mode,
    config: options.config,
    at: options.at,
    settings: options.settings,
  });
  const showing = {
    io,
    repeat: repeatOf(options),
    timeZone: settings.timeZone,
    verbose: options.verbose,
    modeless: unit.kind !== "automation",
  };
  const runs = unit.kind === "signal" ? await signalled(unit) : await carried(unit);

  io.print(
    options.json
      ? json(oneOrMore(runs.map(runJson)))
      : runs.map((one) => runText(one, showing, clock.now())).join("\n\n"),
  );
  return exitOf(runs);

  async function carried(automation: Exclude<AnyUnit, AnySignal>): Promise<readonly Ran[]> {
    const starts =
      event === undefined
        ? undefined
        : startsFrom(automation, event, { account: account.id, part, region: options.region });
    if (starts?.every(({ only }) => only?.length === 0)) {
      io.say(`the event names nothing that ${id} looks at`);
      return [nothing(unit, account, starts[0]?.region ?? region, part)];
    }
    if (!account.loopback) {
      const what = `waiting for ${namesOf(settings).function(id)}, which may take 15 minutes`;
      return io.during(what, () => runThere(id, { region, event }, settings, account));
    }
    const here = createHere({ account, settings, file, clock, log: logTo(io) });
    await here.prepare();
    return here.start(automation, part, {
      kind: "manual",
      region,
      key: randomUUID(),
      ...(event !== undefined && { event }),
    });
  }

  async function signalled(signal: AnySignal): Promise<readonly Ran[]> {
    const events = eventsFor(signal, event, account.id, part);
    const of = (at: number) => ({
      ...nothing(unit, account, events[at]?.region ?? region, part),
      found: 1,
    });
    if (!account.loopback) {
      await invokeFunction("signals", event, settings, account);
      io.say(
        `handed to ${namesOf(settings).function("signals")}: what it tells goes out by the settings' routes`,
      );
      return events.map((_, at) => ({ ...of(at), outcome: "done" as const }));
    }
    const here = createHere({ account, settings, file, clock, log: logTo(io) });
    await here.prepare();
    const messages = await runSignalHere(signal, event, {
      part,
      account: account.id,
      clock,
      log: logTo(io),
      clients: here.clients,
      put: (message) => put(here.store, `unit#${message.unit}`, message),
    });
    if (!messages.length) io.say(`${id} has nothing to tell of it`);
    return messages.length
      ? messages.map(({ id: message, region: where, at, ...rest }) => ({
          ...of(0),
          id: message,
          at,
          region: where,
          outcome: "done" as const,
          message: told(rest, settings.runbooks),
        }))
      : [of(0)];
  }
}
