/** What a node group is left with for its time off, and what it is given back. */
import * as z from "zod/mini";
import { type NodeSizes, nodeSizes } from "../../../aws/eks/node-sizes.ts";

const size = z.int().check(z.gte(0));
const sizes = z.object({ min: size, max: size, desired: size });

/**
 * No nodes, and nothing keeps it at more. Its maximum stays: EKS takes none below 1, and one that was
 * lowered would keep a cluster's autoscaler from filling it by day, should it have begun by night.
 */
export const emptySizes = ({ max }: NodeSizes): NodeSizes => ({ min: 0, max, desired: 0 });

export const sameSizes = (a: NodeSizes, b: NodeSizes): boolean =>
  a.min === b.min && a.max === b.max && a.desired === b.desired;

/** @returns what a group had, as the ledger says it; nothing where it says no nodes */
export function readNodeSizes(before: unknown): NodeSizes | undefined {
  const read = sizes.safeParse(before);
  return read.success && read.data.desired > 0 ? read.data : undefined;
}

const asked = z.object({
  scalingConfig: z.object({ minSize: z.literal(0), maxSize: size, desiredSize: z.literal(0) }),
});

/** What a call that was made left of it, where that was nothing. */
export function leftEmpty(input: object): NodeSizes | undefined {
  const read = asked.safeParse(input);
  return read.success ? nodeSizes(read.data.scalingConfig) : undefined;
}
