/**
 * What happens in the night: events over the bus of their region, alarms over a topic and directly,
 * the schedules' slots, and a person who wants something back.
 */
import type { Configured } from "../../cli/bundle/units.ts";
import type { RunResult } from "../../ledger/result.ts";
import { forwarded } from "../../lib/forwarding.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { arnsOf } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import { regionsOf } from "../../settings/statements.ts";
import { createBus } from "../bus.ts";
import { madeTonight } from "../seed/log-groups.ts";
import { openedTonight, takenBack } from "../seed/rules.ts";
import type { SeededAccount } from "../seed/thing.ts";
import type { Seeded } from "../seed.ts";
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
import type { Functions } from "./functions.ts";

export interface NightStory {
  /** In the order in which they ended, each once. */
  readonly runs: readonly RunResult[];
  readonly undo: RunResult | undefined;
  /** Deliveries that repeated a finished run. */
  readonly repeated: number;
  /** What could not be carried out at all. */
  readonly troubles: readonly string[];
}

/** @param by the ARN of whoever runs the night */
export async function spend(
  account: SeededAccount,
  { settings, units }: Configured,
  seeded: Seeded,
  functions: Functions,
  by: string,
  say: (text: string) => void,
): Promise<NightStory> {
  const [home = "", other = home] = account.regions;
  const runs = new Map<string, RunResult>();
  let repeated = 0;
  const keep = (results: readonly RunResult[]) => {
    for (const result of results)
      if (runs.has(result.id)) repeated += 1;
      else runs.set(result.id, result);
  };
  const troubles: string[] = [];
  /** One function that fails does not end the night. */
  async function unit(id: string, region: string, payload: unknown): Promise<void> {
    try {
      keep(await functions.unit(id, region, payload));
    } catch (error) {
      troubles.push(`${id} in ${region} failed: ${inOneLine(error)}`);
    }
  }
  const groupId = (name: string): string => seeded.groups.get(name) ?? "";
  const patternsOf = (some: typeof units) =>
    some.flatMap(({ on }) =>
      on.flatMap((trigger) => (trigger.kind === "event" ? [trigger.pattern] : [])),
    );
  // All signals are one function, and have its rules together.
  const listeners = [
    {
      unit: "signals",
      patterns: forwarded(
        patternsOf(units.filter(({ kind, enabled }) => kind === "signal" && enabled)),
      ),
    },
    ...units
      .filter(({ kind }) => kind !== "signal")
      .map((one) => ({ unit: one.id, patterns: patternsOf([one]) })),
  ];
  const bus = await createBus({ endpoint: account.endpoint, regions: account.regions, listeners });

  /**
   * Hands over what lies in the queues. EventBridge, SNS and Lambda may each deliver twice: here
   * they do.
   */
  async function deliver(): Promise<void> {
    for (const region of account.regions)
      for (const { unit: of, payload } of await bus.receive(region))
        for (const _ of ["once", "again"])
          if (of === "sns" || of === "signals") await functions.signals(payload);
          else await unit(of, region, payload);
  }

  async function sweep(id: string, region: string): Promise<void> {
    for (const [index, trigger] of (units.find((one) => one.id === id)?.on ?? []).entries()) {
      if (trigger.kind !== "sweep") continue;
      const schedule = arnsOf(settings, { account: account.id }).schedule(
        namesOf(settings).schedule(id, index, region),
      );
      await unit(id, region, {
        kind: "slot",
        region,
        schedule,
        slot: functions.clock.now().toISOString(),
        sweep: index,
      });
    }
  }

  async function takeBack(): Promise<RunResult | undefined> {
    const wanted = seeded.things.find(({ expected }) => expected === "taken back");
    const action = [...runs.values()].flatMap(({ region, actions }) =>
      actions.filter(({ target }) => region === wanted?.region && target === wanted.id),
    )[0];
    if (!wanted || action?.outcome !== "applied") return undefined;
    const undo = await functions.undo({ id: action.id, by, key: "night" });
    // AWS tells of our own change too.
    const role = arnsOf(settings, { account: account.id }).undoRole(wanted.unit);
    await bus.put(ruleAdded(functions.clock.now(), groupId(takenBack), role), wanted.region);
    await deliver();
    await sweep(wanted.unit, wanted.region);
    return undo;
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
    for (const foreign of [elsewhere, { ...elsewhere, account: account.id, region: "eu-west-1" }])
      await unit("open-ingress", home, foreign);

    say("The night: every unit looks at everything, in each region");
    const slots = units
      .filter(({ enabled, on }) => enabled && on.some(({ kind }) => kind === "sweep"))
      .flatMap((unit) => regionsOf(unit, settings).map((region) => ({ id: unit.id, region })));
    await Promise.all(slots.map(({ id, region }) => sweep(id, region)));

    say(`The morning: somebody needs ${takenBack} back, and the next night leaves it alone`);
    const undo = await takeBack();
    return { undo, runs: [...runs.values()], repeated, troubles };
  } finally {
    bus.close();
  }
}
