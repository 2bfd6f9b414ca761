import {
  CloudFormationClient,
  DeleteStackCommand,
  SetStackPolicyCommand,
} from "@aws-sdk/client-cloudformation";
import { describe, expect, test } from "vitest";
import {
  contentOf,
  manifestsIn,
  openedSets,
  outcomes,
  recordsOf,
  wrongIn,
} from "../../../test/setup/file-sets.ts";
import { refusing, sendStubbed } from "../../../test/setup/stub-clients.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { RecordedCall } from "../../../testing/recorded-call.ts";
import type { WrittenPart } from "./files.ts";
import { makeFileBucket, makeStack } from "./fixture.ts";
import { writeTemplates } from "./templates.ts";

const config = { kinds: ["templates"] };
const opened = (seed: (aws: TestAccount) => Promise<unknown>) =>
  openedSets(
    async (aws) => {
      await makeFileBucket(aws);
      await seed(aws);
    },
    { config },
  );

const topic = { Topic: { Type: "AWS::SNS::Topic" } };
const plain = (more: object = {}) => ({
  TemplateBody: JSON.stringify({ Resources: topic, ...more }),
  Parameters: [],
});

/** The names of a set's files, without the ids of stacks. */
async function namesIn(delivery: Parameters<typeof manifestsIn>[0]) {
  const { manifests } = await manifestsIn(delivery);
  return manifests.flatMap(({ files }) =>
    files.map(({ name }) => name.replace(/\.[0-9a-f]{8}-[0-9a-f-]{27}\./, ".ID.")),
  );
}

test("a stack is its template, what it is, and what makes it again", async () => {
  const delivery = await opened((aws) => makeStack(aws, "shop"));
  const run = await delivery.ended(await delivery.deliver());
  expect(await outcomes(delivery, run)).toEqual([["applied", true]]);
  expect(await wrongIn(delivery)).toEqual([]);
  expect(await namesIn(delivery)).toEqual([
    "shop.ID.create.json",
    "shop.ID.original.template",
    "shop.ID.stack.json",
  ]);
  expect(JSON.parse(await contentOf(delivery, ".create.json"))).toMatchObject({
    StackName: "shop",
    Parameters: [{ ParameterKey: "Size", ParameterValue: "small" }],
    Tags: [{ Key: "team", Value: "shop" }],
  });
});

test("a value that is hidden is named and left out, and no stars are taken for a password", async () => {
  const delivery = await opened((aws) => makeStack(aws, "shop"));
  await delivery.ended(await delivery.deliver());
  const { manifests } = await manifestsIn(delivery);
  expect(manifests).toMatchObject([{ about: "templates", things: 1, leftOut: 1 }]);
  expect(await contentOf(delivery, ".create.json")).not.toContain("**");
  expect(JSON.parse(await contentOf(delivery, ".stack.json")).hidden).toEqual(["Password"]);
});

test("what is made again from the files is the stack", async () => {
  const delivery = await opened(async (aws) => {
    await makeStack(aws, "shop", plain({ Outputs: { Url: { Value: "x" } } }));
    const StackPolicyBody = JSON.stringify({ Statement: [] });
    await aws
      .client(CloudFormationClient)
      .send(new SetStackPolicyCommand({ StackName: "shop", StackPolicyBody }));
  });
  await delivery.ended(await delivery.deliver());
  const input = JSON.parse(await contentOf(delivery, ".create.json"));
  expect(input.StackPolicyBody).toBe('{"Statement":[]}');
  const TemplateBody = await contentOf(delivery, ".original.template");
  await makeStack(delivery.aws, "again", { ...input, StackName: "again", TemplateBody });
  expect(JSON.parse(await contentOf(delivery, ".stack.json")).Stack.Outputs).toMatchObject([
    { OutputKey: "Url" },
  ]);
});

test("a template that macros change is kept before and after", async () => {
  const delivery = await opened((aws) => makeStack(aws, "sam", plain({ Transform: "AWS::Sam" })));
  await delivery.ended(await delivery.deliver());
  expect(await contentOf(delivery, ".original.template")).toContain("Transform");
  expect(await contentOf(delivery, ".processed.template")).not.toContain("Transform");
});

