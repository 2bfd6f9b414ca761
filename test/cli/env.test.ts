/** Environments that end by themselves: made from a template, listed, given more time. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { beforeEach, describe, expect, test } from "vitest";
import { retagEnv } from "../../cli/env/environments.ts";
import { readTtl } from "../../functions/cleanup/stale-environments/ttl.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { cli, file, settingsFor } from "./cli.ts";

let aws: TestAccount;
let settings: string;
beforeEach(async () => {
  aws = await embedded();
  aws.use();
  const units = { "stale-environments": { mode: "ask", config: { role: "ender" } } };
  settings = settingsFor(aws, "act", { units });
});

const env = (...args: readonly string[]) => cli("env", ...args, "--settings", settings);
const stacks = async (): Promise<readonly Stack[]> =>
  (await aws.client(CloudFormationClient).send(new DescribeStacksCommand({}))).Stacks ?? [];
const tagsOf = ({ Tags = [] }: Stack) =>
  Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));

const queue = { Resources: { Queue: { Type: "AWS::SQS::Queue" } } };
const withParameter = { ...queue, Parameters: { Stage: { Type: "String" } } };
const folderOf = (files: Readonly<Record<string, object>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-env-"));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), JSON.stringify(content));
  return folder;
};
const asked = ["--ttl", "3d", "--owner", "ann"] as const;

describe("env create", () => {
  test("makes a stack that carries its end and its owner from birth", async () => {
    const path = file(withParameter);
    const given = ["--name", "demo", "--parameter", "Stage=a=b"];
    const { code, out } = await env("create", path, ...asked, ...given);
    expect(code).toBe(0);
    expect(out).toMatch(/CloudFormation makes demo now, in eu-west-1.*stale-environments tells/s);
    const [stack] = await stacks();
    expect(stack?.StackName).toBe("demo");
    expect(stack && tagsOf(stack)).toEqual({ "nightshift:ttl": "3d", owner: "ann" });
    expect(stack?.Parameters).toEqual([{ ParameterKey: "Stage", ParameterValue: "a=b" }]);
  });

  test("of a folder of the CDK with one template, named after it", async () => {
    const folder = folderOf({ "Shop.template.json": queue, "manifest.json": {} });
    const { code, json } = await env("create", folder, ...asked, "--json");
    expect([code, json.name, json.region]).toEqual([0, "Shop", "eu-west-1"]);
    expect(json.id).toMatch(/:stack\/Shop\//);
  });

  test("says where nothing would end it", async () => {
    const without = settingsFor(aws, "act");
    const { out } = await cli("env", "create", file(queue), ...asked, "--settings", without);
    expect(out).toContain("Nothing ends it: the settings have no stale-environments");
    const units = { "stale-environments": { mode: "act" } };
    const noRole = settingsFor(aws, "act", { units });
    const told = await cli(
      ...["env", "create", file(queue), ...asked, "--name", "second", "--settings", noRole],
    );
    expect(told.out).toContain("has no role of its own");
  });

  test.each<[what: string, args: () => readonly string[], code: number, says: RegExp]>([
    ["no template", () => ["create", ...asked], 2, /which template\?/],
    ["a template that is not there", () => ["create", "no.yaml", ...asked], 2, /does not exist/],
    ["an empty one", () => ["create", file(" "), ...asked], 2, /is empty/],
    ["no TTL", () => ["create", file(queue), "--owner", "ann"], 2, /--ttl is missing/],
    [
      "a malformed TTL",
      () => ["create", file(queue), "--ttl", "3 days", "--owner", "ann"],
      2,
      /--ttl 3 days is no TTL: right would be/,
    ],
    [
      "a TTL that is over",
      () => ["create", file(queue), "--ttl", "2020-01-01", "--owner", "ann"],
      2,
      /is over already/,
    ],
    ["no owner", () => ["create", file(queue), "--ttl", "3d"], 2, /--owner is missing/],
    [
      "an owner that is no tag",
      () => ["create", file(queue), "--ttl", "3d", "--owner", "a;b"],
      2,
      /--owner/,
    ],
    [
      "a name that is none",
      () => ["create", file(queue), ...asked, "--name", "1_x"],
      2,
      /--name 1_x is no name/,
    ],
    [
      "a parameter without a value",
      () => ["create", file(queue), ...asked, "--parameter", "Stage"],
      2,
      /--parameter Stage is not KEY=VALUE/,
    ],
    [
      "a capability that there is not",
      () => ["create", file(queue), ...asked, "--capability", "ADMIN"],
      2,
      /--capability ADMIN is none of/,
    ],
    [
      "a role that is none",
      () => ["create", file(queue), ...asked, "--role-arn", "deployer"],
      2,
      /--role-arn deployer is not the ARN/,
    ],
    [
      "a folder without a template",
      () => ["create", folderOf({}), ...asked],
      2,
      /has no \*\.template\.json/,
    ],
    [
      "a folder with two",
      () => ["create", folderOf({ "A.template.json": {}, "B.template.json": {} }), ...asked],
      2,
      /has 2 templates: name one/,
    ],
    [
      "one too large for a request",
      () => ["create", file({ ...queue, Description: "x".repeat(51_200) }), ...asked],
      1,
      /51200 in a request: `aws cloudformation deploy .*--s3-bucket/,
    ],
    [
      "one that needs assets",
      () => [
        "create",
        folderOf({
          "A.template.json": queue,
          "A.assets.json": {
            files: {
              a: { displayName: "A Template", source: { path: "A.template.json" } },
              b: { displayName: "Code of a function", source: { path: "asset.b" } },
            },
          },
        }),
        ...asked,
      ],
      1,
      /needs 1 assets .*Code of a function.*cdk deploy --tags nightshift:ttl=3d/,
    ],
    [
      "a parameter that is missing",
      () => ["create", file(withParameter), ...asked],
      1,
      /CloudFormation does not take it: Parameters: \[Stage\] must have values/,
    ],
    [
      "roles that nobody agreed to",
      () => ["create", file({ Resources: { Role: { Type: "AWS::IAM::Role" } } }), ...asked],
      1,
      /--capability CAPABILITY_NAMED_IAM/,
    ],
    ["another verb", () => ["destroy", "demo"], 2, /env destroy is not understood/],
  ])("with %s nothing is made, and it says what to do", async (_, args, code, says) => {
    const ended = await env(...args());
    expect(ended.err).toMatch(says);
    expect(ended.code).toBe(code);
    expect(await stacks()).toEqual([]);
  });

  test("where the name is taken it says so", async () => {
    await env("create", file(queue), ...asked, "--name", "demo");
    const { code, err } = await env("create", file(queue), ...asked, "--name", "demo");
    expect([code, err]).toEqual([1, expect.stringContaining("give another name with --name")]);
    expect(await stacks()).toHaveLength(1);
  });
});

describe("env list", () => {
  const tagged = (StackName: string, ttl: string) =>
    aws.client(CloudFormationClient).send(
      new CreateStackCommand({
        StackName,
        TemplateBody: JSON.stringify(queue),
        Tags: [{ Key: "nightshift:ttl", Value: ttl }],
      }),
    );

  test("none is no failure", async () => {
    const { code, out } = await env("list");
    expect([code, out]).toEqual([0, expect.stringContaining("No stack has the tag")]);
  });

  test("the one that ends first stands first", async () => {
    await tagged("late", "9d");
    await env("create", file(queue), ...asked, "--name", "soon");
    const { code, json } = await env("list", "--json");
    expect(code).toBe(0);
    expect(
      json.environments.map(({ name, owner }: Record<string, string>) => [name, owner]),
    ).toEqual([
      ["soon", "ann"],
      ["late", null],
    ]);
    const { out } = await env("list");
    expect(out).toMatch(/NAME\s+ENDS \(UTC\)\s+OWNER\s+STATUS\s+REGION/);
  });

  test("one whose time is none is shown first, and it exits with 3", async () => {
    await tagged("fine", "9d");
    await tagged("odd", "nine days");
    const { code, out } = await env("list");
    expect(code).toBe(3);
    expect(out.split("\n")[1]).toMatch(/^odd\s+never: "nine days" is no TTL/);
  });
});

describe("env extend", () => {
  test("adds to where its time ends, and keeps its other tags", async () => {
    await env("create", file(queue), ...asked, "--name", "demo");
    const before = (await env("list", "--json")).json.environments[0];
    const { code, json } = await env("extend", "demo", "--ttl", "2d", "--json");
    expect(code).toBe(0);
    expect(new Date(json.end).getTime() - new Date(before.end).getTime()).toBe(2 * 86_400_000);
    const [stack] = await stacks();
    expect(stack && tagsOf(stack)).toEqual({ "nightshift:ttl": json.ttl, owner: "ann" });
  });

  test.each<[what: string, args: readonly string[], code: number, says: RegExp]>([
    ["no name", ["extend", "--ttl", "2d"], 2, /which environment\?/],
    ["no time", ["extend", "demo"], 2, /--ttl is missing/],
    ["a malformed one", ["extend", "demo", "--ttl", "soon"], 2, /is no TTL/],
    ["an unknown name", ["extend", "other", "--ttl", "2d"], 1, /no stack other has the tag/],
    ["one that is sooner", ["extend", "demo", "--ttl", "2030-01-01"], 2, /would end demo sooner/],
  ])("with %s nothing is changed", async (_, args, code, says) => {
    await env("create", file(queue), "--ttl", "2031-01-01", "--owner", "ann", "--name", "demo");
    const ended = await env(...args);
    expect(ended.err).toMatch(says);
    expect(ended.code).toBe(code);
    expect((await stacks()).map(tagsOf)[0]).toMatchObject({ "nightshift:ttl": "2031-01-01" });
  });

  test("where CloudFormation does not update it, it says what keeps it", async () => {
    const stuck = { ...queue, Metadata: { Undeletable: { Queue: "it is in use" } } };
    await env("create", file(stuck), ...asked, "--name", "demo");
    const formation = aws.client(CloudFormationClient);
    await formation.send(new DeleteStackCommand({ StackName: "demo" }));
    await stacks();
    const { code, err } = await env("extend", "demo", "--ttl", "2d");
    expect(code).toBe(1);
    expect(err).toMatch(/does not update demo: .*can not be updated.*nightshift exempt arn:/s);
  });
});

test("more time never reads parameters of Parameter Store anew: an update could replace machines", async () => {
  const stack = {
    StackId: "arn:1",
    StackName: "demo",
    Parameters: [{ ParameterKey: "Image", ParameterValue: "/ami", ResolvedValue: "ami-1" }],
  } as Stack;
  const clients = { get: () => expect.fail("CloudFormation was asked") } as never;
  const listed = { region: "eu-west-1", stack, text: "3d", ttl: readTtl("3d", new Date()) };
  await expect(retagEnv({ clients }, { ...listed, owner: "ann" }, {})).rejects.toThrow(
    "would read Image anew from Parameter Store",
  );
});
