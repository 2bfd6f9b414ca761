/**
 * The function of an automation or report: the same code deployed and embedded.
 */

import { takeUpFlow } from "../../engine/flows/take-up.ts";
import { workplaceOf } from "../../engine/run/attempt.ts";
import { createHost, type Host, ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import { runReport } from "../../engine/run/report.ts";
import { run } from "../../engine/run/run.ts";
import { GoesOn } from "../../engine/run/time-left.ts";
import { flowOrder, isOrder } from "../../ingest/start.ts";
import { numbersIn } from "../../ledger/numbers.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { ActionsFailed, inOneLine } from "../../sdk/errors.ts";
import type { AnyReport } from "../../sdk/report.ts";
import { regionsOf } from "../../settings/every-region.ts";
import { parseConfig, type UnitSettings } from "../../settings/settings.ts";
import { accountOf, type Invoked } from "./invocation.ts";
import type { Counter } from "./metrics.ts";
import type { FlowPorts, PersonPorts } from "./ports.ts";
import { startsOfPayload } from "./unit-starts.ts";

export interface UnitAnswer {
  /** Those that failed included. */
  readonly runs: readonly RunResult[];
}

/**
 * @param settings the unit's part of them
 * @returns what Lambda calls: takes a time slot, an event in any envelope, or an order of the command line, decide, undo or watchdog
 * @throws {SettingsError} when the config is not what the unit declares
 */
export function unitFunction(
  ports: PersonPorts,
  unit: AnyAutomation | AnyReport,
  settings: UnitSettings,
): Invoked<unknown, UnitAnswer> {
  const { clock, clients, log, metrics } = ports;
  parseConfig(unit, settings.config, "settings.json");
  const store = ledgerOf(clients, settings, clock, logLeftOut(ports.log));

  /** Says why, where there is nothing to look at. */
  function hasWork({ region, only, key }: Start): boolean {
    if (unit.scope !== "global" && !regionsOf(unit, settings).includes(region)) {
      log.warn("a region that is not configured", { region });
      metrics.add("foreign", 1);
      return false;
    }
    if (only?.length === 0) {
      log.info("the event names no targets", { key });
      return false;
    }
    return true;
  }

  return async (payload, context) => {
    const account = accountOf(context);
    const deadline = new Date(clock.now().getTime() + context.getRemainingTimeInMillis());
    const host = createHost({
      ...{ account, settings, clock, clients, store, log, deadline },
      ...beginning(ports, unit.id),
    });
    if (unit.kind === "automation" && (await tookUpFlow(unit, host, payload))) return { runs: [] };
    const invocation = context.awsRequestId;
    const starting = { ...ports, unit, settings, account, invocation, store };
    const runs: RunResult[] = [];
    const errors: unknown[] = [];
    for (const start of await startsOfPayload(starting, payload)) {
      if (!hasWork(start)) continue;
      clients.calls.reads = 0;
      clients.calls.writes = 0;
      try {
        const result =
          unit.kind === "automation"
            ? await run(unit, start, host)
            : await runReport(unit, start, host);
        count(metrics, result);
        runs.push(result);
      } catch (error) {
        // Whoever waits for the answer is told.
        if (!(error instanceof GoesOn) || start.kind === "manual") errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length) throw new AggregateError(errors, errors.map(inOneLine).join("; "));
    return { runs };
  };
}

/** What flows are begun with, where something carries them. */
function beginning({ beginFlow }: FlowPorts, unit: string): Pick<Host, "begin"> {
  return beginFlow ? { begin: (order) => beginFlow(unit, order) } : {};
}

/**
 * The watchdog's order about a flow that nobody carries: what it is, the ledger says.
 * @returns whether that is what was asked
 */
async function tookUpFlow(unit: AnyAutomation, host: Host, payload: unknown): Promise<boolean> {
  const parsed = isOrder(payload) ? flowOrder.safeParse(payload) : undefined;
  if (!parsed?.success) return false;
  const { region, action } = parsed.data;
  const done = await takeUpFlow(workplaceOf(unit, region, host), action);
  host.log.info("a flow is looked after", { action, done: done ?? "it is carried, or over" });
  return true;
}

function count(metrics: Counter, result: RunResult): void {
  const { found, calls } = result;
  const { applied, already, held, watched, failed } = numbersIn(result);
  metrics.add("found", found);
  metrics.add("applied", applied + already);
  metrics.add("held", held + watched);
  metrics.add("failed", failed);
  metrics.add("calls", calls.reads + calls.writes);
}

/** Of failed actions, so many are named. */
const mostNamed = 5;

/**
 * For an asynchronous invocation: what is recorded and told all the same, so that retries and the
 * failure queue work.
 */
export function throwIfFailed({ runs }: UnitAnswer): void {
  // Of a delivery that is repeated, what its flows came to is no failure of this one.
  const failed = runs.filter(({ outcome, flowsEnded }) => outcome === "failed" && !flowsEnded);
  if (!failed.length) return;
  const errors = failed.flatMap(({ id, actions }) =>
    actions
      .filter(({ outcome }) => outcome === "failed")
      .map(({ target, error }) => `${id}: ${target}: ${error ?? "failed"}`),
  );
  const more = errors.length > mostNamed ? [`and ${errors.length - mostNamed} more`] : [];
  throw new ActionsFailed([...errors.slice(0, mostNamed), ...more].join("; "));
}
