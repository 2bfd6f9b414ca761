/** What happens in the night: events over the bus of their region, alarms over a topic and directly, the schedules' slots, and a person who wants something back. */
import type { Configured } from "../../bin/bundle/units.ts";
import { partitionOf } from "../../core/arn.ts";
import { names } from "../../core/names.ts";
import type { RunResult } from "../../core/run/result.ts";
import { regionsOf } from "../../core/statements.ts";
import { createBus } from "../bus.ts";
import type { Seeded } from "../seed.ts";
import { madeTonight } from "../seed/log-groups.ts";
import { openedTonight, takenBack } from "../seed/rules.ts";
import { type Account, placeOf } from "../seed/thing.ts";
import { alarmDirect, alarmOverSns, compositeAlarm, healthIssue, instanceStarts, logGroupMade, orderFailed, ruleAdded } from "./events.ts";
import type { Functions } from "./functions.ts";

export interface Told {
  /** In the order in which they ended, each once. */
  readonly runs: readonly RunResult[];
  readonly undo: RunResult;
  /** Deliveries that repeated a finished run. */
  readonly repeated: number;
}

/** @param by the ARN of whoever runs the night */
export async function spend(account: Account, { settings, units }: Configured, seeded: Seeded, functions: Functions, by: string, say: (text: string) => void): Promise<Told> {
  const [home = "", other = home] = account.regions;
  const runs = new Map<string, RunResult>();
  let repeated = 0;
  const keep = (results: readonly RunResult[]) => {
    for (const result of results)
      if (runs.has(result.id)) repeated += 1;
      else runs.set(result.id, result);
  };
  const groupId = (name: string): string => seeded.groups.get(name) ?? "";
  const signals = new Set(units.filter(({ kind }) => kind === "signal").map(({ id }) => id));
  const listeners = units.map(({ id, on }) => ({ unit: id, patterns: on.flatMap((trigger) => (trigger.kind === "event" ? [trigger.pattern] : [])) }));
  const bus = await createBus({ endpoint: account.endpoint, regions: account.regions, listeners });

  /** Hands over what lies in the queues. EventBridge, SNS and Lambda may each deliver twice: here they do. */
  async function deliver(): Promise<void> {
    for (const region of account.regions)
      for (const { unit, payload } of await bus.receive(region))
        for (const _ of ["once", "again"])
          if (unit === "sns" || signals.has(unit)) await functions.signals(payload);
          else keep(await functions.unit(unit, region, payload));
  }

  async function sweep(id: string, region: string): Promise<void> {
    const unit = units.find((one) => one.id === id);
    for (const [index, trigger] of (unit?.on ?? []).entries()) {
      if (trigger.kind !== "sweep") continue;
      const schedule = `arn:${partitionOf(home)}:scheduler:${home}:${account.id}:schedule/${names.scheduleGroup}/${id}-${index}-${region}`;
      keep(await functions.unit(id, region, { kind: "slot", region, schedule, slot: functions.clock.now().toISOString(), sweep: index }));
    }
  }

  try {
    say("The evening: somebody opens a port, a log group is made, alarms ring, each told twice");
    const now = functions.clock.now();
    await bus.put(ruleAdded(now, groupId(openedTonight)), home);
    await bus.put(logGroupMade(now, madeTonight), home);
    await bus.put(instanceStarts(now), home);
    await bus.put(orderFailed(now), home);
    await bus.put(healthIssue(now), other);
    await bus.put(compositeAlarm(now), other);
    await bus.publish(other, alarmOverSns(now));
    await deliver();
    await functions.signals(alarmDirect(now));
    // Two that are not ours: of another account, and of a region that is not configured.
    const elsewhere = { ...ruleAdded(now, groupId(openedTonight)), account: "999999999999" };
    for (const foreign of [elsewhere, { ...elsewhere, account: account.id, region: "eu-west-1" }]) keep(await functions.unit("open-ingress", home, foreign));

    say("The night: every unit looks at everything, in each region");
    const slots = units.filter(({ enabled, on }) => enabled && on.some(({ kind }) => kind === "sweep")).flatMap((unit) => regionsOf(unit, settings).map((region) => ({ id: unit.id, region })));
    await Promise.all(slots.map(({ id, region }) => sweep(id, region)));

    say(`The morning: somebody needs ${takenBack} back, and the next night leaves it alone`);
    const wanted = seeded.things.find(({ expected }) => expected === "taken back");
    const action = [...runs.values()].flatMap(({ region, actions }) => actions.filter(({ target }) => wanted && placeOf(region, target) === placeOf(wanted.region, wanted.id)))[0];
    if (!wanted || !action) throw new Error(`Nothing was done to ${takenBack}, so nothing can be taken back.`);
    const undo = await functions.undo({ id: action.id, by, key: "night" });
    // AWS tells of our own change too.
    await bus.put(ruleAdded(functions.clock.now(), groupId(takenBack), `arn:${partitionOf(home)}:iam::${account.id}:role/${names.undoRole(wanted.unit)}`), wanted.region);
    await deliver();
    await sweep(wanted.unit, wanted.region);
    return { runs: [...runs.values()], undo, repeated };
  } finally {
    bus.close();
  }
}
