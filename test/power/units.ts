/**
 * Each automation and report on its own fixture, in an account of its own: it fails and is taken
 * up, asks and is approved or denied, acts, and is taken back.
 */
import { randomInt } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { deployedOf } from "../../cli/bundle/shared.ts";
import { type Configured, configure } from "../../cli/bundle/units.ts";
import { workplaceOf } from "../../engine/run/attempt.ts";
import { createClients } from "../../engine/run/clients.ts";
import { createHost, ledgerOf } from "../../engine/run/host.ts";
import { writeSwitch } from "../../engine/run/switch.ts";
import { registry } from "../../functions/registry.ts";
import { createTable } from "../../ledger/create.ts";
import { keys } from "../../ledger/keys.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import { composedOf } from "../../sdk/composed.ts";
import { isFlow } from "../../sdk/flow.ts";
import { noLog } from "../../sdk/log.ts";
import { after, before, hours, systemClock } from "../../sdk/time.ts";
import { flowFunction } from "../../settings/names.ts";
import { openAccount, type TestAccount } from "../../testing/account.ts";
import { sentAs } from "../../testing/contract/calls.ts";
import { countedBefore } from "../../testing/counted.ts";
import { names } from "../../testing/deployed.ts";
import type { Unused as UnusedOfFixture } from "../../testing/fixture.ts";
import given from "../../testing/night.config.ts";
import { loadedUnits, type WithFixture } from "../setup/units.ts";
import type { PowerCall, Recorder } from "./recorder.ts";
import type { Where } from "./requests.ts";
import { openStage, type Stage } from "./stage.ts";
import { tagsIn } from "./tags.ts";

/** What a role is granted although no recorded call of it asks for that. */
export interface Unused {
  readonly role: string;
  readonly action: string;
  readonly why: string;
}

interface Driver {
  readonly recorder: Recorder;
  /** Of the embedded AWS itself: what sets an account up is not recorded. */
  readonly endpoint: string;
  readonly by: string;
}

export interface Driven {
  readonly tags: Where["tags"];
  readonly troubles: readonly string[];
  readonly exceptions: readonly Unused[];
  /** A call as if it had been made in one account. */
  asIn(account: string, call: PowerCall): PowerCall;
}

const caps = { changes: 100, percent: 100, floor: 100 };

const configured = ({ unit, fixture }: WithFixture, mode: "ask" | "act") => {
  const { config, irreversible } = fixture.settings ?? {};
  const setting = { ...(unit.kind === "automation" && { mode }), ...(config && { config }) };
  return configure(
    // Nothing else is deployed: what the watchdog asks about all others, the night has shown.
    { [unit.id]: registry[unit.id as keyof typeof registry] },
    {
      ...given,
      caps,
      exempt: [],
      ...(irreversible && { irreversible }),
      units: { [unit.id]: setting },
    },
    { name: `the settings of ${unit.id}'s fixture` },
  );
};

/** As Scheduler or EventBridge would start it: at its first sweep, or with the fixture's event. */
async function deliver(
  stage: Stage,
  { unit, fixture }: WithFixture,
  aws: TestAccount,
): Promise<void> {
  const sweep = unit.on.findIndex(({ kind }) => kind === "sweep");
  const event = "event" in fixture ? fixture.event : undefined;
  const { account, region } = aws;
  // By the functions' own clock: flows have skipped their waits.
  const slot = stage.functions.clock.now().toISOString();
  const payload =
    sweep < 0
      ? { ...(await event?.of(aws)), account, region }
      : { kind: "slot", region, schedule: "a slot", slot, sweep };
  stage.runs.push(...(await stage.functions.unit(unit.id, region, payload)));
}

const operationsOf = (calls: readonly { readonly operation: string }[]): string[] =>
  calls.map(({ operation }) => sentAs(operation));
/** What it found is written down to be told. */
const told = ["dynamodb:PutItem", "dynamodb:TransactWriteItems"];

/** It is denied its first look, or the word on what it found where it tells of that; and the watchdog has it taken up. */
async function failsOnce(stage: Stage, trial: WithFixture, aws: TestAccount): Promise<void> {
  const { unit, fixture } = trial;
  // What asks the ledger alone looks at nothing else.
  const readsPast = unit.kind === "report" && unit.readsPast === true;
  const looks = readsPast ? ["dynamodb:Query"] : operationsOf(unit.reads);
  stage.recorder.deny(names.role(unit.id), looks);
  const attempt = () =>
    deliver(stage, trial, aws).then(
      () => false,
      () => true,
    );
  const tells = "tellsUnread" in fixture && fixture.tellsUnread;
  let failed = await attempt();
  if (!failed && tells) {
    stage.recorder.deny(names.role(unit.id), told, operationsOf(unit.reads));
    failed = await attempt();
  }
  if (!failed) stage.troubles.push(`${unit.id} should have failed at its first look`);
  await stage.watch({ kind: "watch" });
  await stage.carriedOut();
}

