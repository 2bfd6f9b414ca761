/** How many nodes a managed node group has, and how it is called. */
import { updateNodegroupConfig } from "./node-group.ts";

/** As EKS has them. */
export interface NodeSizes {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
}

/** As EKS itself says them. */
interface ScalingConfig {
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  readonly desiredSize?: number | undefined;
}

export const nodeSizes = ({
  minSize = 0,
  maxSize = 0,
  desiredSize = 0,
}: ScalingConfig): NodeSizes => ({ min: minSize, max: maxSize, desired: desiredSize });

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
