import {
  CloudFormationClient,
  CreateStackCommand,
  type CreateStackCommandInput,
} from "@aws-sdk/client-cloudformation";
import { CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  LambdaClient,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { wallTimeAt } from "../../../sdk/wall-clock.ts";
import { weekdays } from "../../../sdk/weekdays.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { fileKinds } from "./config.ts";

/** The week began today: no test runs so long that another begins. */
const weekday = weekdays[(new Date().getUTCDay() + 6) % 7] ?? "monday";
export const weekly = { every: "week", weekday, at: "00:00" } as const;

/** Where tests have their accounts. */
export const testRegions = ["eu-central-1", "eu-west-1", "us-east-1"];
export const keyIn = (region: string): string =>
  `arn:aws:kms:${region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

export const bucketIn = ({ account, region }: TestAccount): string => `files-${account}-${region}`;

/** As the unit demands it, unless something else is asked for. */
export async function makeFileBucket(
  aws: TestAccount,
  {
    versions = true,
    blocks = true,
  }: { readonly versions?: boolean; readonly blocks?: boolean } = {},
): Promise<string> {
  const s3 = aws.client(S3Client);
  const Bucket = bucketIn(aws);
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(aws.region !== "us-east-1" && {
        CreateBucketConfiguration: { LocationConstraint: aws.region as "eu-west-1" },
      }),
    }),
  );
  if (versions)
    await s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
  await s3.send(
    new PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: blocks,
        RestrictPublicBuckets: true,
      },
    }),
  );
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    }),
  );
  return Bucket;
}

export async function makeZone(
  aws: TestAccount,
  Name: string,
  records: readonly ResourceRecordSet[] = [],
): Promise<string> {
  const route53 = aws.client(Route53Client);
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name, CallerReference: `${Name} ${aws.account}` }),
  );
  const Id = HostedZone?.Id?.replace("/hostedzone/", "") ?? "";
  const Changes = records.map((ResourceRecordSet) => ({
    Action: "CREATE" as const,
    ResourceRecordSet,
  }));
  if (Changes.length)
    await route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: Id, ChangeBatch: { Changes } }),
    );
  return Id;
}

export const putParameter = (
  aws: TestAccount,
  Name: string,
  Value: string,
  Type: "String" | "SecureString" = "String",
) => aws.client(SSMClient).send(new PutParameterCommand({ Name, Value, Type }));

/** With a parameter that it hides, unless another template is asked for. */
export async function makeStack(
  aws: TestAccount,
  StackName: string,
  more: Partial<CreateStackCommandInput> = {},
): Promise<string> {
  const template = {
    Parameters: { Size: { Type: "String" }, Password: { Type: "String", NoEcho: true } },
    Resources: { Topic: { Type: "AWS::SNS::Topic" } },
  };
  const { StackId = "" } = await aws.client(CloudFormationClient).send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify(template),
      Parameters: [
        { ParameterKey: "Size", ParameterValue: "small" },
        { ParameterKey: "Password", ParameterValue: "hidden-canary" },
      ],
      Tags: [{ Key: "team", Value: "shop" }],
      ...more,
    }),
  );
  return StackId;
}

export interface SeedFunction {
  /** Of a layer that is made for it. */
  readonly layer?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly image?: string;
  /** What its code is; by default its name. */
  readonly code?: string;
}

/** No zip: whoever keeps code does not open it. */
export const codeOfTests = (text: string): Buffer => Buffer.from(`code of ${text}`);

async function roleOfTests(aws: TestAccount): Promise<string> {
  const iam = aws.client(IAMClient);
  const role = { RoleName: "runs-functions" };
  try {
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    const made = await iam.send(new CreateRoleCommand({ ...role, AssumeRolePolicyDocument }));
    return made.Role?.Arn ?? "";
  } catch (error) {
    if (!(error instanceof Error && error.name === "EntityAlreadyExistsException")) throw error;
    return (await iam.send(new GetRoleCommand(role))).Role?.Arn ?? "";
  }
}

export async function makeFunction(
  aws: TestAccount,
  FunctionName: string,
  { layer, variables, image, code = FunctionName }: SeedFunction = {},
): Promise<void> {
  const lambda = aws.client(LambdaClient);
  const Role = await roleOfTests(aws);
  const content = { ZipFile: codeOfTests(layer ?? "") };
  const published =
    layer &&
    (await lambda.send(new PublishLayerVersionCommand({ LayerName: layer, Content: content })));
  await lambda.send(
    new CreateFunctionCommand({
      ...{ FunctionName, Role },
      ...(image
        ? { PackageType: "Image", Code: { ImageUri: image } }
        : {
            ...{ Runtime: "nodejs24.x", Handler: "index.handler" },
            Code: { ZipFile: codeOfTests(code) },
          }),
      ...(variables && { Environment: { Variables: { ...variables } } }),
      ...(published && { Layers: [published.LayerVersionArn ?? ""] }),
    }),
  );
}

/** By key, what each file holds. */
export async function filesIn(aws: TestAccount, Bucket = bucketIn(aws)) {
  const s3 = aws.client(S3Client);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const found = new Map<string, string>();
  for (const { Key = "" } of Contents) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    found.set(Key, (await Body?.transformToString()) ?? "");
  }
  return found;
}

/** The slot that now lies in, of the fixture's plan. */
export const slotOfToday = (): string =>
  new Date(wallTimeAt(new Date(), "UTC")).toISOString().slice(0, 10);

const below = /^nightshift-files\/\d{12}\/[a-z0-9-]+\/([a-z]+)\/(.*)$/;

export const fixture: AutomationFixture = {
  settings: {
    config: {
      ...weekly,
      kinds: [...fileKinds],
      buckets: testRegions.map((region) => ({
        region,
        bucket: "files-{account}-{region}",
        key: keyIn(region),
      })),
    },
  },
  async seed(aws) {
    const Bucket = await makeFileBucket(aws);
    await putParameter(aws, "/shop/url", "https://shop.example.com");
    await putParameter(aws, "/shop/token", "a secret", "SecureString");
    await makeZone(aws, "example.com", [
      { Name: "www.example.com", Type: "A", TTL: 60, ResourceRecords: [{ Value: "192.0.2.1" }] },
    ]);
    await makeStack(aws, "shop");
    await makeFunction(aws, "checkout", { layer: "common", variables: { TOKEN: "a secret" } });
    // They look alike: what others keep in the bucket, and a set whose manifest is another's.
    const s3 = aws.client(S3Client);
    const folder = `nightshift-files/${aws.account}/${aws.region}/queues/${slotOfToday()}`;
    for (const Key of ["zones/manifest.json", `${folder}/manifest.json`])
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: "another's" }));
  },
  async look(aws) {
    const found: Record<string, unknown> = { "zones/manifest.json": null };
    for (const [key, content] of await filesIn(aws)) {
      const [, kind, rest = ""] = below.exec(key) ?? [];
      if (kind === undefined) found[key] = content;
      else if (kind === "queues") found.queues = content;
      else if (rest.endsWith("/manifest.json"))
        found[kind] = (JSON.parse(content) as { things: number }).things;
    }
    const none = Object.fromEntries(fileKinds.map((kind) => [kind, "none"]));
    return { ...none, ...found };
  },
  wrong: [...fileKinds],
  held: {},
};