test("a nested stack has its template, and is made again by its parent alone", async () => {
  const delivery = await opened(async (aws) => {
    await makeStack(aws, "parent", plain());
    await makeStack(aws, "child", plain({ Metadata: { NestedIn: "parent" } }));
  });
  await delivery.ended(await delivery.deliver());
  expect(await namesIn(delivery)).toEqual([
    "child.ID.original.template",
    "child.ID.stack.json",
    "parent.ID.create.json",
    "parent.ID.original.template",
    "parent.ID.stack.json",
  ]);
});

test("the tags that CloudFormation puts itself are not asked for again: it would refuse them", async () => {
  const Tags = [
    { Key: "aws:cloudformation:stack-name", Value: "parent" },
    { Key: "team", Value: "shop" },
  ];
  const delivery = await opened((aws) => makeStack(aws, "shop", { ...plain(), Tags }));
  await delivery.ended(await delivery.deliver());
  expect(JSON.parse(await contentOf(delivery, ".create.json")).Tags).toEqual([Tags[1]]);
});

test("a deleted stack is in no set, and another of its name is itself", async () => {
  const delivery = await opened(async (aws) => {
    await makeStack(aws, "shop", plain({ Description: "the first" }));
    const formation = aws.client(CloudFormationClient);
    await formation.send(new DeleteStackCommand({ StackName: "shop" }));
    const { waitUntilStackDeleteComplete } = await import("@aws-sdk/client-cloudformation");
    await waitUntilStackDeleteComplete(
      { client: formation, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.01 } as never,
      { StackName: "shop" },
    );
    await makeStack(aws, "shop", plain({ Description: "the second" }));
  });
  await delivery.ended(await delivery.deliver());
  expect(await namesIn(delivery)).toHaveLength(3);
  expect(await contentOf(delivery, ".original.template")).toContain("the second");
});

test("an account without stacks has a set that says so", async () => {
  const delivery = await opened(async () => {});
  await delivery.ended(await delivery.deliver());
  expect((await manifestsIn(delivery)).manifests).toMatchObject([{ things: 0, files: [] }]);
});

describe("what goes wrong", () => {
  test.each(["DescribeStacks", "GetTemplate", "GetStackPolicy"])(
    "where %s is denied there is no set, and it is told",
    async (operation) => {
      const delivery = await opened((aws) => makeStack(aws, "shop"));
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      const run = await delivery.ended(await delivery.deliver());
      const [failed] = await recordsOf(delivery, run);
      expect(failed).toMatchObject({ outcome: "failed", within: "templates" });
      expect(failed?.error).toContain("AccessDenied");
      expect((await manifestsIn(delivery)).manifests).toEqual([]);
    },
  );

  test("throttled, it waits and goes on", async () => {
    const delivery = await opened((aws) => makeStack(aws, "shop"));
    delivery.proxy.fault(({ service }) => service === "cloudformation", "throttled", { times: 3 });
    await delivery.ended(await delivery.insist());
    expect((await manifestsIn(delivery)).manifests).toHaveLength(1);
  });

  test("another refusal by the code of a stack that is gone is none", async () => {
    const delivery = await opened((aws) => makeStack(aws, "shop"));
    const isAsked = ({ operation }: RecordedCall) => operation === "GetTemplate";
    delivery.proxy.fault(isAsked, "refused:ValidationError");
    const run = await delivery.ended(await delivery.deliver());
    expect(await recordsOf(delivery, run)).toMatchObject([{ outcome: "failed" }]);
  });
});

