/**
 * What the deployed functions are made of: settings beside the bundle, the system's clock, clients
 * that live as long as the process.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type Clients, createClients } from "../engine/run/clients.ts";
import type { Order } from "../ingest/start.ts";
import { NotPossible } from "../sdk/errors.ts";
import { type Clock, systemClock } from "../sdk/time.ts";
import type { Deployed } from "../settings/arns.ts";
import { namesOf } from "../settings/names.ts";
import type { ParsedSettings, UnitSettings } from "../settings/settings.ts";
import type { InvocationLog } from "./app/log.ts";
import type { Counter } from "./app/metrics.ts";
import { lambdaLog, lambdaMetrics } from "./app/powertools.ts";
import type { WatchedUnit } from "./app/watch/late.ts";

export interface Parts {
  readonly clock: Clock;
  readonly clients: Clients;
  readonly log: InvocationLog;
  readonly metrics: Counter;
}

export const functionParts = (service: string): Parts => ({
  clock: systemClock,
  clients: createClients(systemClock),
  log: lambdaLog(service),
  metrics: lambdaMetrics(service),
});

/**
 * `settings.json` of the bundle that runs: policy comes from nowhere else (rule:
 * policy-not-in-payload).
 */
export const settingsBeside = (folder: string): unknown =>
  JSON.parse(readFileSync(join(folder, "settings.json"), "utf8"));

/** What the functions that belong to no single unit are given. */
export interface SharedSettings {
  readonly settings: ParsedSettings;
  readonly units: Readonly<Record<string, UnitSettings>>;
  /** The schedules that are deployed, by unit and region. */
  readonly watched: readonly WatchedUnit[];
  /** Ids of automations and reports. */
  readonly reporting: readonly string[];
}

/** Invokes one of our functions without waiting for it. */
export function invoker(clients: Clients, deployed: Deployed) {
  const names = namesOf(deployed);
  return async (name: string, payload: unknown): Promise<void> => {
    const { StatusCode } = await clients.get(LambdaClient, deployed.home).send(
      new InvokeCommand({
        FunctionName: names.function(name),
        InvocationType: "Event",
        Payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
    if (StatusCode !== 202)
      throw new NotPossible(`${names.function(name)} did not take the order: status ${StatusCode}`);
  };
}

/** Invokes one of our functions and waits for its answer. */
export const answering =
  (clients: Clients, deployed: Deployed, name: string) =>
  async (payload: unknown): Promise<unknown> => {
    const FunctionName = namesOf(deployed).function(name);
    const { Payload, FunctionError } = await clients.get(LambdaClient, deployed.home).send(
      new InvokeCommand({
        FunctionName,
        Payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
    const answer: unknown = Payload?.length
      ? JSON.parse(Buffer.from(Payload).toString())
      : undefined;
    if (!FunctionError) return answer;
    const { errorType, errorMessage = FunctionError } = (answer ?? {}) as {
      readonly errorType?: string;
      readonly errorMessage?: string;
    };
    // To ask again would be answered the same.
    throw errorType === "NotPossible"
      ? new NotPossible(errorMessage)
      : new Error(`${FunctionName} failed: ${errorMessage}`);
  };

export const orderer = (clients: Clients, deployed: Deployed) => {
  const invoke = invoker(clients, deployed);
  return (unit: string, order: Order): Promise<void> => invoke(unit, order);
};
