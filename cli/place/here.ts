/**
 * On the embedded AWS things are carried out here, in this process, through the very handlers that
 * are deployed elsewhere.
 */
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Context } from "aws-lambda";
import type { Clients } from "../../engine/run/clients.ts";
import { ledgerOf } from "../../engine/run/host.ts";
import { writeSwitch } from "../../engine/run/switch.ts";
import { decideHandler } from "../../handlers/app/decide.ts";
import { noMetrics } from "../../handlers/app/metrics.ts";
import { signalsHandler } from "../../handlers/app/signals.ts";
import { undoHandler } from "../../handlers/app/undo.ts";
import { throwIfFailed, unitHandler } from "../../handlers/app/unit.ts";
import type { Order } from "../../ingest/start.ts";
import { createTable } from "../../ledger/create.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import { outboxIn } from "../../messages/share.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Log } from "../../sdk/log.ts";
import type { AnyReport } from "../../sdk/report.ts";
import type { Clock } from "../../sdk/time.ts";
import { arnsOf, type Deployed } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import type { Mode, ParsedSettings, UnitSettings } from "../../settings/settings.ts";
import type { CallerAccount } from "./account.ts";
import { partOf } from "./settings.ts";
import { loadUnit, unitIds } from "./units.ts";

/** As long as the deployed functions have. */
const minutesLeft = 15;

export interface DecisionAnswer {
  readonly plan: string;
  readonly verdict: "approve" | "deny";
  readonly by: string;
  readonly at: string;
}

export interface LocalFunctions {
  readonly clients: Clients;
  readonly store: Store;
  /** Makes the table and the kill switch where there is no deployment to do it. */
  prepare(): Promise<void>;
  /** Hands an order to a unit and waits for what comes of it. */
  order(
    unit: AnyAutomation | AnyReport,
    part: UnitSettings,
    order: Order,
  ): Promise<readonly RunResult[]>;
  /**
   * Gives one of the functions what it would be invoked with. Throws where that would fail there.
   */
  deliver(name: string, payload: unknown): Promise<readonly RunResult[]>;
  decide(
    plan: string,
    verdict: DecisionAnswer["verdict"],
  ): Promise<{ readonly decided: DecisionAnswer; readonly runs: readonly RunResult[] }>;
  undo(id: string): Promise<readonly RunResult[]>;
}

interface Given {
  readonly account: CallerAccount;
  readonly settings: ParsedSettings;
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** What the plan in question was made with, over the settings'. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A table and a kill switch, where they are missing. */
export async function prepare(clients: Clients, deployed: Deployed): Promise<void> {
  const client = clients.get(DynamoDBClient, deployed.home) as DynamoDBClient;
  await createTable(client, namesOf(deployed).table);
  await writeSwitch(clients, deployed, "run", false);
}

export function createHere({ account, settings, file, clock, log, config }: Given): LocalFunctions {
  const clients = account.clients(clock);
  const store = ledgerOf(clients, settings, clock);
  const contextOf = (name: string) =>
    ({
      invokedFunctionArn: arnsOf(settings, { account: account.id }).function(name),
      getRemainingTimeInMillis: () => minutesLeft * 60_000,
    }) as Context;

  const order: LocalFunctions["order"] = async (unit, part, given: unknown) => {
    const answer = await unitHandler(unit, {
      settings: part,
      clock,
      clients,
      log,
      metrics: noMetrics,
    })(given, contextOf(unit.id));
    return answer.runs;
  };

  async function hear(payload: unknown): Promise<void> {
    const all = await Promise.all(
      unitIds.filter((id) => settings.units[id]?.enabled !== false).map(loadUnit),
    );
    const signals = all.flatMap((signal) =>
      signal.kind === "signal" ? [{ signal, settings: partOf(signal, settings, file) }] : [],
    );
    const answer = await signalsHandler({
      signals,
      outbox: outboxIn(store, clock),
      log,
      clock,
      clients,
    })(payload, contextOf("signals"));
    if (answer?.batchItemFailures.length)
      throw new NotPossible(`${answer.batchItemFailures.length} of its events could not be told`);
  }

  /** What decide and undo hand over, carried out at once. */
  const handOver = (runs: RunResult[], over?: Mode) => async (id: string, given: Order) => {
    const unit = (await loadUnit(id)) as AnyAutomation;
    const part = partOf(unit, settings, file, { ...(config && { config }) });
    runs.push(
      ...(await order(unit, over && part.mode === "watch" ? { ...part, mode: over } : part, given)),
    );
  };

  return {
    clients,
    store,
    prepare: () => prepare(clients, settings),
    order,

    async deliver(name, payload) {
      if (name === "signals") {
        await hear(payload);
        return [];
      }
      if (!unitIds.includes(name))
        throw new NotPossible(
          `${namesOf(settings).function(name)} is not here: what it tells is told by \`npm start\``,
        );
      if (settings.units[name]?.enabled === false)
        throw new NotPossible(`${name} is disabled in the settings`);
      const unit = await loadUnit(name);
      if (unit.kind === "signal")
        throw new NotPossible(`${name} is a signal: signals have one function for them all`);
      const runs = await order(unit, partOf(unit, settings, file), payload as Order);
      throwIfFailed({ runs });
      return runs;
    },

    async decide(plan, verdict) {
      const runs: RunResult[] = [];
      // A plan is there only because a run in `ask` or `act` has stored it, if need be by --mode:
      // it is carried out in that sense. What it refuses is thrown below, and said once.
      const handle = decideHandler({
        settings,
        store,
        clock,
        log: { ...log, warn() {} },
        invoke: handOver(runs, "ask"),
      });
      const { statusCode, body } = await handle({
        body: JSON.stringify({ plan, verdict }),
        requestContext: { authorizer: { iam: { userArn: account.caller } } },
      });
      const answer = JSON.parse(body ?? "{}") as DecisionAnswer & { readonly error?: string };
      if (statusCode !== 200)
        throw new NotPossible(answer.error ?? `the decision was refused with ${statusCode}`);
      return { decided: answer, runs };
    },

    async undo(id) {
      const runs: RunResult[] = [];
      const units = Object.fromEntries(
        await Promise.all(
          unitIds
            .filter((one) => id.startsWith(`${one}.`))
            .map(async (one) => {
              const unit = (await loadUnit(one)) as AnyAutomation;
              return [
                one,
                { settings: partOf(unit, settings, file), load: async () => unit },
              ] as const;
            }),
        ),
      );
      const handle = undoHandler({
        units,
        store,
        clock,
        log,
        clients,
        assume: () => account.clients(clock),
        invoke: handOver(runs),
      });
      const answer = await handle({ id, by: account.caller, key: randomUUID() }, contextOf("undo"));
      return "again" in answer ? runs : [answer];
    },
  };
}