describe("as CloudFormation answers", () => {
  const StackId = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/0a1b2c3d";
  const stack = { StackId, StackName: "shop", StackStatus: "UPDATE_COMPLETE" };
  const asked = {
    ...{ about: "templates", slot: "2026-11-21", bucket: "files", owner: "123456789012" },
    ...{ folder: "a/", action: "a", run: "r", part: 1, after: null },
  };
  const template = () => ({ TemplateBody: "Resources: {}" });

  test.each(["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"])(
    "what is %s has no template, and is not asked for one",
    (StackStatus) =>
      expect(
        sendStubbed(writeTemplates, asked, {
          DescribeStacks: () => ({ Stacks: [{ ...stack, StackStatus }] }),
          GetTemplate: refusing("ValidationError", "Template not available"),
        }),
      ).resolves.toEqual({ keys: [], next: null, things: 0, leftOut: 0 }),
  );

  test.each(["GetTemplate", "GetStackPolicy"])(
    "a stack that is gone between its listing and %s is in no set",
    (operation) =>
      expect(
        sendStubbed(writeTemplates, asked, {
          DescribeStacks: () => ({ Stacks: [stack], NextToken: "more" }),
          GetTemplate: template,
          [operation]: refusing("ValidationError", `Stack with id ${StackId} does not exist`),
        }),
      ).resolves.toEqual({ keys: [], next: "more", things: 0, leftOut: 0 }),
  );

  test("each is asked for by its id, in whatever state, and YAML stays as it was written", async () => {
    const ids: unknown[] = [];
    const put: { readonly Key: string; readonly Body: string }[] = [];
    const yaml = "# why\nResources: {}\n";
    const { keys } = await sendStubbed(writeTemplates, asked, {
      DescribeStacks: () => ({ Stacks: [{ ...stack, StackStatus: "ROLLBACK_FAILED" }] }),
      GetTemplate: ({ StackName }: { readonly StackName: string }) => {
        ids.push(StackName);
        return { TemplateBody: yaml };
      },
      PutObject: (input: { readonly Key: string; readonly Body: string }) => put.push(input),
    });
    expect(ids).toEqual([StackId, StackId]);
    expect(keys).toHaveLength(3);
    expect(put.find(({ Key }) => Key === "a/shop.0a1b2c3d.original.template")?.Body).toBe(yaml);
  });

  test("of 20,000 each is in one file, page by page, and no more than four templates are held", async () => {
    const pages = 200;
    const id = (page: number, at: number) =>
      `arn:aws:cloudformation:eu-west-1:123456789012:stack/s${page}/${page}-${at}`;
    const stacksOf = (page: number) =>
      Array.from({ length: 100 }, (_, at) => ({
        ...{ StackId: id(page, at), StackName: `s${page}`, StackStatus: "CREATE_COMPLETE" },
      }));
    let [held, most] = [0, 0];
    const keys = new Set<string>();
    let after: string | null = null;
    for (let part = 1; part <= pages; part += 1) {
      const next = part === pages ? undefined : `${part + 1}`;
      const step: WrittenPart = await sendStubbed(
        writeTemplates,
        { ...asked, part, after },
        {
          DescribeStacks: ({ NextToken = "1" }: { readonly NextToken?: string }) => {
            expect(NextToken).toBe(`${part}`);
            return { Stacks: stacksOf(part), NextToken: next };
          },
          GetTemplate: ({ TemplateStage }: { readonly TemplateStage: string }) => {
            if (TemplateStage === "Original") held += 1;
            most = Math.max(most, held);
            return template();
          },
          PutObject: ({ Key }: { readonly Key: string }) => {
            if (Key.endsWith(".create.json")) held -= 1;
          },
        },
      );
      for (const key of step.keys) keys.add(key);
      after = step.next;
    }
    expect([keys.size, after, most]).toEqual([3 * 20_000, null, 4]);
  });

  test("two of one name, one deleted and made again meanwhile, have files of their own", async () => {
    const other = { ...stack, StackId: StackId.replace("0a1b2c3d", "9f8e7d6c") };
    const { keys, things } = await sendStubbed(writeTemplates, asked, {
      DescribeStacks: () => ({ Stacks: [stack, other] }),
      GetTemplate: template,
    });
    expect([new Set(keys).size, things]).toEqual([6, 2]);
  });
});
