/**
 * Stops instances when their schedule says off, and starts them again when it says on. An instance
 * asks for a schedule of the settings by the tag `nightshift:hours`, whose value is its name.
 *
 * Only what this unit stopped is started again, as the ledger says it; what a person stopped stays
 * stopped, and is told. What a person started while the schedule says off runs until it says off the
 * next time, and is told. A person keeps one on for longer by the tag `nightshift:hours-on-until`,
 * whose value is a time by the schedule's clocks, like `2026-11-21T22:00`; within its time off it is
 * started for that.
 *
 * Whatever is not understood stops nothing: a schedule that there is not, a time that is none, a
 * start that AWS does not tell. It is held and told. Left alone and named are those that others
 * manage (groups, clusters, stacks), spot instances, local disks, and stop protection. Stopping
 * keeps the volumes; one that was launched to hibernate hibernates.
 */
import * as z from "zod/mini";
import { describeInstances, startInstances, stopInstances } from "../../../aws/ec2/instance.ts";
import { pricePerMonthOf } from "../../../aws/ec2/instance-price.ts";
import { priceSource } from "../../../aws/pricing/prices.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { sweep } from "../../../sdk/unit.ts";
import { schedulesNow } from "../hours-of.ts";
import { ofStacksField } from "../looking.ts";
import { goneNotes, hoursNotes, scheduleNotes } from "../notes.ts";
import { proposalByHours } from "../scheduled.ts";
import { hoursTagField, mostADayField, recursWithin, schedulesField } from "../schedules.ts";
import {
  instancesNamed,
  isRunning,
  isTagged,
  type ScheduledInstance,
  scheduledOf,
  scheduleReads,
  self,
  thereStill,
  toldInstance,
} from "./scheduled.ts";

/** What it is, and whether it sleeps with its memory. */
interface RunState {
  readonly state: "running" | "stopped";
  readonly hibernates?: true;
}

const hibernation = ({ instance }: ScheduledInstance) =>
  instance.HibernationOptions?.Configured ? { hibernates: true as const } : {};

const stopOf = (InstanceId: string, { hibernates }: Pick<RunState, "hibernates">) =>
  stopInstances({ InstanceIds: [InstanceId], ...(hibernates && { Hibernate: true }) });

/** Instances that are looked at together. */
const instancesAtOnce = 500;

export default automation({
  id: self,
  family: "hours",
  summary: "Stops EC2 instances outside the hours of their schedule, and starts them again",
  on: [sweep("cron(0/15 * * * ? *)")],
  config: z.strictObject({
    schedules: schedulesField,
    tag: hoursTagField,
    ofStacks: ofStacksField("instances"),
    mostADay: mostADayField,
  }),
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  recursWithin,
  remembers: [self],
  reads: scheduleReads,
  writes: [stopInstances, startInstances],
  lost: [
    "Its public IPv4 address, unless that is an Elastic IP.",
    "What was in memory only, unless it hibernates.",
  ],

  async *find({ read, pages, only, config, now, regions, remembered, keptOn, note }) {
    const schedules = schedulesNow(config.schedules, { now, keptOn: await keptOn() });
    const looking = { read, now, config, schedules, remembered };
    const tell = (found: readonly ScheduledInstance[]): void => {
      for (const each of found) for (const text of hoursNotes(each, toldInstance(each))) note(text);
    };
    if (only) {
      yield* await instancesNamed(only, looking);
      return;
    }
    for (const text of scheduleNotes(config.schedules, schedules, now)) note(text);
    const Filters = [{ Name: "tag-key", Values: [config.tag] }, thereStill];
    for await (const page of pages(describeInstances({ Filters }), instancesAtOnce))
      for (const some of chunks(page, instancesAtOnce)) {
        const scheduled = await scheduledOf(some, looking);
        tell(scheduled);
        yield* scheduled;
      }
    const listed = await instancesNamed([...schedules.listed.keys()], looking);
    // In several regions each would miss what lies in the others.
    const there = new Set(listed.map(({ instance }) => instance.InstanceId));
    if (regions.length === 1)
      for (const text of goneNotes(schedules.listed, there, "instance")) note(text);
    const untagged = listed.filter((each) => !isTagged(each, config.tag));
    tell(untagged);
    yield* untagged;
  },

  target: ({ instance, managed }) => ({
    id: instance.InstanceId,
    tags: instance.Tags ?? [],
    managed,
  }),

  // On its way counts as arrived: undo compares what was decided, not how far it has come.
  state: (found): RunState => ({
    state: isRunning(found.instance) ? "running" : "stopped",
    ...hibernation(found),
  }),

  becomes: (found): RunState => ({
    state: found.hours?.period.is === "on" ? "running" : "stopped",
    ...hibernation(found),
  }),

  restore: {
    by: [startInstances, stopInstances],
    calls: (before, { target }) =>
      before.state === "running"
        ? startInstances({ InstanceIds: [target] })
        : stopOf(target, before),
  },

  propose(found, { now, region }) {
    const { instance } = found;
    const InstanceId = instance.InstanceId ?? "";
    const pricePerMonth = pricePerMonthOf(instance, region);
    return proposalByHours(found, now, {
      stop: () => stopOf(InstanceId, hibernation(found)),
      start: () => startInstances({ InstanceIds: [InstanceId] }),
      pricePerMonth,
      source: pricePerMonth === undefined ? undefined : priceSource(region, "ec2"),
    });
  },
});
