/**
 * The deployed functions in this process: the same ones, with ports to the embedded AWS instead of
 * Lambda's environment.
 */

import type {
  APIGatewayProxyStructuredResultV2,
  DynamoDBBatchResponse,
  DynamoDBStreamEvent,
} from "aws-lambda";
import type { Channel } from "../../channels/channel.ts";
import { deployedOf } from "../../cli/bundle/shared.ts";
import type { Configured } from "../../cli/bundle/units.ts";
import type { FlowOrder } from "../../engine/flows/order.ts";
import { type Clients, createClients } from "../../engine/run/clients.ts";
import { ledgerOf } from "../../engine/run/host.ts";
import { nightFeatures } from "../../features.night.ts";
import { registry } from "../../functions/registry.ts";
import { app } from "../../handlers/app/app.ts";
import { type DeployedUnit, type DeployedUnits, familiesOf } from "../../handlers/app/deployed.ts";
import { contextFor, type Invoked } from "../../handlers/app/invocation.ts";
import { type Log, stderrLog } from "../../handlers/app/log.ts";
import type { Counted, Counter } from "../../handlers/app/metrics.ts";
import type { CallingPorts, UndoPorts } from "../../handlers/app/ports.ts";
import { serve } from "../../handlers/app/stack.ts";
import type { UndoAnswer } from "../../handlers/app/undo.ts";
import { assumeUndoRole } from "../../handlers/app/undo-function.ts";
import { throwIfFailed, type UnitAnswer } from "../../handlers/app/unit.ts";
import type { Decision } from "../../ledger/decisions.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { minutes } from "../../sdk/time.ts";
import { namesOf } from "../../settings/names.ts";
import { keepsIncidents } from "../../settings/settings.ts";
import { connections } from "../connections.ts";
import { type Credentials, embeddedCredentials } from "../environment.ts";
import type { SeededAccount } from "../seed/thing.ts";
import { knownPeople } from "../signatures.ts";
import { type NightClock, nightClock } from "./clock.ts";
import type { NightIncidents } from "./feature.ts";
import { nightFlows } from "./flows.ts";

export interface Functions {
  /** @param region of the schedule or event; each has an instance of the function of its own, as on Lambda */
  unit(id: string, region: string, payload: unknown): Promise<readonly RunResult[]>;
  signals(payload: unknown): Promise<void>;
  /** @param by the ARN of whoever orders it: they sign it */
  undo(
    by: string,
    order: { readonly id: string; readonly key: string; readonly confirms?: string },
  ): Promise<RunResult>;
  /** @param by the ARN of whoever decides: they sign it */
  decide(
    by: string,
    order: Pick<Decision, "plan" | "verdict">,
  ): Promise<APIGatewayProxyStructuredResultV2>;
  watchdog(payload: unknown): Promise<void>;
  /** @returns ids of the records that were not told */
  tell(event: DynamoDBStreamEvent): Promise<ReadonlySet<string>>;
  /** What came of orders since this was last asked: of decisions, and of undos taken back. */
  ordered(): readonly RunResult[];
  /** All that was counted, as CloudWatch would have it. */
  readonly counted: ReadonlyMap<Counted, number>;
  /** The ledger and clients of whoever looks on: of no function. */
  readonly store: Store;
  readonly clients: Clients;
  readonly log: Log;
  readonly clock: NightClock;
  /** Where a feature keeps them. */
  readonly incidents: NightIncidents | undefined;
}

/** How the functions are held apart; where absent they are not. */
export interface Apart {
  /** Credentials of a role, by its name; the embedded AWS's own where absent. */
  as?(role: string): Promise<Credentials>;
  /** How functions start units, with the clients of whoever does; straight where absent. */
  invoke?(clients: Clients, ...order: Parameters<CallingPorts["invoke"]>): Promise<void>;
  /** Called when a flow is begun, with the clients of whoever begins it. */
  beginFlow?(clients: Clients, unit: string, order: FlowOrder): Promise<void>;
  /** Standard error where absent. */
  readonly log?: Log;
  /** Told directly, beside the topic. */
  readonly channels?: readonly Channel[];
  /** In place of those of the registry, where they must reach this machine. */
  readonly instead?: readonly AnyUnit[];
}

/** Longer than a night takes: nothing here ends a function. */
const lifetime = minutes(15);

const loaders: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = registry;

/**
 * A unit of the registry with its part; nothing where it is not deployed.
 * @param instead of those of the registry
 */
export async function deployedUnit(
  { units }: Pick<DeployedUnits, "units">,
  id: string,
  instead: readonly AnyUnit[] = [],
): Promise<DeployedUnit | undefined> {
  const [load, settings] = [loaders[id], units[id]];
  if (!load || !settings) return undefined;
  const own = instead.find((unit) => unit.id === id);
  return { unit: own ?? ((await load()).default as AnyUnit), settings };
}

function counting() {
  const counted = new Map<Counted, number>();
  const metrics: Counter = {
    add: (what, count) => void counted.set(what, (counted.get(what) ?? 0) + count),
    publish() {},
  };
  return { counted, metrics };
}

