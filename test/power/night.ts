/**
 * All that functions do, each with its own role: the seeded night, then each unit on its own
 * fixture. What every role was used for.
 */

import "../setup/prices.ts";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describeShared } from "../../cli/bundle/shared.ts";
import { type Configured, configure } from "../../cli/bundle/units.ts";
import { sample } from "../../events/samples.ts";
import { registry } from "../../functions/registry.ts";
import { createStore } from "../../ledger/dynamo.ts";
import { post } from "../../messages/outbox.ts";
import { keepUntaken } from "../../messages/untaken.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { systemClock } from "../../sdk/time.ts";
import type { Manifest } from "../../settings/manifest.ts";
import { names } from "../../testing/deployed.ts";
import { startEmbedded } from "../../testing/embedded.ts";
import { embeddedAccount } from "../../testing/environment.ts";
import { spend } from "../../testing/night/story.ts";
import given from "../../testing/night.config.ts";
import { seed } from "../../testing/seed.ts";
import { messages } from "../messages.ts";
import { loadedUnits } from "../setup/units.ts";
import { approverInSlack, unusedOfChannels, withChannels } from "./channel-settings.ts";
import { speaksThroughChannels } from "./channels.ts";
import { everythingHappens } from "./happenings.ts";
import { type PowerCall, type Recorder, startRecorder } from "./recorder.ts";
import { openStage, type Stage } from "./stage.ts";
import { tagsIn } from "./tags.ts";
import { driveUnits, type Unused } from "./units.ts";

export interface Recorded {
  readonly account: string;
  readonly manifest: Manifest;
  /** Every call that a role signed, in the order of their arrival. */
  readonly calls: readonly PowerCall[];
  /** Tags of instances and security groups, by id: what IAM would see of them. */
  readonly tags: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What went wrong that should not have. */
  readonly troubles: readonly string[];
  /** What is granted although no recorded call asks for it, as the units' fixtures say. */
  readonly exceptions: readonly Unused[];
}

const spokenSettings = {
  ...given,
  ...withChannels,
  approvers: [...given.approvers, approverInSlack],
};

const nightConfigs: Readonly<
  Record<string, { readonly config?: object; readonly mode?: string; readonly on?: unknown }>
> = given.units;
const nightName = "testing/night.config.ts";

/**
 * What is granted where every automation may change things. What it takes to reach the functions
 * needs no bundle.
 */
async function manifestOf({ units: night }: Configured): Promise<Manifest> {
  const automations = night.filter(({ kind }) => kind === "automation");
  const modes = Object.fromEntries(automations.map(({ id }) => [id, { mode: "act" }]));
  // Where a unit acts beside its regions, and what it names, is said by its config: the one that its
  // fixture is tried with, and beside it that of the night.
  const tried = (await loadedUnits()).flatMap(({ unit, fixture }) => {
    const config = fixture.settings?.config;
    const nightly = nightConfigs[unit.id];
    const isAlone = !(unit.id in given.units) || (unit.kind === "automation" && unit.named);
    return config && modes[unit.id] && isAlone
      ? [[unit.id, { mode: "act", config: { ...config, ...nightly?.config } }] as const]
      : [];
  });
  const { settings, units } = await configure(
    registry,
    { ...spokenSettings, units: { ...given.units, ...modes, ...Object.fromEntries(tried) } },
    { name: nightName },
  );
  return {
    version: 1,
    settingsFile: nightName,
    settings,
    units: units.map(({ file: _, ...unit }) => ({ ...unit, bundle: "", hash: "" })),
    shared: await describeShared(settings, () => ""),
  };
}

/** Who may approve is told by ARN: the settings name who asks the embedded AWS. */
const [by = ""] = given.approvers;

/** More of one source than is told: what comes beyond is counted. */
async function floods({ account, functions }: Stage): Promise<void> {
  const [home = ""] = account.regions;
  for (const id of ["1", "2", "3"])
    await functions.signals({
      ...sample("any-event/order-failed"),
      id,
      account: account.id,
      region: home,
    });
}

