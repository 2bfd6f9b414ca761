/**
 * The deployed functions in this process: the same handlers, given the embedded AWS instead of
 * Lambda's environment.
 */
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Context } from "aws-lambda";
import type { Configured } from "../../cli/bundle/units.ts";
import { type Clients, createClients } from "../../engine/run/clients.ts";
import { ledgerOf } from "../../engine/run/host.ts";
import { nightFeatures } from "../../features.night.ts";
import { registry } from "../../functions/registry.ts";
import { type Log, stderrLog } from "../../handlers/app/log.ts";
import type { Counted, Counter } from "../../handlers/app/metrics.ts";
import { signalsHandler } from "../../handlers/app/signals.ts";
import { serve } from "../../handlers/app/stack.ts";
import { undoHandler } from "../../handlers/app/undo.ts";
import { throwIfFailed, unitHandler } from "../../handlers/app/unit.ts";
import type { Order } from "../../ingest/start.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import { outboxIn } from "../../messages/share.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { partitionOf } from "../../sdk/arn.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { AnyReport } from "../../sdk/report.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import { names } from "../../settings/names.ts";
import { keepsIncidents, settingsOf } from "../../settings/settings.ts";
import { type Credentials, embeddedCredentials } from "../environment.ts";
import type { SeededAccount } from "../seed/thing.ts";
import { type NightClock, nightClock } from "./clock.ts";
import type { NightIncidents } from "./feature.ts";

export interface Functions {
  /** @param region of the schedule or event; each has an instance of the function of its own, as on Lambda */
  unit(id: string, region: string, payload: unknown): Promise<readonly RunResult[]>;
  signals(payload: unknown): Promise<void>;
  undo(request: {
    readonly id: string;
    readonly by: string;
    readonly key: string;
  }): Promise<RunResult>;
  /** All that was counted, as CloudWatch would have it. */
  readonly counted: ReadonlyMap<Counted, number>;
  /** The ledger and clients of whoever looks on: of no function. */
  readonly store: Store;
  readonly clients: Clients;
  readonly log: Log;
  readonly clock: NightClock;
  /** Where a feature keeps incidents. */
  readonly incidents: NightIncidents | undefined;
}

const load = async (id: string): Promise<AnyUnit> =>
  (await (registry as Readonly<Record<string, () => Promise<{ default: unknown }>>>)[id]?.())
    ?.default as AnyUnit;

/** How the functions are held apart; where absent they are not. */
export interface Apart {
  /** Credentials of a role, by its name; the embedded AWS's own where absent. */
  as?(role: string): Promise<Credentials>;
  /**
   * Hands an order to a unit's function, with the clients of whoever orders; straight to it where
   * absent.
   */
  invoke?(clients: Clients, id: string, order: Order): Promise<void>;
  /** Standard error where absent. */
  readonly log?: Log;
}

/** Longer than a night takes: nothing here ends a function. */
const remaining = 15 * 60_000;

export function deploy(
  { endpoint, id: account }: SeededAccount,
  { settings, units }: Configured,
  { as = async () => embeddedCredentials, ...apart }: Apart = {},
): Functions {
  const [clock, log] = [nightClock(), apart.log ?? stderrLog("warn")];
  const connect = (id: string) =>
    createClients(clock, { endpoint, credentials: () => as(names.role(id)) });
  const clients = createClients(clock, { endpoint, credentials: async () => embeddedCredentials });
  const store = ledgerOf(clients, settings, clock);
  const counted = new Map<Counted, number>();
  const metrics: Counter = {
    add: (what, count) => void counted.set(what, (counted.get(what) ?? 0) + count),
    publish() {},
  };
  const sinks = { log, metrics };
  const all = units.map(({ id }) => id);
  const part = (id: string) =>
    settingsOf(settings, units.find((unit) => unit.id === id) ?? { id, family: "" }, all);
  const context = (name: string) =>
    ({
      functionName: names.function(name),
      invokedFunctionArn: `arn:${partitionOf(settings.home)}:lambda:${settings.home}:${account}:function:${names.function(name)}`,
      getRemainingTimeInMillis: () => remaining,
    }) as Context;

  type Invoked = (payload: unknown) => Promise<readonly RunResult[]>;
  const made = new Map<string, Promise<Invoked>>();
  async function make(id: string): Promise<Invoked> {
    const handle = unitHandler((await load(id)) as AnyAutomation | AnyReport, {
      settings: part(id),
      clock,
      clients: connect(id),
      ...sinks,
    });
    const handler = serve(sinks, async (payload: unknown, given: Context) => {
      const answer = await handle(payload, given);
      throwIfFailed(answer);
      return answer;
    });
    return async (payload) => (await handler(payload, context(id))).runs;
  }
  async function unit(id: string, region: string, payload: unknown): Promise<readonly RunResult[]> {
    const key = `${id} ${region}`;
    const instance = made.get(key) ?? make(id);
    made.set(key, instance);
    return (await instance)(payload);
  }

  const listening = Promise.all(
    units
      .filter(({ kind, enabled }) => kind === "signal" && enabled)
      .map(async ({ id }) => ({ signal: (await load(id)) as AnySignal, settings: part(id) })),
  );
  const keeping = keepsIncidents(settings)
    ? nightFeatures.find((feature) => feature.incidents)
    : undefined;
  const incidents = keeping?.incidents?.({
    settings,
    families: Object.fromEntries(units.map(({ id, family }) => [id, family])),
    store: ledgerOf(connect("incidents"), settings, clock),
    clock,
    ...sinks,
  });
  const undoing = connect("undo");
  const signalling = connect("signals");
  const invoke = async (id: string, order: Order) =>
    apart.invoke ? apart.invoke(undoing, id, order) : void (await unit(id, order.region, order));
  const takeBack = serve(
    sinks,
    undoHandler({
      units: Object.fromEntries(
        units
          .filter(({ kind }) => kind === "automation")
          .map(({ id }) => [
            id,
            { settings: part(id), load: async () => (await load(id)) as AnyAutomation },
          ]),
      ),
      assume: (id) =>
        createClients(clock, {
          endpoint,
          credentials: async () => {
            const RoleArn = `arn:${partitionOf(settings.home)}:iam::${account}:role/${names.undoRole(id)}`;
            const { Credentials: given } = await undoing
              .get(STSClient, settings.home)
              .send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "undo" }));
            return {
              accessKeyId: given?.AccessKeyId ?? "",
              secretAccessKey: given?.SecretAccessKey ?? "",
              sessionToken: given?.SessionToken ?? "",
            };
          },
        }),
      store: ledgerOf(undoing, settings, clock),
      clock,
      log,
      clients: undoing,
      invoke,
    }),
  );

  return {
    unit,
    counted,
    store,
    clients,
    log,
    clock,
    incidents,
    async signals(payload) {
      const handle = signalsHandler({
        signals: await listening,
        outbox: outboxIn(ledgerOf(signalling, settings, clock), clock),
        clock,
        clients: signalling,
        account,
        ...sinks,
      });
      await serve(sinks, handle)(payload, context("signals"));
    },
    async undo(request) {
      const answer = await takeBack(request, context("undo"));
      if ("again" in answer) throw new Error(`${request.id} is an undo, not a run or an action.`);
      return answer;
    },
  };
}