/** As an asynchronous invocation goes: what failed is thrown. */
const failing =
  (unit: Invoked<unknown, UnitAnswer>): Invoked<unknown, UnitAnswer> =>
  async (payload, context) => {
    const answer = await unit(payload, context);
    throwIfFailed(answer);
    return answer;
  };

/** The feature that keeps incidents, where the settings ask for them. */
const incidentsFeature = (settings: Configured["settings"]) =>
  keepsIncidents(settings) ? nightFeatures.find((feature) => feature.incidents) : undefined;

const failedIds = ({ batchItemFailures }: DynamoDBBatchResponse): ReadonlySet<string> =>
  new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));

function undone(id: string, answer: UndoAnswer): RunResult {
  if ("again" in answer) throw new Error(`${id} is an undo, not a run or an action.`);
  if ("before" in answer) throw new Error(`The undo of ${id} was ordered before.`);
  if ("shows" in answer) throw new Error(`The undo of ${id} was only looked at.`);
  return answer;
}

const asIs: NonNullable<Apart["as"]> = async () => embeddedCredentials;

export function deploy(
  { endpoint, id: account }: SeededAccount,
  configured: Configured,
  { as = asIs, log = stderrLog("warn"), ...apart }: Apart = {},
): Functions {
  const { settings } = configured;
  const clock = nightClock();
  const { counted, metrics } = counting();
  const sinks = { log, metrics };
  const deployed = deployedOf(configured);
  const connect = (credentials: () => Promise<Credentials>, app?: string): Clients =>
    createClients(clock, { endpoint, credentials, httpAgent: connections, ...(app && { app }) });
  const clients = connect(async () => embeddedCredentials);
  const people = knownPeople(clock);
  const signed = <O extends object>(by: string, to: string, order: O) =>
    people.sign(by, { deployed: settings, account, to }, order);

  const load = (id: string) => deployedUnit(deployed, id, apart.instead);
  const flows = nightFlows({ clock, unit: load, ports, call });
  function ports(name: string): UndoPorts {
    const role = namesOf(settings).role(name);
    const own = connect(() => as(role), role);
    return {
      ...sinks,
      clock,
      clients: own,
      identify: people.identify,
      beginFlow: flows.beginning((...about) => apart.beginFlow?.(own, ...about)),
      invoke: (id, order) => (apart.invoke ? apart.invoke(own, id, order) : invoke(id, order)),
      ask: (other, payload) => ask(other, payload),
      assume: assumeUndoRole(own, settings, connect),
    };
  }
  const incidents = incidentsFeature(settings)?.incidents?.({
    ...sinks,
    settings,
    families: familiesOf(deployed),
    store: ledgerOf(ports("incidents").clients, settings, clock),
    clock,
  });
  const functions = app({
    ports,
    settings,
    enabled: Object.keys(deployed.units),
    unit: load,
    deployed: async () => deployed,
    features: incidents ? { incidents: () => incidents.answer } : {},
    channels: apart.channels ?? [],
  });

  /** As Lambda would call it. */
  async function call<E, R>(name: string, made: Promise<Invoked<E, R>>, payload: E): Promise<R> {
    const served = serve<E, R>(sinks, await made);
    return served(payload, contextFor(name, { account, deployed: settings, lifetime }));
  }
  const ask: CallingPorts["ask"] = (name, payload) => call(name, functions.feature(name), payload);
  const ordered: RunResult[] = [];
  const invoke: CallingPorts["invoke"] = async (id, order) => {
    if (id === "undo") return void (await call("undo", functions.undo(), order));
    const { region } = order as { readonly region: string };
    ordered.push(...(await unit(id, region, order)));
  };

  const instances = new Map<string, Promise<Invoked<unknown, UnitAnswer>>>();
  const instance = async (id: string) => failing(await functions.unit(id));
  async function unit(id: string, region: string, payload: unknown): Promise<readonly RunResult[]> {
    const key = `${id} ${region}`;
    const made = instances.get(key) ?? instance(id);
    instances.set(key, made);
    const { runs } = await call(id, made, payload);
    await flows.carryAll();
    return flows.ended(runs, ledgerOf(ports(id).clients, settings, clock));
  }

  return {
    unit,
    ordered: () => ordered.splice(0),
    counted,
    store: ledgerOf(clients, settings, clock),
    clients,
    log,
    clock,
    incidents,
    async decide(by, order) {
      const body = JSON.stringify(await signed(by, "decide", order));
      return call("decide", functions.decide(), { body });
    },
    watchdog: async (payload) => void (await call("watchdog", functions.watchdog(), payload)),
    signals: async (payload) => void (await call("signals", functions.signals(), payload)),
    tell: async (event) => failedIds(await call("tell", functions.tell(), event)),
    async undo(by, order) {
      const payload = await signed(by, "undo", order);
      return undone(order.id, await call("undo", functions.undo(), payload));
    },
  };
}
