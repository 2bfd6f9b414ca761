/** An account with a ledger, and one trigger that is delivered to a unit as often as it takes. */

import type { Host } from "../engine/run/host.ts";
import { run } from "../engine/run/run.ts";
import { writeSwitch } from "../engine/run/switch.ts";
import { keys, type Place } from "../ledger/keys.ts";
import type { RunResult } from "../ledger/result.ts";
import { runById } from "../ledger/runs.ts";
import type { Start } from "../ledger/start.ts";
import type { Item, Store } from "../ledger/store.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import { TryAgain } from "../sdk/errors.ts";
import { isFlow } from "../sdk/flow.ts";
import { after, clockAt, hours, minutes } from "../sdk/time.ts";
import type { UnitSettings } from "../settings/settings.ts";
import type { TestAccount } from "./account.ts";
import { deployedIn, names } from "./deployed.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { type TestFlows, testFlows } from "./flows.ts";
import { clientsOf, deployedLedger, hostOf, type TestHost, testSettings } from "./host.ts";
import { tableAnswer } from "./memory/aws.ts";
import { memoryLedger } from "./memory/ledger.ts";
import { itemOperations, type MemoryTable } from "./memory/table.ts";
import type { RecordedCall } from "./recorded-call.ts";

function answered(table: MemoryTable, { operation, parameters: input }: RecordedCall, now: Date) {
  const { statusCode, headers, body } = tableAnswer(
    table,
    { service: "dynamodb", operation, input: input as never },
    now.getTime(),
  );
  return { status: statusCode, headers, body: Buffer.from(body) };
}

/** What Lambda gives a function. */
const life = minutes(15);

export interface TestDelivery {
  readonly aws: TestAccount;
  readonly proxy: FaultProxy;
  readonly place: Place;
  readonly store: Store;
  readonly start: Start;
  /** A process's host: 15 minutes to live, through the proxy. */
  host(given?: Partial<UnitSettings>): TestHost;
  /** Delivers the trigger once. */
  deliver(given?: { readonly start?: Start; readonly host?: Host }): Promise<RunResult>;
  /**
   * Delivers it until it is carried out, as AWS and the watchdog do: later, where another attempt
   * may still be at it.
   */
  insist(): Promise<RunResult>;
  /** Carries what a run has begun to its end, and gives the run as it is then. */
  ended(run: RunResult): Promise<RunResult>;
  /** Flows that runs have begun. */
  readonly flows: TestFlows;
  /** Time passes. */
  later(span: { readonly seconds: number }): Promise<void>;
  close(): Promise<void>;
}

/** What a delivery begins with. */
export interface Beginning {
  /** Puts into the account what the unit shall find. */
  seed(aws: TestAccount, ledger: Store): Promise<unknown>;
  readonly settings?: Partial<UnitSettings>;
  /**
   * Whether the ledger is in memory, behind the same endpoint: most of a delivery's calls are the
   * ledger's.
   */
  readonly quick?: boolean;
}

/** Items of other tables are the account's own. */
const isOfLedger = ({ service, operation, parameters }: RecordedCall): boolean =>
  service === "dynamodb" &&
  itemOperations.has(operation) &&
  JSON.stringify(parameters).includes(`"${names.table}"`);

/** Makes a ledger in the account and what the unit shall find; the unit acts unless told otherwise. */
export async function openIn(
  aws: TestAccount,
  unit: AnyAutomation,
  { seed, settings = {}, quick = false }: Beginning,
): Promise<TestDelivery> {
  const clock = clockAt(new Date());
  const ledger = quick ? memoryLedger(clock) : undefined;
  const proxy = await startFaultProxy(aws.endpoint, (call) =>
    ledger && isOfLedger(call) ? answered(ledger.table, call, clock.now()) : undefined,
  );
  if (ledger) await writeSwitch(clientsOf(aws, clock), deployedIn(aws.region), "run", false);
  else await deployedLedger(aws);
  const store = ledger?.store ?? hostOf(aws, testSettings(aws, unit), { clock }).store;
  await seed(aws, store);
  const place: Place = { unit: unit.id, account: aws.account, region: aws.region };
  const start: Start = { kind: "sweep", key: "slot-1", region: aws.region, at: clock.now() };
  const flows = testFlows(unit, clock, () => host());
  const host = (given: Partial<UnitSettings> = {}): TestHost => ({
    ...hostOf(aws, testSettings(aws, unit, { mode: "act", ...settings, ...given }), {
      clock,
      endpoint: proxy.endpoint,
    }),
    deadline: after(clock.now(), life),
    begin: flows.begin,
  });
  const deliver: TestDelivery["deliver"] = (given = {}) =>
    run(unit, given.start ?? start, given.host ?? host());
  return {
    aws,
    proxy,
    place,
    store,
    start,
    host,
    flows,
    deliver,
    async insist() {
      for (let attempt = 1; ; attempt += 1)
        try {
          const result = await deliver();
          if (result.outcome !== "failed" || attempt === 3) return result;
        } catch (error) {
          if (!(error instanceof TryAgain) || attempt === 3) throw error;
          await clock.sleep(minutes(20));
        }
    },
    async ended(run) {
      if (!unit.writes.some(isFlow)) return run;
      await flows.carryAll();
      return (await runById(store, "unit", unit.id, run.id)) ?? run;
    },
    later: (span) => clock.sleep(span),
    close: () => proxy.stop(),
  };
}

export const itemsOf = (store: Store, pk: string): Promise<Item[]> =>
  Array.fromAsync(store.query(pk));

export async function messages({
  store,
  place,
}: Pick<TestDelivery, "store" | "place">): Promise<Outgoing[]> {
  return (await itemsOf(store, keys.outbox(`unit#${place.unit}`))).map(
    ({ body }) => body as Outgoing,
  );
}

/** What its messages say beside what was done. */
export const notesIn = async (delivery: Pick<TestDelivery, "store" | "place">): Promise<string[]> =>
  (await messages(delivery))
    .flatMap((message) => Object.entries(("facts" in message && message.facts) || {}))
    .filter(([name]) => name.startsWith("note"))
    .map(([, words]) => String(words));

/**
 * The next sweep, when all has cooled down.
 * @param later how many sweeps after the first
 */
export const nextSweep = ({ start }: TestDelivery, later = 1): Start => ({
  ...start,
  key: `slot-${later + 1}`,
  at: after(start.at, hours(later)),
});
