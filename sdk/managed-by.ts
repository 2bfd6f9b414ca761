/**
 * Who else manages a resource, by its tags: what others manage they would put back, or miss
 * (rule: managed-by-others).
 */

interface Manager {
  readonly tag: RegExp;
  readonly name: string;
}

/** Only AWS itself can write these. */
const written: readonly Manager[] = [
  { tag: /^aws:autoscaling:groupName$/, name: "the Auto Scaling group" },
  { tag: /^aws:eks:cluster-name$/, name: "the EKS cluster" },
  { tag: /^aws:ecs:(clusterName|serviceName)$/, name: "ECS" },
  { tag: /^aws:servicecatalog:provisionedProductArn$/, name: "the Service Catalog product" },
  { tag: /^aws:elasticmapreduce:job-flow-id$/, name: "the EMR cluster" },
  { tag: /^aws:ec2:fleet-id$/, name: "the EC2 fleet" },
  { tag: /^aws:ec2spot:fleet-request-id$/, name: "the spot fleet" },
  { tag: /^aws:cloudformation:stack-name$/, name: "the CloudFormation stack" },
];

/** What a service's agents write like anybody could. */
const claimed: readonly Manager[] = [
  { tag: /^eks:cluster-name$/, name: "the EKS cluster" },
  { tag: /^eks:nodegroup-name$/, name: "the EKS node group" },
  { tag: /^(k8s\.io|kubernetes\.io)\/cluster\/./, name: "Kubernetes" },
  { tag: /^(elbv2|gateway|ingress|service)\.k8s\.aws\/(cluster|stack)$/, name: "Kubernetes" },
  { tag: /^kubernetes\.io\/service-name$/, name: "the Kubernetes service" },
  { tag: /^ebs\.csi\.aws\.com\/cluster$/, name: "the EBS CSI driver" },
  { tag: /^kubernetes\.io\/created-for\/pvc\/name$/, name: "the Kubernetes volume claim" },
  { tag: /^karpenter\.sh\/(nodepool|provisioner-name)$/, name: "Karpenter" },
  { tag: /^AmazonECSManaged$/, name: "ECS" },
  { tag: /^elasticbeanstalk:environment-name$/, name: "the Elastic Beanstalk environment" },
  { tag: /^AWSRDSCustom$/, name: "RDS Custom" },
  { tag: /^AWSElasticDisasterRecoveryManaged$/, name: "Elastic Disaster Recovery" },
  { tag: /^AWSApplicationMigrationServiceManaged$/, name: "Application Migration Service" },
];

type TagList = readonly {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}[];

/**
 * @param options `unforgeable`: count only tags that AWS itself writes; for security, where whoever opens a port can also tag it
 * @returns who, as it reads in "managed by …"; `undefined`: nobody else
 */
export function managedBy(
  tags: TagList | undefined,
  { unforgeable = false } = {},
): string | undefined {
  for (const { tag, name } of unforgeable ? written : [...written, ...claimed]) {
    const found = tags?.find(({ Key }) => tag.test(String(Key)));
    if (!found) continue;
    const saysNothing =
      !found.Value || /^(true|owned|shared|(drs|mgn)\.amazonaws\.com)$/.test(found.Value);
    return saysNothing ? name : `${name} ${found.Value}`;
  }
  return undefined;
}

/** By it what the family `hours` stops and starts names its schedule, unless the settings say another. */
export const hoursTag = "nightshift:hours";

/**
 * What follows a schedule is stopped and started by that.
 * @returns as it reads in "managed by …"; `undefined`: none
 */
export const managedByHours = (tags: TagList | undefined): string | undefined =>
  tags?.some(({ Key }) => Key === hoursTag)
    ? `its schedule of hours, which its tag ${hoursTag} names`
    : undefined;
