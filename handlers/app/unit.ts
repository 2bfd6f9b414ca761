/**
 * The entry point of an automation's or report's own function: the same code deployed and embedded.
 */
import type { Context } from "aws-lambda";
import type { Clients } from "../../engine/run/clients.ts";
import { createHost, ledgerOf } from "../../engine/run/host.ts";
import { runReport } from "../../engine/run/report.ts";
import { run } from "../../engine/run/run.ts";
import { type Delivery, unwrap } from "../../ingest/envelope.ts";
import { isOrder, order, startOfSlot, startsOf, startsOfEvent } from "../../ingest/start.ts";
import { keys } from "../../ledger/keys.ts";
import { planOrThrow } from "../../ledger/plans.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { Store } from "../../ledger/store.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { ActionsFailed, inOneLine, NotPossible, UsageError } from "../../sdk/errors.ts";
import type { AnyReport } from "../../sdk/report.ts";
import type { Clock } from "../../sdk/time.ts";
import { parseConfig, type UnitSettings } from "../../settings/settings.ts";
import type { Log } from "./log.ts";
import type { Counter } from "./metrics.ts";

export interface UnitParts {
  readonly settings: UnitSettings;
  readonly clock: Clock;
  readonly clients: Clients;
  readonly log: Log;
  readonly metrics: Counter;
}

export interface UnitAnswer {
  readonly runs: readonly RunResult[];
}

/**
 * The account that a function runs in, from its ARN; the embedded AWS has no functions and gives an
 * ARN all the same.
 */
export const accountOf = ({ invokedFunctionArn }: Pick<Context, "invokedFunctionArn">): string =>
  invokedFunctionArn.split(":")[4] ?? "";

/**
 * @returns what Lambda calls: takes a time slot, an event in any envelope, or an order of the command line, decide, undo or watchdog
 */
export function unitHandler(
  unit: AnyAutomation | AnyReport,
  { settings, clock, clients, log, metrics }: UnitParts,
) {
  parseConfig(unit, settings.config, "settings.json");
  const store: Store = ledgerOf(clients, settings, clock);

  return async (payload: unknown, context: Context): Promise<UnitAnswer> => {
    const account = accountOf(context);
    const deadline = new Date(clock.now().getTime() + context.getRemainingTimeInMillis());
    const host = createHost({ account, settings, clock, clients, store, log, deadline });
    const runs: RunResult[] = [];
    const errors: unknown[] = [];
    for (const start of await starts(payload, account)) {
      if (!settings.regions.includes(start.region) && unit.scope !== "global") {
        log.warn("a region that is not configured", { region: start.region });
        metrics.add("foreign", 1);
        continue;
      }
      if (start.only?.length === 0) {
        log.info("the event names no targets", { key: start.key });
        continue;
      }
      clients.calls.reads = 0;
      clients.calls.writes = 0;
      try {
        const result =
          unit.kind === "automation"
            ? await run(unit, start, host)
            : await runReport(unit, start, host);
        count(result);
        runs.push(result);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length) throw new AggregateError(errors, errors.map(inOneLine).join("; "));
    return { runs };
  };

  function count({ actions, found, calls }: RunResult): void {
    const of = (...outcomes: string[]) =>
      actions.filter(({ outcome }) => outcomes.includes(outcome)).length;
    metrics.add("found", found);
    metrics.add("applied", of("applied", "already"));
    metrics.add("held", of("held"));
    metrics.add("failed", of("failed"));
    metrics.add("calls", calls.reads + calls.writes);
  }

  async function starts(payload: unknown, account: string): Promise<readonly Start[]> {
    if (!isOrder(payload)) {
      const deliveries: readonly Delivery[] = unwrap(payload);
      const found = startsOf(unit, deliveries, account, settings);
      for (const why of found.foreign) log.info("a foreign event", { why });
      if (found.foreign.length) metrics.add("foreign", found.foreign.length);
      return found.starts;
    }
    const parsed = order.safeParse(payload);
    if (!parsed.success)
      throw new UsageError(
        `an order that is not understood: ${parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ")}`,
      );
    const given = parsed.data;
    switch (given.kind) {
      case "slot":
        return [startOfSlot(unit, given)];
      case "manual": {
        const about = { kind: "manual", key: `manual#${given.key}`, by: given.by } as const;
        if (given.event === undefined) return [{ ...about, region: given.region, at: clock.now() }];
        return startsOfEvent(unit, given.event, account, settings).map((start, at) => ({
          ...start,
          ...about,
          key: `${about.key}#${at}`,
        }));
      }
      case "decision":
        return [
          {
            kind: "decision",
            key: `decision#${given.plan}`,
            region: given.region,
            at: clock.now(),
            plan: given.plan,
            only: await targetsOf(given.plan),
          },
        ];
      case "redo":
        return [{ ...given, at: clock.now() }];
      case "take-up": {
        const found = await store.get(
          keys.claim({ unit: unit.id, account, region: given.region }, given.key),
        );
        if (!found)
          throw new NotPossible(`there is no claim ${given.key} of ${unit.id} in ${given.region}`);
        return found.state === "finished" ? [] : [(found.body as { start: Start }).start];
      }
    }
  }

  async function targetsOf(plan: string): Promise<string[]> {
    return (await planOrThrow(store, plan)).proposals.map(({ target }) => target);
  }
}

/**
 * For an asynchronous invocation: what is recorded and told all the same, so that retries and the
 * failure queue work.
 */
export function throwIfFailed({ runs }: UnitAnswer): void {
  const failed = runs.filter(({ outcome }) => outcome === "failed");
  if (!failed.length) return;
  const errors = failed.flatMap(({ id, actions }) =>
    actions
      .filter(({ outcome }) => outcome === "failed")
      .map(({ target, error }) => `${id}: ${target}: ${error ?? "failed"}`),
  );
  throw new ActionsFailed(
    errors.slice(0, 5).join("; ") + (errors.length > 5 ? `; and ${errors.length - 5} more` : ""),
  );
}
