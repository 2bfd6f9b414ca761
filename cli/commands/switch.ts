/**
 * `stop [ID]` and `resume [ID]`: the kill switch, with the caller's own credentials, and the
 * breaker.
 */

import { ledgerOf } from "../../engine/run/host.ts";
import { readSwitch, writeSwitch } from "../../engine/run/switch.ts";
import { failures, resetFailures } from "../../ledger/heartbeats.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { systemClock } from "../../sdk/time.ts";
import { regionsOf } from "../../settings/every-region.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { type Common, onLoopbackOnly } from "../io/options.ts";
import { command } from "../io/words.ts";
import { connect } from "../place/account.ts";
import { prepare } from "../place/here.ts";
import { openSession } from "../place/session.ts";
import { known, loadUnit } from "../place/units.ts";

interface Read {
  readonly all: boolean;
  readonly ids: readonly string[];
}

/** Whatever is neither `run` nor `stop` holds everything, so it is a `stop`. */
export function readValue(value: string): Read {
  const [word, ...ids] = value.trim().split(/\s+/);
  if (word === "run" && !ids.length) return { all: false, ids: [] };
  return word === "stop" && ids.length ? { all: false, ids } : { all: true, ids: [] };
}

/** What to write so that the unit, or everything, is stopped. */
export function stopping(value: string, id: string | undefined): string {
  const { all, ids } = readValue(value);
  return all || id === undefined ? "stop" : ["stop", ...new Set([...ids, id])].join(" ");
}

/** @throws {NotPossible} when everything is stopped: one alone cannot go on */
export function resuming(value: string, id: string | undefined): string {
  const { all, ids } = readValue(value);
  if (id === undefined) return "run";
  if (all)
    throw new NotPossible(
      `everything is stopped, so ${id} alone cannot go on: \`${command} resume\` lets all of it go on, \`${command} stop ID\` then stops single ones`,
    );
  const left = ids.filter((one) => one !== id);
  return left.length ? ["stop", ...left].join(" ") : "run";
}

export const stop = (id: string | undefined, options: Common, io: Io): Promise<number> =>
  turn("stop", id, options, io);
export const resume = (id: string | undefined, options: Common, io: Io): Promise<number> =>
  turn("resume", id, options, io);

async function turn(
  verb: "stop" | "resume",
  id: string | undefined,
  options: Common,
  io: Io,
): Promise<number> {
  if (id !== undefined) known(id);
  const { around, settings } = await openSession(options);
  const { home } = settings;
  const account = await connect(around, home, io);
  onLoopbackOnly(verb, account.loopback, { settings: options.settings });
  const clients = account.clients(systemClock);
  if (account.loopback) await prepare(clients, settings);

  const was = await readSwitch(clients, settings).catch((error: unknown) => {
    // In an emergency nobody waits for a deployment; and without a value everything is held
    // already.
    if (verb === "stop" && error instanceof NotPossible) return "";
    throw error;
  });
  const value = verb === "stop" ? stopping(was, id) : resuming(was, id);
  if (value !== was) await writeSwitch(clients, settings, value);

  let closed = 0;
  if (verb === "resume" && id !== undefined) {
    const store = ledgerOf(clients, settings, systemClock);
    for (const region of regionsOf(await loadUnit(id), settings)) {
      const place = { unit: id, account: account.id, region };
      if ((await failures(store, place)) === 0) continue;
      await resetFailures(store, place);
      closed += 1;
    }
  }
  if (options.json) io.print(json({ killSwitch: value, was }));
  else
    io.print(
      [
        said(value),
        ...(value === was ? ["It was so already."] : []),
        ...(closed ? [`The failed runs of ${id} are forgotten: its breaker is closed.`] : []),
      ].join("\n"),
    );
  return exit.done;
}

function said(value: string): string {
  const { all, ids } = readValue(value);
  if (all)
    return `The kill switch is on: nothing is changed until \`${command} resume\`. A call that is being sent at this moment still counts.`;
  if (!ids.length) return "The kill switch is off: changes go on as the settings say.";
  return `The kill switch stops ${ids.join(", ")}; all others go on. \`${command} resume ID\` lets one go on.`;
}
