/**
 * When databases were last started. RDS tells that in its events alone, for 14 days, and not always:
 * what the ledger says of this unit's own stop is known beside it.
 */
import type { Event } from "@aws-sdk/client-rds";
import { describeRdsEvents } from "../../../aws/rds/running.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { after, before, days, hours, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";

/** The end of a start, which takes minutes to hours. */
export interface StartEvent {
  readonly at: Date;
  /** AWS started it again: it leaves a database stopped for seven days at most. */
  readonly isByAws: boolean;
}

/** In the words of RDS: an event that is read carries no number. */
const startEnds = /^(?:the )?db (?:instance|cluster) (?:has been |was )?started\b/i;
const startedByAws = /exceeding the maximum allowed time being stopped/i;

/** RDS refuses to be asked further back. */
const eventsKept = { ...days(14), seconds: days(14).seconds - minutes(10).seconds };
/** A start by AWS is told as it begins; it may have begun so long before it ends. */
const longestStart = hours(6);

const kinds = [
  ["db-instance", "db"],
  ["db-cluster", "cluster"],
] as const;

/** @returns the starts of one database, earliest first */
function startsIn(events: readonly Event[]): StartEvent[] {
  const starts: StartEvent[] = [];
  let isByAws = false;
  for (const { Date: at, Message = "" } of events) {
    if (startedByAws.test(Message)) isByAws = true;
    if (!at || !startEnds.test(Message)) continue;
    starts.push({ at, isByAws });
    isByAws = false;
  }
  return starts;
}

/**
 * @param since the earliest start that matters
 * @returns starts by the ids of databases, earliest first
 */
export async function startsSince(
  since: Date,
  now: Date,
  read: Reader<readonly [typeof describeRdsEvents]>,
): Promise<ReadonlyMap<string, readonly StartEvent[]>> {
  const kept = before(now, eventsKept);
  const begin = before(since, longestStart);
  const StartTime = begin > kept ? begin : kept;
  const all: (readonly [string, Event])[] = [];
  for (const [SourceType, kind] of kinds) {
    const EventCategories = ["notification"];
    for await (const event of read(describeRdsEvents({ SourceType, StartTime, EventCategories })))
      all.push([`${kind}:${event.SourceIdentifier}`, event]);
  }
  const byTime = all.toSorted(([, a], [, b]) => Number(a.Date ?? 0) - Number(b.Date ?? 0));
  const byId = Map.groupBy(byTime, ([id]) => id);
  return new Map([...byId].map(([id, events]) => [id, startsIn(events.map(([, event]) => event))]));
}

/** What is known of the last start of a database. */
export interface LastStart {
  readonly at: Date;
  readonly isByAws: boolean;
  /** Only that it was some time after `at`. */
  readonly isLater: boolean;
}

/** Sooner after a change that was asked for no other can have ended: an event then tells of before. */
const soonest = minutes(3);

/** What was started after the unit's own doing. */
export const startsAfter = (
  starts: readonly StartEvent[],
  last: Remembered | undefined,
): readonly StartEvent[] =>
  last ? starts.filter(({ at }) => at > after(last.at, soonest)) : starts;

const ownStarts = ["rds:StartDBInstance", "rds:StartDBCluster"];
export const ownStops = ["rds:StopDBInstance", "rds:StopDBCluster"];

/**
 * The last start of a database that runs. An event that this unit's own start explains counts for when
 * that was asked for. Where the ledger says that this unit stopped it, and no event tells a start,
 * somebody has started it since.
 * @param last what the unit last did to it
 */
export function lastStart(
  starts: readonly StartEvent[],
  last: Remembered | undefined,
): LastStart | undefined {
  const since = startsAfter(starts, last);
  const { at, call } = last ?? {};
  if (at && call && ownStarts.includes(call.operation) && since.length < 2)
    return { at, isByAws: false, isLater: false };
  if (at && call && ownStops.includes(call.operation) && since.length === 0)
    return { at, isByAws: false, isLater: true };
  const latest = starts.at(-1);
  return latest && { ...latest, isLater: false };
}
