import { createHash } from "node:crypto";
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  PutImageCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { days } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

const imageType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

const digestOf = (text: string): string =>
  `sha256:${createHash("sha256").update(text).digest("hex")}`;

interface Seeded {
  readonly repository: string;
  readonly tag?: string;
  /** Names of the images that it names: it is an index. */
  readonly parts?: readonly string[];
}

/** By name; what an index names comes before it. */
const images: Readonly<Record<string, Seeded>> = {
  "left over": { repository: "web" },
  "left over too": { repository: "web" },
  "old for arm": { repository: "web" },
  "old for x86": { repository: "web" },
  "old index": { repository: "web", parts: ["old for arm", "old for x86"] },
  "new for arm": { repository: "web" },
  "new for x86": { repository: "web" },
  "new index": { repository: "web", tag: "v2", parts: ["new for arm", "new for x86"] },
  "of an index with a tag": { repository: "web", tag: "v1" },
  "pulled lately": { repository: "web" },
  "of a task definition": { repository: "web" },
  "of a task definition by its tag": { repository: "web", tag: "stable" },
  "of a running task": { repository: "web" },
  "of a service": { repository: "web" },
  "of a function": { repository: "web" },
  "of a repository with a policy": { repository: "ruled" },
  "of a repository that lets others in": { repository: "shared" },
  exempt: { repository: "kept" },
};

const manifestOf = (name: string): string => {
  const parts = images[name]?.parts;
  if (!parts)
    return JSON.stringify({
      mediaType: imageType,
      layers: [{ digest: digestOf(`layer ${name}`) }],
    });
  const manifests = parts.map((part) => ({ digest: digestOf(manifestOf(part)) }));
  return JSON.stringify({ mediaType: indexType, manifests });
};

export const digestNamed = (name: string): string => digestOf(manifestOf(name));

async function makeRepositories(aws: TestAccount): Promise<void> {
  const ecr = aws.client(ECRClient);
  for (const repositoryName of ["web", "ruled", "shared", "kept"])
    await ecr.send(
      new CreateRepositoryCommand({
        repositoryName,
        ...(repositoryName === "kept" && {
          tags: [{ Key: "nightshift:exempt", Value: "owner=ann@example.com reason=lawyers" }],
        }),
      }),
    );
  const rule = {
    rulePriority: 1,
    selection: {
      tagStatus: "untagged",
      countType: "sinceImagePushed",
      countUnit: "days",
      countNumber: 365,
    },
    action: { type: "expire" },
  };
  await ecr.send(
    new PutLifecyclePolicyCommand({
      repositoryName: "ruled",
      lifecyclePolicyText: JSON.stringify({ rules: [rule] }),
    }),
  );
  const statement = {
    Sid: "pull",
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::210987654321:root" },
    Action: ["ecr:BatchGetImage"],
  };
  await ecr.send(
    new SetRepositoryPolicyCommand({
      repositoryName: "shared",
      policyText: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    }),
  );
}

async function pushImages(aws: TestAccount): Promise<void> {
  for (const [name, { repository, tag, parts }] of Object.entries(images))
    await aws.client(ECRClient).send(
      new PutImageCommand({
        repositoryName: repository,
        imageManifest: manifestOf(name),
        imageManifestMediaType: parts ? indexType : imageType,
        imageDigest: digestNamed(name),
        ...(tag && { imageTag: tag }),
      }),
    );
  await aws.client(ECRClient).send(
    new BatchGetImageCommand({
      repositoryName: "web",
      imageIds: [{ imageDigest: digestNamed("pulled lately") }],
    }),
  );
}

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    },
  ],
});

const registryOf = ({ account, region }: TestAccount): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com`;

/** Each is a new revision of its family. */
async function define(aws: TestAccount, family: string, references: readonly string[]) {
  const { taskDefinition } = await aws.client(ECSClient).send(
    new RegisterTaskDefinitionCommand({
      family,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions: references.map((reference, at) => ({
        name: `container-${at}`,
        image: `${registryOf(aws)}/${reference}`,
        memory: 128,
      })),
    }),
  );
  return taskDefinition?.taskDefinitionArn;
}

const byDigest = (name: string): string => `web@${digestNamed(name)}`;

async function runTasks(aws: TestAccount): Promise<void> {
  const ecs = aws.client(ECSClient);
  await ecs.send(new CreateClusterCommand({ clusterName: "main" }));
  await define(aws, "nightly", [byDigest("of a task definition"), "web:stable"]);
  const { Subnets: [subnet] = [] } = await aws
    .client(EC2Client)
    .send(new DescribeSubnetsCommand({}));
  const place = {
    cluster: "main",
    launchType: "FARGATE" as const,
    networkConfiguration: {
      awsvpcConfiguration: { subnets: [subnet?.SubnetId ?? ""], securityGroups: [] },
    },
  };
  const run = await define(aws, "job", [byDigest("of a running task")]);
  await ecs.send(new RunTaskCommand({ ...place, taskDefinition: run }));
  const served = await define(aws, "web", [byDigest("of a service")]);
  await ecs.send(
    new CreateServiceCommand({
      ...place,
      serviceName: "web",
      taskDefinition: served,
      desiredCount: 0,
    }),
  );
  // Newer revisions name other images than those that are in use.
  await define(aws, "job", ["web:stable"]);
  await define(aws, "web", ["web:stable"]);
}

async function makeFunction(aws: TestAccount): Promise<void> {
  const { Role } = await aws.client(IAMClient).send(
    new CreateRoleCommand({
      RoleName: `of-a-function-${aws.region}`,
      AssumeRolePolicyDocument: trust,
    }),
  );
  await aws.client(LambdaClient).send(
    new CreateFunctionCommand({
      FunctionName: "made-of-an-image",
      PackageType: "Image",
      Role: Role?.Arn,
      Code: { ImageUri: `${registryOf(aws)}/${byDigest("of a function")}` },
    }),
  );
}

export const fixture: AutomationFixture = {
  settings: { irreversible: "act" },
  counted: days(40),
  async seed(aws) {
    await makeRepositories(aws);
    await pushImages(aws);
    await runTasks(aws);
    await makeFunction(aws);
  },
  async look(aws) {
    const there = new Map<string, readonly string[]>();
    for (const repositoryName of ["web", "ruled", "shared", "kept"]) {
      const asked = new DescribeImagesCommand({ repositoryName });
      const { imageDetails = [] } = await aws.client(ECRClient).send(asked);
      for (const { imageDigest = "", imageTags = [] } of imageDetails)
        there.set(imageDigest, imageTags);
    }
    const seen = (name: string) => there.get(digestNamed(name)) ?? "gone";
    return Object.fromEntries(
      Object.entries(images)
        .filter(([name]) => !name.startsWith("old for"))
        .map(([name, { parts = [] }]) => [name, { tags: seen(name), parts: parts.map(seen) }]),
    );
  },
  wrong: ["left over", "left over too", "old index"],
  unused: [
    {
      role: "unit",
      action: "ecs:DescribeServiceRevisions",
      why: "the embedded AWS names no revisions of services",
    },
  ],
  held: {
    exempt: "exemption",
    "of a repository that lets others in": "managed",
  },
};
