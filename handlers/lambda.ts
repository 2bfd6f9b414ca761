/**
 * Ports as Lambda has them: the system's clock, clients that live as long as the process, settings
 * beside the bundle.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createClients } from "../engine/run/clients.ts";
import { systemClock } from "../sdk/time.ts";
import { lambdaLog, lambdaMetrics } from "./app/cloudwatch.ts";
import type { DeployedUnits } from "./app/deployed.ts";
import type { Composition, Ports } from "./app/ports.ts";
import { serve } from "./app/stack.ts";
import { calling } from "./calling.ts";
import { askSts } from "./sts.ts";

/** @param service the function's name, for logs and metrics */
export const lambdaPorts = (service: string): Ports => ({
  clock: systemClock,
  clients: createClients(systemClock),
  log: lambdaLog(service, systemClock),
  metrics: lambdaMetrics(service, systemClock),
});

/**
 * `settings.json` of the bundle that runs: policy comes from nowhere else (rule:
 * policy-not-in-payload).
 */
export const settingsBeside = (folder: string): unknown =>
  JSON.parse(readFileSync(join(folder, "settings.json"), "utf8"));

/**
 * A function that belongs to no single unit, as Lambda loads it.
 * @param name as in the manifest
 * @param folder where the bundle and its `settings.json` lie
 */
export function lambda<E, R>(name: string, folder: string, compose: Composition<E, R>) {
  const deployed = settingsBeside(folder) as DeployedUnits;
  const { settings } = deployed;
  const ports = { ...lambdaPorts(name), identify: askSts(settings.home) };
  return serve(ports, compose({ ...ports, ...calling(ports.clients, settings) }, deployed));
}
