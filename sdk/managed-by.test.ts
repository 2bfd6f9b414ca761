import { describe, expect, test } from "vitest";
import { managedBy } from "./managed-by.ts";

/** What AWS alone can write, in the order in which it is asked for. */
const written = [
  ["aws:autoscaling:groupName", "the Auto Scaling group x"],
  ["aws:eks:cluster-name", "the EKS cluster x"],
  ["aws:ecs:clusterName", "ECS x"],
  ["aws:ecs:serviceName", "ECS x"],
  ["aws:servicecatalog:provisionedProductArn", "the Service Catalog product x"],
  ["aws:elasticmapreduce:job-flow-id", "the EMR cluster x"],
  ["aws:ec2:fleet-id", "the EC2 fleet x"],
  ["aws:ec2spot:fleet-request-id", "the spot fleet x"],
  ["aws:cloudformation:stack-name", "the CloudFormation stack x"],
] as const;
const claimed = [
  ["eks:cluster-name", "the EKS cluster x"],
  ["eks:nodegroup-name", "the EKS node group x"],
  ["k8s.io/cluster/prod", "Kubernetes x"],
  ["kubernetes.io/cluster/prod", "Kubernetes x"],
  ["elbv2.k8s.aws/cluster", "Kubernetes x"],
  ["ingress.k8s.aws/stack", "Kubernetes x"],
  ["service.k8s.aws/stack", "Kubernetes x"],
  ["kubernetes.io/service-name", "the Kubernetes service x"],
  ["karpenter.sh/nodepool", "Karpenter x"],
  ["karpenter.sh/provisioner-name", "Karpenter x"],
  ["AmazonECSManaged", "ECS x"],
  ["elasticbeanstalk:environment-name", "the Elastic Beanstalk environment x"],
  ["AWSRDSCustom", "RDS Custom x"],
  ["AWSElasticDisasterRecoveryManaged", "Elastic Disaster Recovery x"],
  ["AWSApplicationMigrationServiceManaged", "Application Migration Service x"],
] as const;

describe.each([...written, ...claimed])("%s", (Key, by) => {
  test("says who manages it", () =>
    expect(
      managedBy([
        { Key: "Name", Value: "x" },
        { Key, Value: "x" },
      ]),
    ).toBe(by));
  test("counts by its whole name", () => {
    expect(managedBy([{ Key: `my-${Key}`, Value: "x" }])).toBeUndefined();
    // Of a cluster's tag the end is the cluster's name.
    expect(managedBy([{ Key: `${Key}-2`, Value: "x" }])).toBe(
      Key.includes("/cluster/") ? by : undefined,
    );
  });
});

test("a cluster's tag without a cluster names none", () =>
  expect(managedBy([{ Key: "kubernetes.io/cluster/", Value: "x" }])).toBeUndefined());

test("what AWS alone writes comes first", () => {
  const all = [...claimed, ...written].map(([Key]) => ({ Key, Value: "x" }));
  expect(managedBy(all)).toBe("the Auto Scaling group x");
});

describe("where whoever it is about can also tag", () => {
  test.each(written)("%s counts", (Key, by) =>
    expect(managedBy([{ Key, Value: "x" }], { unforgeable: true })).toBe(by),
  );
  test.each(claimed)("%s does not", (Key) =>
    expect(managedBy([{ Key, Value: "x" }], { unforgeable: true })).toBeUndefined(),
  );
});

test.each(["true", "owned", "shared", "", undefined])(
  "a value that names nothing is left out: %o",
  (Value) => {
    expect(managedBy([{ Key: "AmazonECSManaged", ...(Value !== undefined && { Value }) }])).toBe(
      "ECS",
    );
  },
);
test.each(["untrue", "owned-by-us", "shared1"])(
  "a name that looks like such a value is shown: %s",
  (Value) => {
    expect(managedBy([{ Key: "AmazonECSManaged", Value }])).toBe(`ECS ${Value}`);
  },
);

test("what has no tags, or tags without a name, nobody manages", () => {
  expect(managedBy(undefined)).toBeUndefined();
  expect(managedBy([{ Value: "x" }])).toBeUndefined();
});
