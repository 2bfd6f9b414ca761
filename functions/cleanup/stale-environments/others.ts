/** Stacks that are nobody's environment, whatever tag they carry: services and tools made them. */
import type { Stack } from "@aws-sdk/client-cloudformation";

interface StackMaker {
  readonly name: string;
  readonly byName?: RegExp;
  readonly byTag?: RegExp;
  readonly byDescription?: RegExp;
}

const makers: readonly StackMaker[] = [
  { name: "Nightshift", byTag: /^nightshift:deployment$/ },
  {
    name: "the bootstrap of the CDK, which every CDK app of this region needs",
    byName: /^CDKToolkit/,
    byDescription: /resources needed to deploy AWS CDK apps/,
  },
  {
    name: "the SAM CLI, which its deployments need",
    byName: /^aws-sam-cli-managed-/,
    byTag: /^ManagedStackSource$/,
  },
  { name: "a StackSet, whose instance it is", byName: /^StackSet-/ },
  { name: "Service Catalog", byName: /^SC-\d{12}-/, byTag: /^aws:servicecatalog:/ },
  {
    name: "Control Tower",
    byName: /^(AWSControlTower|aws-controltower|AWS-Control-Tower)/i,
    byTag: /^aws-control-tower/,
  },
  {
    name: "Elastic Beanstalk",
    byName: /^awseb-/,
    byTag: /^elasticbeanstalk:environment-(id|name)$/,
  },
  { name: "eksctl", byTag: /^(alpha|eksctl)\.(eksctl\.io|cluster\.k8s\.io)\// },
  { name: "Cloud9", byName: /^aws-cloud9-/, byTag: /^aws:cloud9:/ },
  { name: "Amplify", byTag: /^amplify:/ },
  { name: "a quick setup of the Systems Manager", byName: /^AWS-QuickSetup-/ },
  { name: "AWS", byTag: /^aws:(?!cloudformation:)/ },
];

/** @returns who made it, as it reads in "it is left alone on account of …"; nothing: a person */
export function makerOf({
  StackName = "",
  Description = "",
  Tags = [],
}: Stack): string | undefined {
  return makers.find(
    ({ byName, byTag, byDescription }) =>
      byName?.test(StackName) ||
      byDescription?.test(Description) ||
      Tags.some(({ Key = "" }) => byTag?.test(Key)),
  )?.name;
}
