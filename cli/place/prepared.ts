/** What `plan` and `run` share: everything that can be checked before AWS is asked. */

import { unwrap } from "../../ingest/envelope.ts";
import { runbookAddress } from "../../messages/runbook.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { UsageError } from "../../sdk/errors.ts";
import type { Message } from "../../sdk/message.ts";
import { regionsOf } from "../../settings/every-region.ts";
import { clockOf, configOf, type RunOptions, readEvent } from "../io/options.ts";
import { configured, configuredRegion } from "./account.ts";
import { openSession, type Session } from "./session.ts";
import { partOf } from "./settings.ts";
import { known, loadUnit } from "./units.ts";

export type Prepared = Awaited<ReturnType<typeof prepared>>;

/** @throws {UsageError} or a SettingsError, for whatever is wrong in what was given */
export async function prepared(id: string, options: RunOptions) {
  known(id);
  const [config, clock, event] = [
    configOf(options.config),
    clockOf(options.at),
    readEvent(options.event),
  ];
  const session = await openSession(options);
  const unit = await loadUnit(id);
  if (options.mode && unit.kind !== "automation")
    throw new UsageError(
      `${id} is a ${unit.kind}: it changes nothing, so --mode has no meaning for it`,
    );
  if (unit.kind === "signal" && event === undefined)
    throw new UsageError(
      `${id} is a signal: it turns an event into a message. Give one with --event FILE; its folder's events/ holds samples`,
    );
  const part = partOf(unit, session.settings, session.file, {
    mode: options.mode,
    ...(options.config !== undefined && { config }),
  });
  return {
    unit,
    part,
    event,
    clock,
    session,
    region: await placeOf(unit, event, options, session),
  };
}

async function placeOf(
  unit: AnyUnit,
  event: unknown,
  options: RunOptions,
  { settings, around }: Session,
): Promise<string> {
  if (unit.scope === "global") {
    if (options.region && options.region !== settings.home)
      throw new UsageError(
        `${unit.id} looks at a service without regions and runs in the home region ${settings.home} only: leave --region away`,
      );
    return settings.home;
  }
  // An event names its own region. Whose it is, where it does not say so itself, is asked later.
  const [of] = event === undefined ? [] : unwrap(event, "000000000000");
  if (of && options.region === undefined)
    return configured(
      of.event.region,
      "event",
      unit.kind === "signal"
        ? { regions: [...new Set([settings.home, ...settings.regions])] }
        : settings,
    );
  return configured(
    await configuredRegion(options.region, settings, around),
    options.region === undefined ? "surroundings" : "option",
    { regions: regionsOf(unit, settings) },
  );
}

/** Only what was told, not what the outbox adds, with the address of its runbook. */
export const told = (
  { title, severity, affected, facts, chart, link, runbook, key, closes, quiet }: Message,
  runbooks: string | undefined,
): Message => ({
  title,
  severity,
  ...(affected && { affected }),
  ...(facts && { facts }),
  ...(chart && { chart }),
  ...(link !== undefined && { link }),
  ...(runbook !== undefined && { runbook: runbookAddress(runbook, runbooks) }),
  ...(key !== undefined && { key }),
  ...(closes !== undefined && { closes }),
  ...(quiet !== undefined && { quiet }),
});
