/**
 * Empties managed node groups of EKS when their schedule says off: minimum and desired size become 0,
 * and the maximum stays, of which EKS takes none below 1. When it says on, they get back the sizes
 * that the ledger says they had. A group asks for a schedule of the settings by the tag
 * `nightshift:hours`, whose value is its name; schedules, holidays and the tag by which a person keeps
 * one on for longer are those of `off-hours-instances`.
 *
 * Only what this unit emptied, and nobody has changed since, is filled again. What was scaled while
 * the schedule says off, by a person or by the cluster's autoscaler, stays as it is until that says
 * off the next time; in the morning it gets back its minimum. Both are told. One that is being updated
 * is left for a later look.
 *
 * Which pods run on a group's nodes, nothing in AWS tells: they are moved or wait, whosever they are.
 *
 * Left alone and named are groups of stacks and of others, and those of a cluster in which Karpenter
 * runs nodes, or EKS in Auto Mode: these would put new nodes in the place of those that are taken.
 */
import * as z from "zod/mini";
import {
  everyNodeGroup,
  type NodeGroup,
  nodeGroupsById,
} from "../../../aws/eks/managed-node-group.ts";
import { updateNodegroupConfig } from "../../../aws/eks/node-group.ts";
import { type NodeSizes, shownNodes, withNodes } from "../../../aws/eks/node-sizes.ts";
import { automation } from "../../../sdk/automation.ts";
import { sweep } from "../../../sdk/unit.ts";
import { schedulesNow } from "../hours-of.ts";
import { lookNotes } from "../notes.ts";
import { proposalByHours } from "../scheduled.ts";
import { hoursTagField, mostADayField, recursWithin, schedulesField } from "../schedules.ts";
import { whyOn } from "../why.ts";
import { nodeGroupNotes } from "./notes.ts";
import {
  nodeGroupHourReads,
  nodeGroupHours,
  type ScheduledNodeGroup,
  scheduledNodeGroups,
} from "./scheduled.ts";
import { emptySizes } from "./sizes.ts";

function proposalForLack({ group, hours, sizesBefore, lacksSince }: ScheduledNodeGroup, now: Date) {
  if (!hours || !sizesBefore || lacksSince === undefined) return undefined;
  const on = whyOn(hours, { off: undefined, now, pricePerMonth: undefined });
  return {
    because: `${on}; it was scaled within its time off, and gets back what it had: ${shownNodes(sizesBefore)}`,
    call: withNodes(group.id, sizesBefore),
    ends: lacksSince,
  };
}

export default automation({
  id: nodeGroupHours,
  family: "hours",
  summary: "Empties node groups of EKS outside the hours of their schedule, and fills them again",
  on: [sweep("cron(0/15 * * * ? *)")],
  config: z.strictObject({
    schedules: schedulesField,
    tag: hoursTagField,
    ofStacks: z
      ._default(z.boolean(), false)
      .check(
        z.describe(
          "Whether node groups that a CloudFormation stack made are emptied and filled too, as those of eksctl and the CDK are. Where their template says sizes, an update of the stack within their time off sets these.",
        ),
      ),
    besideProvisioners: z
      ._default(z.boolean(), false)
      .check(
        z.describe(
          "Whether node groups are emptied too in clusters where Karpenter runs nodes, or EKS in Auto Mode: these may put new nodes in their place.",
        ),
      ),
    mostADay: mostADayField,
  }),
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  recursWithin,
  remembers: [nodeGroupHours],
  reads: nodeGroupHourReads,
  writes: [updateNodegroupConfig],
  lost: [
    "The nodes themselves: what lay on their disks only is gone, and new ones are launched.",
    "What its pods held in memory. EKS evicts them first, for 15 minutes at most; disruption budgets of theirs do not stop it.",
  ],

  async *find({ read, only, config, now, regions, remembered, keptOn, note }) {
    const schedules = schedulesNow(config.schedules, { now, keptOn: await keptOn() });
    const looking = { read, now, config, schedules, remembered };
    if (only) {
      yield* await scheduledNodeGroups(await nodeGroupsById(only, read), looking);
      return;
    }
    const { listed } = schedules;
    const there = new Set<string>();
    const asking: NodeGroup[] = [];
    for await (const group of everyNodeGroup(read)) {
      there.add(group.id);
      const isTagged = group.tags.some(({ Key }) => Key === config.tag);
      if (isTagged || listed.has(group.id)) asking.push(group);
    }
    const found = await scheduledNodeGroups(asking, looking);
    const notes = [
      ...lookNotes({ config, now, regions }, schedules, { there, kind: "node group" }),
      ...found.flatMap(nodeGroupNotes),
    ];
    for (const text of notes) note(text);
    yield* found;
  },

  target: ({ group: { id, tags }, managed }) => ({ id, tags, managed }),

  state: ({ group }): NodeSizes => group.sizes,

  becomes: ({ group, hours, sizesBefore }): NodeSizes | undefined =>
    hours?.period.is === "on" ? sizesBefore : emptySizes(group.sizes),

  restore: {
    by: [updateNodegroupConfig],
    calls: (before, { target }) => withNodes(target, before),
  },

  propose(found, { now }) {
    const { group, hours, sizesBefore } = found;
    if (found.lacksSince !== undefined) return proposalForLack(found, now);
    const back = hours?.starts ? ", which it gets back" : "";
    return proposalByHours(found, now, {
      stop: () => withNodes(group.id, emptySizes(group.sizes)),
      start: () => withNodes(group.id, sizesBefore ?? group.sizes),
      pricePerMonth: undefined,
      aside: `; it has ${shownNodes(group.sizes)}${back}`,
    });
  },
});
