/**
 * What would put other nodes in the place of those that are taken: EKS itself in Auto Mode, and
 * Karpenter, which is known by the instances that it runs. One that runs none at the moment, and a
 * cluster's autoscaler, nothing in AWS tells of.
 */
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { describeEksCluster } from "../../../aws/eks/cluster.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const provisionerReads = [describeEksCluster, describeInstances] as const;

async function hasKarpenter(cluster: string, read: Reader<typeof provisionerReads>) {
  const Filters = [
    { Name: `tag:kubernetes.io/cluster/${cluster}`, Values: ["*"] },
    { Name: "tag-key", Values: ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"] },
    { Name: "instance-state-name", Values: ["pending", "running"] },
  ];
  for await (const _ of read(describeInstances({ Filters }))) return true;
  return false;
}

/** @returns who, as it reads in "managed by …"; nothing where none is seen */
export async function provisionerOf(
  name: string,
  read: Reader<typeof provisionerReads>,
): Promise<string | undefined> {
  const answer = await read(describeEksCluster({ name }));
  const wouldReplace = `which would put new nodes in place of its own: \`besideProvisioners\` lets it be emptied all the same`;
  if (answer?.cluster?.computeConfig?.enabled) return `the cluster's Auto Mode, ${wouldReplace}`;
  return (await hasKarpenter(name, read)) ? `Karpenter in the cluster, ${wouldReplace}` : undefined;
}