/** Each once: an order that is delivered twice ends twice. */
const runsIn = ({ runs }: Stage, { region }: TestAccount): RunResult[] => [
  ...new Map(runs.filter((run) => run.region === region).map((run) => [run.id, run])).values(),
];

/**
 * As if it had changed, two hours ago, what waits: then it asks who else did. What it remembers of
 * a change that was seeded stays.
 */
async function changedBefore(
  store: Store,
  { automation: unit, account, region, actions }: RunResult,
): Promise<void> {
  for (const { target, outcome } of actions) {
    const last = { pk: keys.story("unit", { unit, account, region }, target), sk: "last" };
    if (outcome !== "waiting" || (await store.get(last))) continue;
    await store.put({
      ...last,
      type: "story",
      body: { run: "earlier", action: "earlier", at: before(systemClock.now(), hours(2)) },
    });
  }
}

/** A run is taken back, and that is taken back too. */
async function takesBack(stage: Stage, { unit }: WithFixture, aws: TestAccount): Promise<void> {
  const { by, functions, troubles } = stage;
  const writes = unit.kind === "automation" ? unit.writes : [];
  const never = new Set(
    writes.flatMap(({ operation, back }) => (back === "never" ? [operation] : [])),
  );
  const changed = runsIn(stage, aws).filter(({ actions }) =>
    actions.some(({ outcome }) => outcome === "applied"),
  );
  if (!changed.length)
    troubles.push(`${unit.id} has changed nothing in ${aws.region} that could be taken back`);
  for (const { id } of changed) {
    const asked = await functions.undo(by, { id, key: "power" });
    const { confirm: confirms } = asked;
    const { actions } = confirms
      ? await functions.undo(by, { id, key: "confirmed", confirms })
      : asked;
    const comesBack = actions.filter(({ call }) => !never.has(call.operation));
    if (!comesBack.length) continue;
    for (const action of comesBack)
      if (action.outcome !== "applied")
        troubles.push(`${action.id} is not taken back: ${JSON.stringify(action)}`);
    await functions.undo(by, { id: `${id}.undo`, key: "power" }).catch(isAgain);
    await stage.carriedOut();
  }
}

/**
 * The functions here answer only to those who take back a run or an action; an undo that is taken
 * back is an order to the unit.
 */
function isAgain(error: unknown): void {
  if (!String(error).includes("is an undo")) throw error;
}

/** In the first region it asks and is approved, in the others it is denied, then acts. */
async function changes({ stage, store, regions }: SetUp, trial: WithFixture): Promise<void> {
  const [first, ...others] = regions;
  const waiting = (aws: TestAccount) => runsIn(stage, aws).filter(({ plan }) => plan);
  for (const aws of others) await deliver(stage, trial, aws);
  for (const run of regions.flatMap(waiting)) await changedBefore(store, run);
  for (const run of others.flatMap(waiting)) await stage.decided("deny", run);
  for (const run of first ? waiting(first) : []) {
    denyLastOfFlows(stage, trial);
    await stage.decided("approve", run);
    stage.recorder.denyNothing(names.role(flowFunction(trial.unit.id)));
    // The answer to the first was lost.
    await stage.decided("approve", run);
  }
  const acting = stage.deployedAgain(await configured(trial, "act"));
  const [last] = others;
  if (last && denyLastOfFlows(acting, trial)) {
    await deliver(acting, trial, last);
    stage.recorder.denyNothing(names.role(flowFunction(trial.unit.id)));
  }
  for (const aws of regions) await deliver(acting, trial, aws);
  const { unit } = trial;
  const canBack = unit.kind === "automation" && unit.writes.some(({ back }) => back !== "never");
  if (canBack) for (const aws of regions) await takesBack(acting, trial, aws);
}

interface End {
  readonly account: string;
  readonly tags: Where["tags"];
  readonly troubles: readonly string[];
}

/** The unit's own account: ledger and switch are there, and what the fixture seeds. */
interface SetUp {
  readonly account: string;
  readonly stage: Stage;
  readonly store: Store;
  /** Where the unit looks; of all regions the stage's account knows. */
  readonly regions: readonly TestAccount[];
  readonly client: Stage["account"]["client"];
  /** Of what was seeded: some of it is deleted. */
  readonly tags: Where["tags"];
}

