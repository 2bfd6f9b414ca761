/**
 * What happens in the night: events over the bus of their region, alarms over a topic and directly,
 * the schedules' slots, and a person who wants something back.
 */
import type { Configured } from "../../cli/bundle/units.ts";
import type { RunResult } from "../../ledger/result.ts";
import { forwarded } from "../../lib/forwarding.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Pattern } from "../../sdk/pattern.ts";
import { arnsOf } from "../../settings/arns.ts";
import { regionsOf } from "../../settings/every-region.ts";
import { namesOf } from "../../settings/names.ts";
import { type Bus, createBus } from "../bus.ts";
import { madeTonight } from "../seed/log-groups.ts";
import { openedTonight, ruleTakenBack } from "../seed/rules.ts";
import {
  alarmDirect,
  alarmOverSns,
  compositeAlarm,
  healthIssue,
  instanceStarts,
  logGroupMade,
  orderFailed,
  ruleAdded,
} from "./events.ts";
import type { Scene } from "./scene.ts";

export interface NightStory {
  /** In the order in which they ended, each once. */
  readonly runs: readonly RunResult[];
  readonly undo: RunResult | undefined;
  /** Deliveries that repeated a finished run. */
  readonly repeated: number;
  /** What could not be carried out at all. */
  readonly troubles: readonly string[];
}

/** A night that is being spent, and what has come of it so far. */
interface Spending extends Scene {
  readonly bus: Bus;
  readonly runs: Map<string, RunResult>;
  repeated: number;
  readonly troubles: string[];
}

export async function spend(scene: Scene): Promise<NightStory> {
  const { account, configured } = scene;
  const bus = await createBus({
    endpoint: account.endpoint,
    regions: account.regions,
    listeners: listenersOf(configured),
  });
  const night: Spending = { ...scene, bus, runs: new Map(), repeated: 0, troubles: [] };
  try {
    scene.say(
      "The evening: somebody opens a port, a log group is made, alarms ring, each told twice",
    );
    await evening(night);
    scene.say("The night: every unit looks at everything, in each region");
    await sweeps(night);
    scene.say(
      `The morning: somebody needs ${ruleTakenBack} back, and the next night leaves it alone`,
    );
    const undo = await takeBack(night);
    const { runs, repeated, troubles } = night;
    return { undo, runs: [...runs.values()], repeated, troubles };
  } finally {
    bus.close();
  }
}

function listenersOf({ units }: Configured) {
  const patternsOf = (some: Configured["units"]): Pattern[] =>
    some.flatMap(({ on }) =>
      on.flatMap((trigger) => (trigger.kind === "event" ? [trigger.pattern] : [])),
    );
  const signals = units.filter(({ kind, enabled }) => kind === "signal" && enabled);
  return [
    // All signals are one function, and have its rules together.
    { unit: "signals", patterns: forwarded(patternsOf(signals)) },
    ...units
      .filter(({ kind }) => kind !== "signal")
      .map((unit) => ({ unit: unit.id, patterns: patternsOf([unit]) })),
  ];
}

async function evening(night: Spending): Promise<void> {
  const { account, bus, functions, seeded } = night;
  const [home = "", other = home] = account.regions;
  const now = functions.clock.now();
  const opened = ruleAdded(now, seeded.groups.get(openedTonight) ?? "");
  await bus.put(opened, home);
  await bus.put(logGroupMade(now, madeTonight), home);
  await bus.put(instanceStarts(now), home);
  await bus.put(orderFailed(now), home);
  await bus.put(healthIssue(now), other);
  await bus.put(compositeAlarm(now), other);
  await bus.publish(other, alarmOverSns(now));
  await deliver(night);
  await functions.signals(alarmDirect(now));
  // Two that are not ours: of another account, and of a region that is not configured.
  const elsewhere = { ...opened, account: "999999999999" };
  for (const foreign of [elsewhere, { ...elsewhere, account: account.id, region: "eu-west-1" }])
    await start(night, "open-ingress", home, foreign);
}

/**
 * What remembers others comes after them, and what waits for others than AWS by itself; reports come
 * in the morning, and tell of the night.
 */
function hourOf(
  { id, kind, remembers = [] }: Configured["units"][number],
  { alone }: Scene["seeded"],
): number {
  if (kind === "report") return 3;
  if (alone.includes(id)) return 2;
  return remembers.some((other) => other !== id) ? 1 : 0;
}

async function sweeps(night: Spending): Promise<void> {
  const { settings, units } = night.configured;
  const swept = units.filter(
    ({ enabled, on }) => enabled && on.some(({ kind }) => kind === "sweep"),
  );
  for (const hour of [0, 1, 2, 3]) {
    const slots = swept
      .filter((unit) => hourOf(unit, night.seeded) === hour)
      .flatMap((unit) => regionsOf(unit, settings).map((region) => ({ id: unit.id, region })));
    await Promise.all(slots.map(({ id, region }) => sweep(night, id, region)));
  }
}

/** Starts a unit. One function that fails does not end the night. */
async function start(night: Spending, id: string, region: string, payload: unknown): Promise<void> {
  const { functions, runs, troubles } = night;
  try {
    for (const result of await functions.unit(id, region, payload))
      if (runs.has(result.id)) night.repeated += 1;
      else runs.set(result.id, result);
  } catch (error) {
    troubles.push(`${id} in ${region} failed: ${inOneLine(error)}`);
  }
}

/**
 * Hands over what lies in the queues. EventBridge, SNS and Lambda may each deliver twice: here they
 * do.
 */
async function deliver(night: Spending): Promise<void> {
  const { account, bus, functions } = night;
  for (const region of account.regions)
    for (const { unit, payload } of await bus.receive(region))
      for (const _ of ["once", "again"])
        if (unit === "sns" || unit === "signals") await functions.signals(payload);
        else await start(night, unit, region, payload);
}

async function sweep(night: Spending, id: string, region: string): Promise<void> {
  const { account, configured, functions } = night;
  const { settings } = configured;
  const triggers = configured.units.find((unit) => unit.id === id)?.on ?? [];
  for (const [index, trigger] of triggers.entries()) {
    if (trigger.kind !== "sweep") continue;
    const named = namesOf(settings).schedule(id, index, region);
    const schedule = arnsOf(settings, { account: account.id }).schedule(named);
    const slot = functions.clock.now().toISOString();
    await start(night, id, region, { kind: "slot", region, schedule, slot, sweep: index });
  }
}

async function takeBack(night: Spending): Promise<RunResult | undefined> {
  const { account, bus, by, configured, functions, runs, seeded } = night;
  const wanted = seeded.things.find(({ expected }) => expected === "taken back");
  if (!wanted) return undefined;
  const action = [...runs.values()]
    .filter(({ region }) => region === wanted.region)
    .flatMap(({ actions }) => actions)
    .find(({ target }) => target === wanted.id);
  if (action?.outcome !== "applied") return undefined;
  const undo = await functions.undo(by, { id: action.id, key: "night" });
  // AWS tells of our own change too.
  const role = arnsOf(configured.settings, { account: account.id }).undoRole(wanted.unit);
  const group = seeded.groups.get(ruleTakenBack) ?? "";
  await bus.put(ruleAdded(functions.clock.now(), group, role), wanted.region);
  await deliver(night);
  await sweep(night, wanted.unit, wanted.region);
  return undo;
}
