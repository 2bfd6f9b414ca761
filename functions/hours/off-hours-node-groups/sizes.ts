/** The sizes of a node group: what is set to nothing for its time off, and given back. */
import * as z from "zod/mini";
import { updateNodegroupConfig } from "../../../aws/eks/node-group.ts";

const size = z.int().check(z.gte(0));
const sizes = z.object({ min: size, max: size, desired: size });

/** As EKS has them. */
export type NodeSizes = z.output<typeof sizes>;

/** As EKS itself says them. */
interface ScalingConfig {
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  readonly desiredSize?: number | undefined;
}

export const nodeSizes = ({ minSize = 0, maxSize = 0, desiredSize = 0 }: ScalingConfig) =>
  ({ min: minSize, max: maxSize, desired: desiredSize }) satisfies NodeSizes;

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

/** `2 of 1 to 4`. */
export const shownNodes = ({ min, max, desired }: NodeSizes): string =>
  `${desired} of ${min} to ${max}`;

const beginning = "nodegroup:";

/** `nodegroup:prod/web`; neither of the two names has a slash. */
export const nodeGroupId = (clusterName: string, nodegroupName: string): string =>
  `${beginning}${clusterName}/${nodegroupName}`;

/** Empty names for what settings and people call otherwise: there is no such group. */
export function nodeGroupNames(id: string) {
  const named = id.startsWith(beginning) ? id.slice(beginning.length) : "";
  const [clusterName = "", nodegroupName = ""] = named.split("/");
  return { clusterName, nodegroupName };
}

/** All three at once, so that none is outside the others. */
export const withNodes = (id: string, { min, max, desired }: NodeSizes) =>
  updateNodegroupConfig({
    ...nodeGroupNames(id),
    scalingConfig: { minSize: min, maxSize: max, desiredSize: desired },
  });