/** Incidents were away when it came: it waits to be taken, and is offered. */
async function waits({ account }: Stage): Promise<void> {
  const [home = ""] = account.regions;
  // Of whoever looks on: of no role.
  const store = createStore(account.client(DynamoDBClient, home), names.table, systemClock);
  const message = {
    ...messages["a bare signal"],
    id: "alarm.waits",
    key: "waits",
    at: systemClock.now(),
    account: account.id,
    region: home,
  };
  const step = post("unit#alarm", message);
  await store.transact([step]);
  if ("put" in step) await keepUntaken(store, step.put, message);
}

/** What nobody sees to is told, and the next look says that it is over. */
async function looksAfter(stage: Stage): Promise<void> {
  const { account, watch, carriedOut } = stage;
  await waits(stage);
  await watch({ kind: "watch" });
  await carriedOut();
  await concurrently(account.regions, (region) =>
    account.client(SQSClient, region).send(new CreateQueueCommand({ QueueName: names.failures })),
  );
  await watch({ kind: "watch" });
  await watch({ kind: "digest" });
  await carriedOut();
  // What it said of that is old enough by now: it is told, and ends an incident.
  await watch({ kind: "watch" });
  await carriedOut();
}

/** The seeded night, and a person's word on what waits in the morning. */
async function spendNight(stage: Stage, configured: Configured): Promise<void> {
  const { account, functions, runs, troubles } = stage;
  const seeded = await seed(account, given.units["log-retention"].config.days);
  const night = await spend({ account, configured, seeded, functions, by, say() {} });
  runs.push(...night.runs);
  troubles.push(...night.troubles);
  const [first, second] = runs.filter(({ plan }) => plan);
  if (!first || !second) throw new Error("Fewer than two plans wait after the night.");
  await stage.decided("deny", first);
  await stage.decided("approve", second);
  // The answer to the first was lost.
  await stage.decided("approve", second);
}

async function record(recorder: Recorder, endpoint: string): Promise<Recorded> {
  const configured = await configure(registry, given, { name: nightName });
  const place = { recorder, account: embeddedAccount, by };
  const night = openStage(place, configured);
  const { account, troubles } = night;
  await spendNight(night, configured);
  const flooded = await configure(
    registry,
    { ...given, untrustedPerHour: 1 },
    { name: "the night's settings, with fewer messages of one source" },
  );
  await floods(night.deployedAgain(flooded));
  await looksAfter(night);
  const spoken = await configure(registry, spokenSettings, {
    name: "the night's settings, with channels",
  });
  await speaksThroughChannels(night.deployedAgain(spoken), spoken);
  // Last, so that nobody tells it: what counts here is what it takes to hear it.
  await everythingHappens(configured, account.id, night.clientsOf("signals"), account.regions);
  const tags = await tagsIn(account);

  const driven = await driveUnits({ recorder, endpoint, by });
  return {
    account: account.id,
    manifest: await manifestOf(configured),
    calls: recorder.calls.filter(({ role }) => role).map((call) => driven.asIn(account.id, call)),
    tags: new Map([...tags, ...driven.tags]),
    troubles: [...troubles, ...driven.troubles],
    exceptions: [...driven.exceptions, ...unusedOfChannels],
  };
}

/** What the units alone do: all of the registry, or the one that `nightshift check` asks for. */
async function recordUnits(recorder: Recorder, endpoint: string): Promise<Recorded> {
  const { asIn, ...driven } = await driveUnits({ recorder, endpoint, by });
  return {
    ...driven,
    account: embeddedAccount,
    manifest: await manifestOf(await configure(registry, given, { name: nightName })),
    calls: recorder.calls.filter(({ role }) => role).map((call) => asIn(embeddedAccount, call)),
  };
}

async function recorded(how: typeof record): Promise<Recorded> {
  const embedded = await startEmbedded();
  const recorder = await startRecorder(embedded.endpoint);
  try {
    return await how(recorder, embedded.endpoint);
  } finally {
    await recorder.stop();
    await embedded.stop();
  }
}

/** Carries out the night, then has every unit do all that it does. */
export const recordNight = (): Promise<Recorded> => recorded(record);

/** Has units do all that they do, without a night. */
export const recordUnitsAlone = (): Promise<Recorded> => recorded(recordUnits);
