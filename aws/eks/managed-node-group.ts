/** Managed node groups of EKS, with as much of them as units judge them by. */
import type { Nodegroup } from "@aws-sdk/client-eks";
import { concurrently } from "../../sdk/concurrently.ts";
import type { Reader } from "../../sdk/unit.ts";
import { listEksClusters, notFoundInEks } from "./cluster.ts";
import { describeNodeGroup, listNodeGroups } from "./node-group.ts";
import { type NodeSizes, nodeGroupId, nodeGroupNames, nodeSizes } from "./node-sizes.ts";

export const nodeGroupListings = [listEksClusters, listNodeGroups, describeNodeGroup] as const;

export interface NodeGroup {
  /** `nodegroup:prod/web`. */
  readonly id: string;
  readonly cluster: string;
  readonly sizes: NodeSizes;
  /** `ACTIVE`, `UPDATING`, … */
  readonly status: string;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly createdAt?: Date | undefined;
  /** The Auto Scaling group behind it. */
  readonly scaledBy?: string | undefined;
  /** Those of its own template alone: of a launch template's EKS tells none. */
  readonly instanceTypes: readonly string[];
  /** What all its nodes are, where that is one type of Linux, on demand: of others nobody knows the price. */
  readonly pricedType?: string | undefined;
  /** What EKS says is wrong with it, one sentence a kind. */
  readonly issues: readonly string[];
  /** It has lost the group behind it: no size of it leads anywhere. */
  readonly isLost: boolean;
}

type Read = Reader<typeof nodeGroupListings>;

/** EKS names with these what a thing belongs to, and here that is the thing itself. */
const ownTags: ReadonlySet<string> = new Set(["eks:cluster-name", "eks:nodegroup-name"]);

/** @returns nothing where it has nodes of several types, of Spot, of Windows, or of a launch template */
export function pricedType({
  instanceTypes = [],
  capacityType,
  amiType,
}: Nodegroup): string | undefined {
  const isPlain = capacityType === "ON_DEMAND" && !amiType?.startsWith("WINDOWS");
  return isPlain && instanceTypes.length === 1 ? instanceTypes[0] : undefined;
}

function known(group: Nodegroup): NodeGroup {
  const { clusterName = "", nodegroupName = "", scalingConfig = {}, tags = {} } = group;
  const issues = group.health?.issues ?? [];
  return {
    id: nodeGroupId(clusterName, nodegroupName),
    cluster: clusterName,
    sizes: nodeSizes(scalingConfig),
    status: group.status ?? "",
    tags: Object.entries(tags)
      .filter(([Key]) => !ownTags.has(Key))
      .map(([Key, Value]) => ({ Key, Value })),
    createdAt: group.createdAt,
    scaledBy: group.resources?.autoScalingGroups?.[0]?.name,
    instanceTypes: group.instanceTypes ?? [],
    pricedType: pricedType(group),
    issues: issues.map(({ code, message }) => `${code}: ${message}`),
    isLost: issues.some(({ code }) => code === "AutoScalingGroupNotFound"),
  };
}

/** How many are asked about at once. */
const concurrency = 4;

/** By their ids: one that is gone, or about to be, is left out. */
export async function nodeGroupsById(ids: readonly string[], read: Read): Promise<NodeGroup[]> {
  const groups = await concurrently(
    [...new Set(ids)].map(nodeGroupNames).filter(({ nodegroupName }) => nodegroupName !== ""),
    async (names) => (await read(describeNodeGroup(names)))?.nodegroup,
    { concurrency },
  );
  return groups.flatMap((group) => (group && group.status !== "DELETING" ? [known(group)] : []));
}

/** None of a cluster that is deleted meanwhile. */
async function idsIn(clusterName: string, read: Read): Promise<string[]> {
  try {
    const names = await Array.fromAsync(read(listNodeGroups({ clusterName })));
    return names.map((name) => nodeGroupId(clusterName, name));
  } catch (error) {
    if (error instanceof Error && error.name === notFoundInEks) return [];
    throw error;
  }
}

/** Of all clusters of the region, one after the other. */
export async function* everyNodeGroup(read: Read): AsyncGenerator<NodeGroup> {
  for await (const cluster of read(listEksClusters({})))
    yield* await nodeGroupsById(await idsIn(cluster, read), read);
}
