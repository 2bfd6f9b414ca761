/**
 * Sets the desired count of ECS services to 0 when their schedule says off, and gives them back what
 * they had when it says on, as the ledger says it. What scales a service is suspended first
 * (dynamic scaling in and out, scheduled actions), and gets back what of that was suspended before. A
 * service asks for a schedule of the settings by the tag `nightshift:hours`, whose value is its name;
 * schedules, holidays and the tag by which a person keeps one on for longer are those of
 * `off-hours-instances`.
 *
 * Only what this unit took is given back; a service that had no tasks is not touched. One that
 * somebody scales while its schedule says off runs, and may be scaled again, until that says off the
 * next time. Both are told. One that is being deployed is left for a later look: two versions of it
 * are there.
 *
 * Left alone and named are daemons, for which ECS takes no count, Express services, and those of
 * CloudFormation stacks and others. Deployments by CodeDeploy or by one's own controller are no
 * reason: ECS takes a desired count for these too.
 */
import * as z from "zod/mini";
import { registerScalableTarget } from "../../../aws/application-autoscaling/scalable-target.ts";
import { updateService } from "../../../aws/ecs/service.ts";
import { automation } from "../../../sdk/automation.ts";
import { sweep } from "../../../sdk/unit.ts";
import { schedulesNow } from "../hours-of.ts";
import { lookNotes } from "../notes.ts";
import { proposalByHours } from "../scheduled.ts";
import { hoursTagField, mostADayField, recursWithin, schedulesField } from "../schedules.ts";
import { whyOff, whyOn } from "../why.ts";
import { scaledTo, type TaskCount } from "./counts.ts";
import { serviceNotes } from "./notes.ts";
import { allSuspended, type Suspension, suspendedAs } from "./scaling.ts";
import { isScaling, scalingId, serviceIdOf } from "./scaling-id.ts";
import {
  isToResume,
  isToSuspend,
  type ScheduledService,
  scheduledServices,
  serviceHourReads,
  serviceHours,
} from "./scheduled.ts";
import { type EcsService, everyService, servicesById } from "./service.ts";

/** A service, or what scales it: each is changed, remembered and taken back by itself. */
interface HoursOfService {
  readonly id: string;
  readonly found: ScheduledService;
}

/** What a service has, or what of its scaling is suspended. */
type ServiceState = TaskCount | Suspension;

const none: TaskCount = { desired: 0 };

function* thingsOf(found: ScheduledService): Generator<HoursOfService> {
  const { id } = found.service;
  yield { id, found };
  if (found.scaling) yield { id: scalingId(id), found };
}

function proposalForScaling({ id, found }: HoursOfService, now: Date) {
  const { hours, scaling } = found;
  if (!hours) return undefined;
  if (isToSuspend(found, now))
    return {
      because: `${whyOff(hours)}; nothing is to scale it meanwhile`,
      call: suspendedAs(id, allSuspended),
    };
  if (!scaling?.taken || !isToResume(found, now)) return undefined;
  const { action, before } = scaling.taken;
  const because =
    hours.period.is === "on"
      ? whyOn(hours, { off: undefined, now, pricePerMonth: undefined })
      : "somebody has scaled it, although its schedule says off";
  return { because, call: suspendedAs(id, before), ends: action };
}

export default automation({
  id: serviceHours,
  family: "hours",
  summary: "Scales ECS services to nothing outside the hours of their schedule, and back",
  on: [sweep("cron(0/15 * * * ? *)")],
  config: z.strictObject({
    schedules: schedulesField,
    tag: hoursTagField,
    ofStacks: z
      ._default(z.boolean(), false)
      .check(
        z.describe(
          "Whether services that a CloudFormation stack made are scaled too, as those of the CDK are. Where their template says a desired count, an update of the stack within their time off sets that.",
        ),
      ),
    mostADay: mostADayField,
  }),
  // What scales a service is changed beside it.
  caps: ({ mostADay }) => ({ changes: 2 * mostADay, percent: 100 }),
  recursWithin,
  remembers: [serviceHours],
  reads: serviceHourReads,
  writes: [updateService, registerScalableTarget],
  lost: [
    "The tasks themselves: what lay on their disks only is gone, and new ones are started.",
    "The ids and addresses of its tasks.",
  ],

  async *find({ read, only, config, now, regions, remembered, keptOn, note }) {
    const schedules = schedulesNow(config.schedules, { now, keptOn: await keptOn() });
    const looking = { read, now, config, schedules, remembered, isByName: only !== undefined };
    if (only) {
      const asked = new Set(only);
      const services = await servicesById(only.map(serviceIdOf), read);
      for (const found of await scheduledServices(services, looking))
        for (const thing of thingsOf(found)) if (asked.has(thing.id)) yield thing;
      return;
    }
    const { listed } = schedules;
    const there = new Set<string>();
    const asking: EcsService[] = [];
    for await (const service of everyService(read)) {
      there.add(service.id);
      const isTagged = service.tags.some(({ Key }) => Key === config.tag);
      if (isTagged || listed.has(service.id)) asking.push(service);
    }
    const found = await scheduledServices(asking, looking);
    const notes = [
      ...lookNotes({ config, now, regions }, schedules, { there, kind: "service" }),
      ...found.flatMap((each) => serviceNotes(each, now)),
    ];
    for (const text of notes) note(text);
    for (const each of found) yield* thingsOf(each);
  },

  target({ id, found: { service, managed } }) {
    const { tags } = service;
    if (!isScaling(id)) return { id, tags, managed };
    // It has tags of its own, which only IAM looks at: whoever keeps the service keeps what scales it.
    return { id, tags: [], within: { id: service.id, tags }, managed };
  },

  state: ({ id, found: { service, scaling } }): ServiceState =>
    isScaling(id) ? (scaling?.now ?? allSuspended) : { desired: service.desired },

  becomes({ id, found: { hours, countBefore, scaling } }): ServiceState {
    if (isScaling(id)) return scaling?.taken?.before ?? allSuspended;
    return hours?.period.is === "on" && countBefore !== undefined ? { desired: countBefore } : none;
  },

  restore: {
    by: [updateService, registerScalableTarget],
    calls: (before, { target }) =>
      "desired" in before ? scaledTo(target, before.desired) : suspendedAs(target, before),
  },

  propose(thing, { now }) {
    const { id, found } = thing;
    if (isScaling(id)) return proposalForScaling(thing, now);
    const { hours, service, countBefore = 0 } = found;
    const back = hours?.starts ? ", which it gets back" : "";
    return proposalByHours(found, now, {
      stop: () => scaledTo(id, 0),
      start: () => scaledTo(id, countBefore),
      pricePerMonth: undefined,
      aside: `; its desired count is ${service.desired}${back}`,
    });
  },
});
