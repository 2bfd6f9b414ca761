/** One night from an empty account to what is to be said of it. */

import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { usePrices } from "../../aws/pricing/prices.ts";
import { terminal } from "../../channels/terminal/terminal.ts";
import { type Configured, configure } from "../../cli/bundle/units.ts";
import { projectRoot } from "../../cli/io/paths.ts";
import { pricesBeside, priceTableOf, readPrices } from "../../cli/prices/file.ts";
import { registry } from "../../functions/registry.ts";
import { textOptions } from "../../handlers/app/text-options.ts";
import { planOrThrow, type StoredPlan } from "../../ledger/plans.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import type { ClientClass } from "../../sdk/call.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { noPebble } from "../acme/pebble.ts";
import { embeddedAccount, embeddedCredentials } from "../environment.ts";
import given from "../night.config.ts";
import { placeOf, type SeededAccount, type Thing } from "../seed/thing.ts";
import { seed, snapshot } from "../seed.ts";
import { type Evidence, nightDifferences, restoredAs } from "./check.ts";
import type { NightIncident } from "./feature.ts";
import { deploy } from "./functions.ts";
import { decideInTheMorning, type MorningDecision } from "./morning.ts";
import { beOnCall, seedAlarm } from "./on-call.ts";
import { openRenewal } from "./renewal.ts";
import type { Scene } from "./scene.ts";
import { spend } from "./story.ts";
import { nightTelling } from "./telling.ts";
import { type WeekTold, weekOnCall } from "./week-story.ts";

export const settingsFile = "testing/night.config.ts";

export interface Night {
  readonly account: SeededAccount;
  readonly configured: Configured;
  readonly runs: readonly RunResult[];
  readonly undo: RunResult | undefined;
  readonly plans: readonly StoredPlan[];
  /** What a person said to plans in the morning. */
  readonly decided: readonly MorningDecision[];
  readonly messages: readonly Outgoing[];
  readonly incidents: readonly NightIncident[] | undefined;
  /** On call from a Sunday to a Thursday, in fast motion. */
  readonly week: WeekTold | undefined;
  /** By region and id, what people call it. */
  readonly named: ReadonlyMap<string, string>;
  /** Seconds from the first run to the last message. */
  readonly took: number;
  /** What did not go as seeded; nothing: all did. */
  readonly differences: readonly string[];
  /** Tells what has come into the outbox since. */
  tell(): Promise<readonly Outgoing[]>;
}

/** Of the process that carried it out. */
export const exitCode = ({ differences: wrong }: Pick<Night, "differences">): number =>
  wrong.length ? 1 : 0;

interface Options {
  readonly endpoint: string;
  /** What is going on, while it takes. */
  say(text: string): void;
  /** Where the terminal's channel prints. */
  print(text: string): void;
  /** For tests: happens to the account after it is seeded. */
  meddle?(account: SeededAccount, things: readonly Thing[]): Promise<void>;
}

function accountAt(
  endpoint: string,
  { home, regions, deployment }: Pick<ParsedSettings, "home" | "regions" | "deployment">,
): SeededAccount {
  const made = new Map<string, InstanceType<ClientClass>>();
  return {
    endpoint,
    id: embeddedAccount,
    deployment,
    regions: [home, ...regions.filter((region) => region !== home)],
    now: new Date(),
    client<C extends ClientClass>(Client: C, region: string) {
      const key = `${Client.name} ${region}`;
      const client =
        made.get(key) ?? new Client({ endpoint, region, credentials: embeddedCredentials });
      made.set(key, client);
      return client as InstanceType<C>;
    },
  };
}

/** What people call each thing, also where it came back under another id. */
function namesIn(things: readonly Thing[], evidence: Evidence): ReadonlyMap<string, string> {
  return new Map(
    things.flatMap((thing) => {
      const restored = thing.expected === "taken back" ? restoredAs(thing, evidence) : undefined;
      return [thing.id, ...(restored ? [restored] : [])].map(
        (id) => [placeOf(thing.region, id), thing.name] as const,
      );
    }),
  );
}

export async function oneNight({ endpoint, say, print, meddle }: Options): Promise<Night> {
  const renewal = await openRenewal();
  if (!renewal) say(`No certificate is renewed tonight: ${noPebble}`);
  const written = { ...given, units: { ...given.units, ...renewal?.settings } };
  const configured = await configure(registry, written, { name: settingsFile });
  const { settings, units } = configured;
  const account = accountAt(endpoint, settings);
  usePrices(priceTableOf(readPrices(pricesBeside(join(projectRoot, settingsFile)))));

  say(`Seeding account ${account.id} in ${account.regions.join(" and ")}`);
  const seeded = await seed(account, given.units["log-retention"].config.days, renewal);
  await seedAlarm(account);
  await meddle?.(account, seeded.things);
  const before = await snapshot(account, renewal);

  const began = performance.now();
  const functions = deploy(account, configured, {
    channels: [terminal({ write: print }, textOptions(settings))],
    instead: renewal ? [renewal.unit] : [],
  });
  const tell = nightTelling(
    functions,
    units.map(({ id }) => id),
  );
  const { Arn: by = "" } = await account
    .client(STSClient, settings.home)
    .send(new GetCallerIdentityCommand({}));
  const scene: Scene = { account, configured, seeded, functions, by, say };
  const { undo, repeated, ...night } = await spend(scene);
  // Before time is skipped: what is recorded for a time to come, undo does not believe.
  const morning = await decideInTheMorning(scene, night.runs);
  const { messages: first, incidents } = await beOnCall({ ...scene, tell });
  const messages = [...first, ...(await tell())];
  const runs = [...night.runs, ...morning.decided.flatMap(({ run }) => run ?? [])];
  const took = (performance.now() - began) / 1000;

  say("A week on call, in fast motion: a hand-over, quiet hours, a storm");
  const week = await weekOnCall();

  const after = await snapshot(account, renewal);
  await renewal?.close();
  const evidence = {
    before,
    after,
    runs,
    undo,
    messages,
    incidents,
    repeated,
    things: seeded.things,
    heard: await seeded.inbox.take(),
    foreign: functions.counted.get("foreign") ?? 0,
  };
  const plans = await Promise.all(
    runs.flatMap(({ plan }) => (plan ? [planOrThrow(functions.store, plan.id)] : [])),
  );
  const named = namesIn(seeded.things, evidence);
  const { incidents: kept, clock } = functions;
  /** What others do from now on: they have no timers here, so what is due is looked up. */
  const tellLater = async () => {
    await kept?.wake(clock.now());
    await kept?.overdue();
    return tell();
  };
  return {
    account,
    configured,
    runs,
    undo,
    plans,
    decided: morning.decided,
    messages,
    incidents,
    week,
    named,
    took,
    tell: tellLater,
    differences: [
      ...night.troubles,
      ...morning.troubles,
      ...nightDifferences(evidence),
      ...(week?.differences ?? []),
    ],
  };
}
