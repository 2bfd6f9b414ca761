/**
 * A run's host over the embedded AWS: the ledger and the kill switch made, a clock that never
 * waits.
 */

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBClient as Client } from "@aws-sdk/client-dynamodb";
import { type Clients, createClients } from "../engine/run/clients.ts";
import { createHost, type Host, ledgerOf } from "../engine/run/host.ts";
import { writeSwitch } from "../engine/run/switch.ts";
import { features } from "../features.ts";
import { createTable } from "../ledger/create.ts";
import { noLog } from "../sdk/log.ts";
import { after, type Clock, clockAt, hours } from "../sdk/time.ts";
import { namesOf } from "../settings/names.ts";
import { parseSettings } from "../settings/parse.ts";
import {
  type DeclaredUnit,
  type ParsedSettings,
  settingsOf,
  type UnitSettings,
} from "../settings/settings.ts";
import type { TestAccount } from "./account.ts";
import { connections } from "./connections.ts";
import { deployedIn, names } from "./deployed.ts";

export interface TestHost extends Host {
  readonly clock: Clock;
}

/** @param requestHandler what sends the requests, where they are not sent as always */
export const clientsOf = (
  aws: TestAccount,
  clock: Clock,
  {
    endpoint = aws.endpoint,
    app,
    requestHandler,
  }: { readonly endpoint?: string; readonly app?: string; readonly requestHandler?: object } = {},
): Clients =>
  createClients(clock, {
    endpoint,
    credentials: async () => aws.credentials,
    ...(app && { app }),
    httpAgent: connections,
    ...(requestHandler && { requestHandler }),
  });

/** Parsing takes half a millisecond, and the same is asked for thousands of times. */
const parsed = new Map<string, ParsedSettings>();

/**
 * Settings for one unit: all defaults, in the account's region.
 * @param unit its id alone where it belongs to no family
 */
export function testSettings(
  { region }: Pick<TestAccount, "region">,
  unit: string | DeclaredUnit,
  given: Partial<UnitSettings> = {},
): UnitSettings {
  const declared = typeof unit === "string" ? { id: unit, family: "test" } : unit;
  const { id } = declared;
  const key = `${region} ${id}`;
  const settings = parsed.get(key) ?? parseSettings({ home: region }, { features, units: [id] });
  parsed.set(key, settings);
  return { ...settingsOf(settings, declared, [id]), ...given };
}

/** Makes table and kill switch, once an account. */
export async function deployedLedger(aws: TestAccount): Promise<void> {
  const clients = clientsOf(aws, clockAt(new Date()));
  await createTable(clients.get(Client, aws.region) as DynamoDBClient, names.table);
  await writeSwitch(clients, deployedIn(aws.region), "run", false);
}

/** @param endpoint a fault proxy's, in place of the embedded AWS itself */
export function hostOf(
  aws: TestAccount,
  settings: UnitSettings,
  options: { readonly clock?: Clock; readonly endpoint?: string } = {},
): TestHost {
  const clock = options.clock ?? clockAt(new Date());
  const { endpoint = aws.endpoint } = options;
  const clients = clientsOf(aws, clock, { endpoint, app: namesOf(settings).role(settings.id) });
  return createHost({
    account: aws.account,
    settings,
    clock,
    clients,
    store: ledgerOf(clients, settings, clock),
    log: noLog,
    deadline: after(clock.now(), hours(48)),
  });
}
