/**
 * What a unit would do now. Reads only, with the caller's own credentials, and creates nothing.
 */

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createHost, type Host, ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import { planRun } from "../../engine/run/plan.ts";
import { planHash } from "../../engine/run/planned-change.ts";
import { lookFor } from "../../engine/run/report.ts";
import { emptyWhereMissing, tableExists } from "../../ledger/create.ts";
import type { PlanResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import type { Message } from "../../sdk/message.ts";
import type { AnyReport } from "../../sdk/report.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import { after, minutes } from "../../sdk/time.ts";
import type { Mode } from "../../settings/mode.ts";
import { namesOf } from "../../settings/names.ts";
import type { Io } from "../io/io.ts";
import { onLoopbackOnly, parseSince, type RunOptions } from "../io/options.ts";
import { type CallerAccount, connect, type Surroundings } from "../place/account.ts";
import { eventsFor, startsFrom } from "../place/event.ts";
import { logTo } from "../place/log.ts";
import { type Prepared, prepared, told } from "../place/prepared.ts";
import { runSignalHere } from "../place/signal.ts";

export interface PlanOptions extends RunOptions {
  /** Since when all that the unit counts shall have been so. */
  readonly since?: string;
  /** In every region of the settings. */
  readonly allRegions?: boolean;
  /** A page for a pull request. */
  readonly markdown?: boolean;
  /** A page of what a report would tell. */
  readonly html?: boolean;
  /** Exits with 3 where anything is proposed. */
  readonly exitCode?: boolean;
}

/** `message`: what a report or signal would tell, `null` for nothing; absent for an automation. */
export interface Planned {
  readonly plan: PlanResult;
  readonly message?: Message | null;
}

/** What one unit would do, for one or, of an event, several starts. */
export interface UnitPlan {
  readonly id: string;
  readonly mode: Mode;
  /** IANA name. */
  readonly timeZone: string;
  readonly planned: readonly Planned[];
}

/** Asks who we are in a region. */
export type Connect = (around: Surroundings, region: string) => Promise<CallerAccount>;

/** Who asks for a plan, of what, where. */
interface Asked {
  readonly id: string;
  readonly options: PlanOptions;
  readonly pretend: Date | undefined;
  readonly prepared: Prepared;
  readonly account: CallerAccount;
  readonly io: Io;
}

/** @throws {UsageError} for what was asked wrongly; what AWS says where it refuses */
export async function planOfUnit(
  id: string,
  options: PlanOptions,
  io: Io,
  connectTo: Connect = (around, region) => connect(around, region, io),
): Promise<UnitPlan> {
  const ready = await prepared(id, options);
  const { unit, part, session, region, clock } = ready;
  const pretend = pretended(unit, options.since, clock.now());
  const account = await connectTo(session.around, region);
  onLoopbackOnly("plan", account.loopback, { settings: options.settings });
  const asked: Asked = { id, options, pretend, prepared: ready, account, io };
  const planned =
    unit.kind === "signal" ? await planSignal(unit, asked) : await planUnit(unit, asked);
  return { id, mode: part.mode, timeZone: session.settings.timeZone, planned };
}

function emptyPlan({ id, prepared: { clock }, account }: Asked, region: string, found = 0) {
  return {
    automation: id,
    account: account.id,
    region,
    at: clock.now(),
    found,
    hash: planHash([]),
    proposals: [],
  } satisfies PlanResult;
}

/** As `run` would: a person asks for it, whatever caused the event. */
function startsOfPlan(unit: AnyAutomation | AnyReport, asked: Asked): readonly Start[] {
  const { prepared: ready, account, options } = asked;
  const { event, part, region, clock } = ready;
  const person = { kind: "manual", by: account.caller } as const;
  if (event === undefined) return [{ ...person, key: "plan", region, at: clock.now() }];
  const place = { account: account.id, part, region: options.region };
  return startsFrom(unit, event, place).map((start) => ({ ...start, ...person }));
}

async function planUnit(unit: AnyAutomation | AnyReport, asked: Asked): Promise<Planned[]> {
  const starts = startsOfPlan(unit, asked);
  const host = await lenientHost(asked);
  const all: Planned[] = [];
  for (const start of starts) {
    if (start.only?.length === 0) all.push({ plan: emptyPlan(asked, start.region) });
    else if (unit.kind === "automation")
      all.push({ plan: await planRun(unit, start, host, asked.pretend) });
    else {
      const { found, message } = await lookFor(unit, start, host);
      all.push({ plan: emptyPlan(asked, start.region, found), message: message ?? null });
    }
  }
  return all;
}

/** @throws {UsageError} where the unit measures no such thing: the answer would be the same */
function pretended(unit: AnyUnit, since: string | undefined, now: Date): Date | undefined {
  const pretend = parseSince(since, now);
  if (pretend && !("counts" in unit && unit.counts))
    throw new UsageError(
      `${unit.id} does not go by how long something has been so: leave --since away`,
    );
  return pretend;
}

async function planSignal(signal: AnySignal, asked: Asked): Promise<Planned[]> {
  const { prepared: ready, account, io } = asked;
  const { event, part, clock, region } = ready;
  const events = eventsFor(signal, event, account.id, part);
  const messages = await runSignalHere(signal, event, {
    part,
    account: account.id,
    clock,
    log: logTo(io),
    clients: account.clients(clock),
  });
  if (!messages.length) {
    const plan = emptyPlan(asked, events[0]?.region ?? region, events.length);
    return [{ plan, message: null }];
  }
  return messages.map((message) => ({
    plan: emptyPlan(asked, message.region, 1),
    message: told(message, ready.session.settings.runbooks),
  }));
}

/**
 * A missing ledger is an empty one; where there is none there is no kill switch either, and a run
 * would make both.
 */
async function lenientHost({ prepared: ready, account, io }: Asked): Promise<Host> {
  const { part, clock, session } = ready;
  const { settings } = session;
  const clients = account.clients(clock);
  const host = createHost({
    account: account.id,
    settings: part,
    clock,
    clients,
    store: emptyWhereMissing(ledgerOf(clients, settings, clock, logLeftOut(logTo(io)))),
    log: logTo(io),
    deadline: after(clock.now(), minutes(15)),
  });
  const isThere = () =>
    tableExists(
      clients.get(DynamoDBClient, settings.home) as DynamoDBClient,
      namesOf(settings).table,
    );
  const killSwitch = async () => {
    try {
      return await host.killSwitch();
    } catch (error) {
      if (!(error instanceof NotPossible) || (await isThere())) throw error;
      return "run";
    }
  };
  return { ...host, killSwitch };
}
