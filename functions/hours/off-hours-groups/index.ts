/**
 * Empties Auto Scaling groups when their schedule says off: minimum, maximum and desired size become
 * 0 at once, so that no policy launches anything. When it says on, they get back the sizes that the
 * ledger says they had. A group asks for a schedule of the settings by the tag `nightshift:hours`,
 * whose value is its name; schedules, holidays and the tag by which a person keeps one on for longer
 * are those of `off-hours-instances`.
 *
 * Only what this unit emptied, and nobody has changed since, is filled again. What was scaled while
 * the schedule says off stays as it is until that says off the next time. Both are told.
 *
 * Left alone and named are groups that others manage (EKS, ECS, Beanstalk, stacks), and those whose
 * instances would run on: protected from scaling in, on standby, in a warm pool, or with the process
 * suspended that ends or launches them.
 */
import * as z from "zod/mini";
import {
  describeAutoScalingGroups,
  updateAutoScalingGroup,
} from "../../../aws/autoscaling/group.ts";
import { automation } from "../../../sdk/automation.ts";
import { sweep } from "../../../sdk/unit.ts";
import { schedulesNow } from "../hours-of.ts";
import { hoursNotes, lookNotes } from "../notes.ts";
import { proposalByHours } from "../scheduled.ts";
import { hoursTagField, mostADayField, recursWithin, schedulesField } from "../schedules.ts";
import {
  groupHourReads,
  groupHours,
  groupsNamed,
  isTaggedGroup,
  isThere,
  type ScheduledGroup,
  scheduledGroups,
} from "./scheduled.ts";
import { none, resized, type Sizes, shownSizes, sizesOf } from "./sizes.ts";

const nameOf = ({ group }: ScheduledGroup): string => group.AutoScalingGroupName ?? "";

export default automation({
  id: groupHours,
  family: "hours",
  summary: "Empties Auto Scaling groups outside the hours of their schedule, and fills them again",
  on: [sweep("cron(0/15 * * * ? *)")],
  config: z.strictObject({
    schedules: schedulesField,
    tag: hoursTagField,
    ofStacks: z
      ._default(z.boolean(), false)
      .check(
        z.describe(
          "Whether groups that a CloudFormation stack made are emptied and filled too. Their template says their sizes: an update of the stack within their time off fills them.",
        ),
      ),
    mostADay: mostADayField,
  }),
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  recursWithin,
  remembers: [groupHours],
  reads: groupHourReads,
  writes: [updateAutoScalingGroup],
  lost: [
    "The instances themselves: what lay on their disks only is gone, and new ones are launched.",
    "The ids and addresses of its instances.",
  ],

  async *find({ read, only, config, now, regions, remembered, keptOn, note }) {
    const schedules = schedulesNow(config.schedules, { now, keptOn: await keptOn() });
    const looking = { read, now, config, schedules, remembered };
    if (only) {
      yield* await scheduledGroups(await groupsNamed(only, read), looking);
      return;
    }
    const Filters = [{ Name: "tag-key", Values: [config.tag] }];
    const tagged = await Array.fromAsync(read(describeAutoScalingGroups({ Filters })));
    const listed = await groupsNamed([...schedules.listed.keys()], read);
    const untagged = listed.filter((group) => !isTaggedGroup(group, config.tag));
    const found = await scheduledGroups([...tagged.filter(isThere), ...untagged], looking);
    const there = new Set(listed.map(({ AutoScalingGroupName }) => AutoScalingGroupName));
    const notes = [
      ...lookNotes({ config, now, regions }, schedules, { there, kind: "group" }),
      ...found.flatMap((each) => hoursNotes(each, { name: nameOf(each) })),
    ];
    for (const text of notes) note(text);
    yield* found;
  },

  target: (found) => ({
    id: nameOf(found),
    tags: found.group.Tags ?? [],
    managed: found.managed,
  }),

  state: ({ group }): Sizes => sizesOf(group),

  becomes: ({ hours, sizesBefore }): Sizes | undefined =>
    hours?.period.is === "on" ? sizesBefore : none,

  restore: {
    by: [updateAutoScalingGroup],
    calls: (before, { target }) => resized(target, before),
  },

  propose(found, { now }) {
    const { hours, sizesBefore = none } = found;
    const back = hours?.starts ? ", which it gets back" : "";
    return proposalByHours(found, now, {
      stop: () => resized(nameOf(found), none),
      start: () => resized(nameOf(found), sizesBefore),
      pricePerMonth: undefined,
      aside: `; it has ${shownSizes(sizesOf(found.group))}${back}`,
    });
  },
});