async function setUp({ recorder, endpoint, by }: Driver, trial: WithFixture): Promise<SetUp> {
  const account = String(randomInt(200_000_000_000, 999_999_999_999));
  const asking = await configured(trial, "ask");
  const { settings } = asking;
  const { home } = settings;
  const stage = openStage({ recorder, account, by }, asking);
  const places = await Promise.all(
    stage.account.regions.map((region) => openAccount(endpoint, { region, account })),
  );
  const client: SetUp["client"] = (Client, region) => {
    const place = places.find((each) => each.region === region);
    if (!place) throw new Error(`${region} is not a region of the night.`);
    return place.client(Client);
  };
  const { credentials } = await openAccount(endpoint, { region: home, account });
  const clients = createClients(systemClock, { endpoint, credentials: async () => credentials });
  await createTable(client(DynamoDBClient, home), names.table);
  await writeSwitch(clients, { ...stage.account, home }, "run", false);
  const global = trial.unit.scope === "global";
  const regions = places.filter(({ region }) => !global || region === home);
  const store = ledgerOf(clients, settings, systemClock);
  const everywhere = "looksEverywhere" in trial.fixture && trial.fixture.looksEverywhere;
  for (const aws of everywhere ? places : regions) await trial.fixture.seed(aws, store);
  for (const aws of regions) {
    await counted(aws, trial, asking);
  }
  const tags = await tagsIn({ regions: stage.account.regions, client });
  return { account, stage, store, regions, client, tags };
}

/** What it measures, it has measured for long enough. */
async function counted(
  { endpoint, account, region, credentials }: TestAccount,
  { unit, fixture }: WithFixture,
  configuredUnits: Configured,
): Promise<void> {
  const settings = deployedOf(configuredUnits).units[unit.id];
  if (unit.kind !== "automation" || !settings || !("counted" in fixture)) return;
  const clients = createClients(systemClock, { endpoint, credentials: async () => credentials });
  const store = ledgerOf(clients, settings, systemClock);
  const deadline = after(systemClock.now(), hours(1));
  const host = createHost({
    ...{ account, settings, clock: systemClock, clients, store, log: noLog, deadline },
  });
  await countedBefore(workplaceOf(unit, region, host), fixture.counted);
}

/**
 * Its last change is denied it, or, where all that it changes can be taken back, a look at what it
 * made: it fails, and takes back what it wrote.
 * @returns whether it has flows
 */
function denyLastOfFlows({ recorder }: Stage, { unit, fixture }: WithFixture): boolean {
  const flows = unit.kind === "automation" ? unit.writes.filter(isFlow) : [];
  const times = "wrong" in fixture ? fixture.wrong.length : 1;
  const role = names.role(flowFunction(unit.id));
  for (const { reads, writes } of flows) {
    const sent = writes.map((write) => composedOf(write).filter(({ kind }) => kind === "write"));
    const last = sent.findLast((parts) => parts.length);
    const atLook = writes.every(({ undoneBy }) => undoneBy.length);
    for (let time = 0; time < times; time += 1)
      if (atLook) recorder.deny(role, operationsOf(reads), operationsOf(sent.flat()));
      else if (last) recorder.deny(role, operationsOf(last));
  }
  return flows.length > 0;
}

async function drive(driver: Driver, trial: WithFixture): Promise<End> {
  const { unit } = trial;
  const ready = await setUp(driver, trial);
  const { account, stage, client } = ready;
  const [first, ...others] = ready.regions;
  if (first) await failsOnce(stage, trial, first);
  if (unit.kind === "automation" && unit.writes.length) await changes(ready, trial);
  else for (const aws of others) await deliver(stage, trial, aws);
  const tags = await tagsIn({ regions: stage.account.regions, client });
  return { account, tags: new Map([...ready.tags, ...tags]), troubles: stage.troubles };
}

const roleNames: Readonly<Record<UnusedOfFixture["role"], (id: string) => string>> = {
  unit: names.role,
  flow: (id) => names.role(flowFunction(id)),
  undo: names.undoRole,
};

const unusedOf = ({ unit, fixture }: WithFixture): Unused[] =>
  (fixture.unused ?? []).map(({ role, action, why }) => ({
    role: roleNames[role](unit.id),
    action,
    why,
  }));

/** One after the other: the recorder is Lambda for one account at a time. */
export async function driveUnits(driver: Driver): Promise<Driven> {
  const trials = await loadedUnits();
  const ends: End[] = [];
  for (const trial of trials)
    ends.push(
      await drive(driver, trial).catch((error: unknown) => {
        throw new Error(`${trial.unit.id} cannot be tried on its fixture`, { cause: error });
      }),
    );
  const elsewhere = new RegExp(ends.map(({ account }) => account).join("|") || "^$", "g");
  return {
    tags: new Map([...driver.recorder.made, ...ends.flatMap(({ tags }) => [...tags])]),
    troubles: ends.flatMap(({ troubles }) => troubles),
    exceptions: trials.flatMap(unusedOf),
    asIn: (account, call) => ({
      ...call,
      parameters: JSON.parse(
        JSON.stringify(call.parameters ?? null).replaceAll(elsewhere, account),
      ) as unknown,
    }),
  };
}
