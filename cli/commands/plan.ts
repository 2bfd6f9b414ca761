/**
 * `plan ID`: what it would do now. Reads only, with the caller's own credentials, and creates
 * nothing.
 */

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createHost, type Host, ledgerOf } from "../../engine/run/host.ts";
import { planRun as planOnce } from "../../engine/run/plan.ts";
import { planHash } from "../../engine/run/planned-change.ts";
import { lookFor } from "../../engine/run/report.ts";
import { emptyWhereMissing, tableExists } from "../../ledger/create.ts";
import type { PlanResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Message } from "../../sdk/message.ts";
import type { AnyReport } from "../../sdk/report.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import { after, minutes } from "../../sdk/time.ts";
import { namesOf } from "../../settings/names.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json, oneOrMore, planJson } from "../io/json.ts";
import { onLoopbackOnly, type RunOptions } from "../io/options.ts";
import { messageText, planText } from "../io/show.ts";
import { connect } from "../place/account.ts";
import { eventsFor, startsFrom } from "../place/event.ts";
import { logTo } from "../place/log.ts";
import { prepared, told } from "../place/prepared.ts";
import { runSignalHere } from "../place/signal.ts";

/** `message`: what a report or signal would tell, `null` for nothing; absent for an automation. */
interface Planned {
  readonly plan: PlanResult;
  readonly message?: Message | null;
}

export async function planCommand(id: string, options: RunOptions, io: Io): Promise<number> {
  const { unit, part, event, clock, session, region } = await prepared(id, options);
  const { settings, around } = session;
  const account = await connect(around, region, io);
  onLoopbackOnly("plan", account.loopback, { settings: options.settings });
  const planned = unit.kind === "signal" ? await heard(unit) : await looked(unit);

  const text = ({ plan: one, message }: Planned) =>
    planText(
      one,
      io,
      part.mode,
      message && messageText(message, { ...one, automation: id }, settings.timeZone),
    );
  io.print(
    options.json
      ? json(oneOrMore(planned.map(({ plan: one, message }) => planJson(one, message))))
      : planned.map(text).join("\n\n"),
  );
  return exit.done;

  function empty(where: string, found = 0): PlanResult {
    return {
      automation: id,
      account: account.id,
      region: where,
      at: clock.now(),
      found,
      hash: planHash([]),
      proposals: [],
    };
  }

  async function looked(found: AnyAutomation | AnyReport): Promise<Planned[]> {
    const start: Start = {
      kind: "manual",
      key: "plan",
      region,
      at: clock.now(),
      by: account.caller,
    };
    // As `run` would: a person asks for it, whatever caused the event.
    const starts =
      event === undefined
        ? [start]
        : startsFrom(found, event, { account: account.id, part, region: options.region }).map(
            (one) => ({
              ...one,
              kind: start.kind,
              by: account.caller,
            }),
          );
    const host = await lenientHost();
    const all: Planned[] = [];
    for (const one of starts) {
      if (one.only?.length === 0) all.push({ plan: empty(one.region) });
      else if (found.kind === "automation") all.push({ plan: await planOnce(found, one, host) });
      else {
        const { found: count, message } = await lookFor(found, one, host);
        all.push({ plan: empty(one.region, count), message: message ?? null });
      }
    }
    return all;
  }

  async function heard(signal: AnySignal): Promise<Planned[]> {
    const events = eventsFor(signal, event, account.id, part);
    const messages = await runSignalHere(signal, event, {
      part,
      account: account.id,
      clock,
      log: logTo(io),
      clients: account.clients(clock),
    });
    if (!messages.length)
      return [{ plan: empty(events[0]?.region ?? region, events.length), message: null }];
    return messages.map((message) => ({ plan: empty(message.region, 1), message: told(message) }));
  }

  /**
   * A missing ledger is an empty one; where there is none there is no kill switch either, and a run
   * would make both.
   */
  async function lenientHost(): Promise<Host> {
    const clients = account.clients(clock);
    const host = createHost({
      account: account.id,
      settings: part,
      clock,
      clients,
      store: emptyWhereMissing(ledgerOf(clients, settings, clock)),
      log: logTo(io),
      deadline: after(clock.now(), minutes(15)),
    });
    const killSwitch = async () => {
      try {
        return await host.killSwitch();
      } catch (error) {
        if (
          !(error instanceof NotPossible) ||
          (await tableExists(
            clients.get(DynamoDBClient, settings.home) as DynamoDBClient,
            namesOf(settings).table,
          ))
        )
          throw error;
        return "run";
      }
    };
    return { ...host, killSwitch };
  }
}
