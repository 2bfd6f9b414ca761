import {
  CloudFormationClient,
  CreateStackCommand,
  type CreateStackCommandInput,
  DeleteStackCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { ttlTag } from "./ttl.ts";

export interface SeededStack {
  readonly template?: object;
  readonly ttl?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly exports?: string;
  readonly imports?: string;
  readonly isProtected?: true;
  readonly withoutRole?: true;
}

const owned = { owner: "ann" };

/** In this order: what imports comes after what it imports. */
const stacks: Readonly<Record<string, SeededStack>> = {
  "feature-a": { ttl: "1d", tags: owned },
  "feature-b": { ttl: "12h", exports: "unused-by-others" },
  "for-a-month": { ttl: "30d", tags: owned },
  "without-a-time": { tags: owned },
  malformed: { ttl: "3 days" },
  "over-before-it-was-made": { ttl: "2019-01-01" },
  "without-a-role": { ttl: "1d", withoutRole: true },
  exempt: { ttl: "1d", tags: { "nightshift:exempt": "owner=ann@example.com reason=demo" } },
  protected: { ttl: "1d", isProtected: true },
  network: { ttl: "1d", exports: "the-network" },
  consumer: { imports: "the-network" },
  CDKToolkit: { ttl: "1d" },
  // Somebody tried to delete it, and CloudFormation could not.
  stuck: {
    ttl: "1d",
    template: {
      Resources: { Files: { Type: "AWS::S3::Bucket" } },
      Metadata: { Undeletable: { Files: "The bucket you tried to delete is not empty" } },
    },
  },
};

const templateOf = (name: string, { exports, imports }: SeededStack): string =>
  JSON.stringify({
    Resources: {
      Queue: {
        Type: "AWS::SQS::Queue",
        Properties: { QueueName: `${name}-${imports ? "of-another" : "queue"}` },
      },
    },
    ...((exports || imports) && {
      Outputs: {
        Queue: {
          Value: imports ? { "Fn::ImportValue": imports } : { Ref: "Queue" },
          ...(exports && { Export: { Name: exports } }),
        },
      },
    }),
  });

export async function makeStack(
  aws: TestAccount,
  name: string,
  seeded: SeededStack,
): Promise<void> {
  const formation = aws.client(CloudFormationClient);
  const tags = { ...seeded.tags, ...(seeded.ttl !== undefined && { [ttlTag]: seeded.ttl }) };
  const input: CreateStackCommandInput = {
    StackName: name,
    TemplateBody: seeded.template ? JSON.stringify(seeded.template) : templateOf(name, seeded),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ...(seeded.isProtected && { EnableTerminationProtection: true }),
    ...(!seeded.withoutRole && { RoleARN: `arn:aws:iam::${aws.account}:role/deployer` }),
  };
  await formation.send(new CreateStackCommand(input));
}

export const fixture: AutomationFixture = {
  settings: { irreversible: "act", config: { role: "ender" } },
  async seed(aws) {
    for (const [name, seeded] of Object.entries(stacks)) await makeStack(aws, name, seeded);
    const formation = aws.client(CloudFormationClient);
    await formation.send(new DeleteStackCommand({ StackName: "stuck" }));
    await formation.send(new DescribeStacksCommand({ StackName: "stuck" }));
  },
  async look(aws) {
    const { Stacks = [] } = await aws
      .client(CloudFormationClient)
      .send(new DescribeStacksCommand({}));
    return Object.fromEntries(
      Stacks.map(({ StackName = "", StackStatus, Tags, EnableTerminationProtection, Outputs }) => [
        StackName,
        { StackStatus, Tags, EnableTerminationProtection, exports: Outputs?.length ?? 0 },
      ]),
    );
  },
  wrong: ["feature-a", "feature-b", "without-a-role"],
  held: {
    exempt: "exemption",
    protected: "managed",
    network: "managed",
    CDKToolkit: "managed",
  },
};
