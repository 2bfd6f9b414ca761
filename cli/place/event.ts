/** An event file, matched with a unit before anything is done with it. */

import { fits } from "../../handlers/app/signals.ts";
import { type IncomingEvent, unwrap } from "../../ingest/envelope.ts";
import { startsOfEvent } from "../../ingest/start.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { inOneLine, UsageError } from "../../sdk/errors.ts";
import type { AnyReport } from "../../sdk/report.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import type { UnitSettings } from "../../settings/settings.ts";

/** Where an event may come from. */
export interface EventPlace {
  /** 12 digits. */
  readonly account: string;
  readonly part: UnitSettings;
  /** The one that --region names. */
  readonly region: string | undefined;
}

/**
 * @returns what the event asks a unit to look at: one start for each event that the file carries
 * @throws {UsageError} when it matches none of the unit's triggers, or lacks what they use
 */
export function startsFrom(
  unit: AnyAutomation | AnyReport,
  event: unknown,
  { account, part, region }: EventPlace,
): readonly Start[] {
  let starts: readonly Start[];
  try {
    starts = startsOfEvent(unit, event, account, part);
  } catch (error) {
    if (error instanceof Error && error.name === "EnvelopeError") throw error;
    if (error instanceof UsageError)
      throw new UsageError(`${error.message}. ${elsewhere(unit.id, account)}`);
    throw new UsageError(`the event lacks what ${unit.id} reads of it: ${inOneLine(error)}`);
  }
  const other = starts.find((start) => region !== undefined && start.region !== region);
  if (other)
    throw new UsageError(
      `the event is of region ${other.region}, but --region says ${region}: leave --region away`,
    );
  return starts;
}

const elsewhere = (id: string, account: string): string =>
  `\`npx nightshift explain ${id}\` shows what starts it; its "account" must be ${account} and its "region" one that the settings name`;

/** @throws {UsageError} when the signal would not be given it */
export function eventsFor(
  { id, on, fallback }: AnySignal,
  payload: unknown,
  account: string,
  part: UnitSettings,
): readonly IncomingEvent[] {
  const events = unwrap(payload, account).map(({ event }) => event);
  for (const event of events) {
    const name = `${event.source} "${event.detailType}"`;
    const wanted = fallback || (part.on ?? on).some(fits(event));
    const refuse = (why: string) => {
      throw new UsageError(`the event is not for ${id}: ${name} ${why}. ${elsewhere(id, account)}`);
    };
    if (!wanted) refuse("is none of its events");
    if (event.account !== account) refuse(`of account ${event.account}`);
    if (![part.home, ...part.regions].includes(event.region)) refuse(`of region ${event.region}`);
  }
  return events;
}
