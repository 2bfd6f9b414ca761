/** Whether Application Auto Scaling may change a service: suspended for its time off, and given back. */
import type { ScalableTarget } from "@aws-sdk/client-application-auto-scaling";
import * as z from "zod/mini";
import {
  describeScalableTargets,
  registerScalableTarget,
} from "../../../aws/application-autoscaling/scalable-target.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { resourceId, serviceIdOf } from "./scaling-id.ts";

const suspension = z.object({ in: z.boolean(), out: z.boolean(), scheduled: z.boolean() });

/** What of its scaling is suspended: scaling in, scaling out, scheduled actions. */
export type Suspension = z.output<typeof suspension>;

export const allSuspended: Suspension = { in: true, out: true, scheduled: true };

export const isAllSuspended = (now: Suspension): boolean => now.in && now.out && now.scheduled;

const suspensionOf = ({ SuspendedState: now = {} }: ScalableTarget): Suspension => ({
  in: now.DynamicScalingInSuspended ?? false,
  out: now.DynamicScalingOutSuspended ?? false,
  scheduled: now.ScheduledScalingSuspended ?? false,
});

/** @returns what was suspended before, as the ledger says it; nothing where there was more to suspend */
export function readSuspension(before: unknown): Suspension | undefined {
  const read = suspension.safeParse(before);
  return read.success && !isAllSuspended(read.data) ? read.data : undefined;
}

const service = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount" } as const;

/** All three at once: what is left out AWS might take for as it was. */
export const suspendedAs = (id: string, now: Suspension) =>
  registerScalableTarget({
    ...service,
    ResourceId: resourceId(serviceIdOf(id)),
    SuspendedState: {
      DynamicScalingInSuspended: now.in,
      DynamicScalingOutSuspended: now.out,
      ScheduledScalingSuspended: now.scheduled,
    },
  });

/** What a request may name. */
const targetsAtOnce = 50;

/** By the ids of services; those that nothing scales are left out. */
export async function suspensionsOf(
  ids: readonly string[],
  read: Reader<readonly [typeof describeScalableTargets]>,
): Promise<ReadonlyMap<string, Suspension>> {
  const found = new Map<string, Suspension>();
  for (const some of chunks(ids, targetsAtOnce)) {
    const ResourceIds = some.map(resourceId);
    for await (const target of read(describeScalableTargets({ ...service, ResourceIds })))
      found.set(serviceIdOf(`scaling:${target.ResourceId}`), suspensionOf(target));
  }
  return found;
}
