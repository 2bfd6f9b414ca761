import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  type Stack,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import { holdsAt } from "../../../ledger/holds.ts";
import { after, before, days, hours } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { asUndo } from "../../../test/setup/undo-role.ts";
import { messages, nextSweep, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { fixture, makeStack } from "./fixture.ts";
import unit from "./index.ts";
import { type Environment, environmentsIn } from "./look.ts";
import { makerOf } from "./others.ts";
import { readTtl, ttlExamples, ttlTag } from "./ttl.ts";

const created = new Date("2026-11-01T08:00:00Z");
const now = new Date("2026-11-30T03:00:00Z");

describe("a TTL", () => {
  test.each([
    ["2026-12-01", "2026-12-01T23:59:59.999Z"],
    ["2028-02-29", "2028-02-29T23:59:59.999Z"],
    ["2026-12-01T18:00:00Z", "2026-12-01T18:00:00.000Z"],
    ["2026-12-01T18:00+01:00", "2026-12-01T17:00:00.000Z"],
    ["2026-12-01T18:00-09:30", "2026-12-02T03:30:00.000Z"],
    ["3d", "2026-11-04T08:00:00.000Z"],
    ["12h", "2026-11-01T20:00:00.000Z"],
    ["2w", "2026-11-15T08:00:00.000Z"],
  ])("%s ends at %s", (text, end) =>
    expect(readTtl(text, created)).toEqual({ end: new Date(end) }),
  );

  test.each([
    "",
    " ",
    "3 days",
    "3D",
    "3d ",
    "0d",
    "03d",
    "-3d",
    "1.5d",
    "3",
    "3m",
    "P3D",
    "999999d",
    "99999d",
    "never",
    "true",
    "1764547200",
    "tomorrow",
    "2026-02-30",
    "2027-02-29",
    "2026-13-01",
    "2026-12-1",
    "01.12.2026",
    "12/01/2026",
    "2026/12/01",
    "20261201",
    "2026-12-01 18:00",
    "2026-12-01T18:00",
    "2026-12-01T24:00Z",
    "2026-12-01T18:60Z",
    "2026-02-30T18:00Z",
    "2026-12-01T18:00+15:00",
    "2026-12-01T18:00 CET",
    "2026-12-01T18:00:00.000Z",
    "٣d",
    "2026-12-01\n",
  ])("%j is none, and what would be right is said", (text) => {
    const { end, problem } = readTtl(text, created);
    expect(end).toBeUndefined();
    expect(problem).toBe(`which is no TTL: ${ttlExamples}`);
  });

  test.each([
    ["2026-10-01", /was over before the stack was made/],
    ["2019-01-01T00:00Z", /was over before the stack was made/],
    ["2099-01-01", /more than ten years/],
  ])("%s is what nobody can have meant", (text, problem) =>
    expect(readTtl(text, created).problem).toMatch(problem),
  );
});

const StackId = "arn:aws:cloudformation:eu-central-1:123456789012:stack/demo/1";
const RoleARN = "arn:aws:iam::123456789012:role/deployer";
const stack: Stack = {
  StackId,
  StackName: "demo",
  CreationTime: created,
  StackStatus: "CREATE_COMPLETE",
  RoleARN,
  Tags: [
    { Key: "owner", Value: "ann" },
    { Key: ttlTag, Value: "30d" },
  ],
};
const of = (text: string, more: Partial<Stack> = {}, rest: Partial<Environment> = {}) => ({
  stack: { ...stack, ...more },
  text,
  ttl: readTtl(text, created),
  keptBy: undefined,
  undeleted: [],
  ...rest,
});

describe("what is proposed", () => {
  test("a stack whose time is over in three days, with the time that its owner has", () => {
    const proposal = proposeFor(unit, of("30d"), { now });
    expect(proposal).toEqual({
      because:
        "its time is over on 2026-12-01 08:00 UTC, by its tag nightshift:ttl=30d; what it costs is not known here",
      call: {
        operation: "flow:end-environment",
        kind: "write",
        input: {
          StackId,
          name: "demo",
          tag: ttlTag,
          end: "2026-12-01T08:00:00.000Z",
          livesFor: 30 * 86_400,
          grace: { target: StackId, seconds: 3 * 86_400 },
        },
      },
    });
  });

  test("the same the next hour: nothing in it goes by the clock", () =>
    expect(proposeFor(unit, of("30d"), { now: after(now, hours(30)) })).toEqual(
      proposeFor(unit, of("30d"), { now }),
    ));

  test("one that lives for hours gives its owner all of them", () => {
    const proposal = proposeFor(unit, of("12h"), { now: created });
    expect(proposal?.call.input).toMatchObject({ grace: { seconds: 12 * 3600 } });
  });

  test("one without a role of its own is deleted by that of the settings, in its own partition", () => {
    const id = StackId.replace("arn:aws:", "arn:aws-cn:");
    const found = of("30d", { RoleARN: undefined, StackId: id });
    const proposal = proposeFor(unit, found, { now, config: { role: "ci/ender" } });
    expect(proposal?.call.input).toMatchObject({
      role: "arn:aws-cn:iam::123456789012:role/ci/ender",
    });
    expect(unit.named?.(unit.config.parse({ role: "ci/ender" }))).toEqual({ role: ["ci/ender"] });
    expect(unit.named?.(unit.config.parse({}))).toEqual({ role: [] });
  });

  test("its own role stays its own, whatever the settings name", () => {
    const proposal = proposeFor(unit, of("30d"), { now, config: { role: "ender" } });
    expect(proposal?.call.input).not.toHaveProperty("role");
  });

  test.each<[what: string, found: Environment]>([
    ["whose time is not near", of("60d")],
    ["that is being made", of("30d", { StackStatus: "CREATE_IN_PROGRESS" })],
    ["that is being updated", of("30d", { StackStatus: "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" })],
    ["that is being deleted", of("30d", { StackStatus: "DELETE_IN_PROGRESS" })],
    ["that is only reviewed", of("30d", { StackStatus: "REVIEW_IN_PROGRESS" })],
    ["that rolls back", of("30d", { StackStatus: "UPDATE_ROLLBACK_IN_PROGRESS" })],
    ["without a status", of("30d", { StackStatus: undefined })],
    ["without an id", of("30d", { StackId: undefined })],
    ["that is malformed, but moves", of("x", { StackStatus: "UPDATE_IN_PROGRESS" })],
  ])("one %s waits, or stays", (_, found) =>
    expect(proposeFor(unit, found, { now })).toBeUndefined(),
  );

  test.each(["ROLLBACK_COMPLETE", "CREATE_FAILED", "UPDATE_ROLLBACK_FAILED"] as const)(
    "one that failed as %s goes too",
    (StackStatus) => expect(proposeFor(unit, of("30d", { StackStatus }), { now })).toBeDefined(),
  );

  test.each<[what: string, found: Environment, why: RegExp]>([
    [
      "a malformed tag",
      of("3 days"),
      /^demo is not deleted: its tag nightshift:ttl says "3 days", which is no TTL: right would be a day \(2027-01-31/,
    ],
    ["one that was over before", of("2020-01-01"), /copied with its tag/],
    ["no role", of("30d", { RoleARN: undefined }), /no role of its own.*--role-arn/],
    [
      "a deletion that failed",
      of("30d", { StackStatus: "DELETE_FAILED" }, { undeleted: ["Files (…): not empty"] }),
      /demo was to be deleted, and stays: Files \(…\): not empty\..*--retain-resources/,
    ],
    [
      "a deletion that failed for no resource",
      of("30d", { StackStatus: "DELETE_FAILED", StackStatusReason: "Role is invalid" }),
      /stays: Role is invalid/,
    ],
  ])("%s is told with its remedy, and nothing is proposed", (_, found, why) =>
    expect(() => proposeFor(unit, found, { now })).toThrow(why),
  );
});

test.each<[what: string, more: Partial<Stack>, by: RegExp | undefined]>([
  ["the CDK's bootstrap", { StackName: "CDKToolkit" }, /CDK/],
  ["that of another qualifier", { StackName: "CDKToolkit-dev" }, /CDK/],
  [
    "that under another name",
    {
      StackName: "bootstrap",
      Description:
        "This stack includes resources needed to deploy AWS CDK apps into this environment",
    },
    /CDK/,
  ],
  ["SAM's", { StackName: "aws-sam-cli-managed-default" }, /SAM/],
  ["a StackSet's instance", { StackName: "StackSet-guard-1" }, /StackSet/],
  ["Service Catalog's, by name", { StackName: "SC-123456789012-pp-abc" }, /Service Catalog/],
  [
    "Service Catalog's, by tag",
    { Tags: [{ Key: "aws:servicecatalog:productArn", Value: "x" }] },
    /Service Catalog/,
  ],
  ["Control Tower's", { StackName: "AWSControlTowerBP-VPC-1" }, /Control Tower/],
  ["Beanstalk's", { StackName: "awseb-e-abc-stack" }, /Beanstalk/],
  ["eksctl's", { Tags: [{ Key: "alpha.eksctl.io/cluster-name", Value: "x" }] }, /eksctl/],
  ["Cloud9's", { StackName: "aws-cloud9-me-1" }, /Cloud9/],
  ["Nightshift's", { Tags: [{ Key: "nightshift:deployment", Value: "nightshift" }] }, /Nightshift/],
  ["what AWS tagged otherwise", { Tags: [{ Key: "aws:proton:service", Value: "x" }] }, /AWS/],
  ["a person's", { Tags: [{ Key: "aws:cloudformation:stack-id", Value: "x" }] }, undefined],
  ["a person's called alike", { StackName: "my-CDKToolkit" }, undefined],
])("%s is known", (_, more, by) => {
  const maker = makerOf({ ...stack, Tags: [], ...more });
  if (by) expect(maker).toMatch(by);
  else expect(maker).toBeUndefined();
});

/** Answers from lists; what is asked is remembered. */
function account(stacks: readonly Stack[], imports: Readonly<Record<string, string[] | Error>>) {
  const asked: string[] = [];
  const read = ({ operation, input }: { operation: string; input: { ExportName?: string } }) => {
    asked.push(operation);
    return (async function* () {
      if (operation === "cloudformation:DescribeStacks") yield* stacks;
      if (operation !== "cloudformation:ListImports") return;
      const answer = imports[input.ExportName ?? ""];
      if (answer instanceof Error) throw answer;
      if (answer) yield* answer;
      else
        throw Object.assign(
          new Error(`Export '${input.ExportName}' is not imported by any stack.`),
          {
            name: "ValidationError",
          },
        );
    })();
  };
  return { read: read as never, asked };
}

const looking = { only: undefined, tag: ttlTag, soon: () => true };
const exporting = (ExportName: string) => ({ Outputs: [{ OutputKey: "x", ExportName }] });

describe("what speaks against its end", () => {
  const keptBy = async (stacks: readonly Stack[], imports = {}) => {
    const { read } = account(stacks, imports);
    const found = await Array.fromAsync(environmentsIn(read, looking));
    return found.map((each) => each.keptBy);
  };
  const nested = (more: Partial<Stack>): Stack => ({
    ...stack,
    StackId: "arn:nested",
    StackName: "demo-nested",
    RootId: StackId,
    ParentId: StackId,
    ...more,
  });

  test("an import by another stack", async () =>
    expect(await keptBy([{ ...stack, ...exporting("vpc") }], { vpc: ["shop"] })).toEqual([
      expect.stringMatching(/^the stack shop, which imports its export vpc/),
    ]));

  test("an import of what is nested in it, deeper than one level", async () => {
    const deep = nested({ ParentId: "arn:between", ...exporting("deep") });
    expect(await keptBy([stack, deep], { deep: ["shop"] })).toEqual([
      expect.stringContaining("imports its export deep"),
    ]);
  });

  test("an import within it does not, nor an export that nobody imports", async () => {
    const other = nested(exporting("own"));
    expect(await keptBy([stack, other], { own: ["demo-nested"] })).toEqual([undefined]);
    expect(await keptBy([{ ...stack, ...exporting("free") }])).toEqual([undefined]);
  });

  test("termination protection", async () =>
    expect(await keptBy([{ ...stack, EnableTerminationProtection: true }])).toEqual([
      expect.stringContaining("termination protection"),
    ]));

  test("what is nested is never one itself, whatever its tags, nor what is gone", async () =>
    expect(await keptBy([nested({}), { ...stack, StackStatus: "DELETE_COMPLETE" }])).toEqual([]));

  test("an error is no stack that nobody imports from", async () => {
    const denied = Object.assign(new Error("not authorized"), { name: "AccessDenied" });
    const invalid = Object.assign(new Error("1 validation error"), { name: "ValidationError" });
    for (const error of [denied, invalid])
      await expect(keptBy([{ ...stack, ...exporting("x") }], { x: error })).rejects.toThrow();
  });
});

test("of 20,000 only what carries the tag is held, and only what ends soon is asked about", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => ({
    ...stack,
    ...exporting(`x-${nth}`),
    StackId: `arn:${nth}`,
    Tags: nth % 100 ? [] : stack.Tags,
  }));
  const { read, asked } = account(many, {});
  const soon = (_: unknown, { StackId = "" }: Stack) => StackId.endsWith("000");
  const found = await Array.fromAsync(environmentsIn(read, { ...looking, soon }));
  expect(found).toHaveLength(200);
  expect(
    Object.fromEntries([...Map.groupBy(asked, (x) => x)].map(([x, all]) => [x, all.length])),
  ).toEqual({
    "cloudformation:DescribeStacks": 1,
    "cloudformation:ListImports": 19,
  });
});

async function opened(settings: Partial<UnitSettings> = {}): Promise<TestDelivery> {
  const caps = { changes: 100, percent: 100, floor: 100 };
  const delivery = await open(
    unit,
    fixture.seed,
    { ...fixture.settings, caps, routedTags: ["owner"], ...settings } as never,
    true,
  );
  onTestFinished(() => delivery.close());
  return delivery;
}

async function stacksIn({ aws }: TestDelivery): Promise<ReadonlyMap<string, Stack>> {
  const { Stacks = [] } = await aws
    .client(CloudFormationClient)
    .send(new DescribeStacksCommand({}));
  return new Map(Stacks.map((each) => [each.StackName ?? "", each]));
}

/** Begins the flows, lets something happen while they wait, and carries them to their ends. */
async function ended(
  delivery: TestDelivery,
  meanwhile: (formation: CloudFormationClient, run: string) => Promise<unknown> = async () => {},
) {
  const id = (await stacksIn(delivery)).get("feature-a")?.StackId;
  const run = await delivery.deliver();
  for (let call = 0; call < 6; call += 1) await delivery.flows.carryNext();
  await meanwhile(delivery.aws.client(CloudFormationClient), run.id);
  await delivery.ended(run).catch(() => {});
  const actions = await actionsOf(delivery.store, "unit", unit.id, run.id);
  return { id, run, action: actions.find(({ target }) => target === id) };
}

const toldOf = async (delivery: TestDelivery, text: string) =>
  (await messages(delivery)).filter((message) => JSON.stringify(message).includes(text));

test("it asks first, also in act, and says what is malformed, with what would be right", async () => {
  const delivery = await opened({ irreversible: "ask" });
  expect((await delivery.deliver()).outcome).toBe("waiting");
  expect((await stacksIn(delivery)).has("feature-a")).toBe(true);
  const all = JSON.stringify(await messages(delivery));
  expect(all).toContain('its tag nightshift:ttl says \\"3 days\\"');
  expect(all).toContain("over before the stack was made");
  expect(all).toContain("without-a-role");
  expect(all).toContain("the stack consumer, which imports its export the-network");
});

describe("with its owner's time", { timeout: 600_000 }, () => {
  test("it is told to its owner's channel, waited for, and deleted", async () => {
    const delivery = await opened();
    const began = delivery.host().clock.now();
    const { action } = await ended(delivery);
    expect(action?.outcome).toBe("applied");
    expect(delivery.host().clock.now() >= after(began, days(1))).toBe(true);
    const [told] = await toldOf(delivery, "The environment feature-a is going to be changed");
    expect(told).toMatchObject({
      tags: { owner: ["ann"] },
      facts: {
        owner: "ann",
        "to keep it": expect.stringContaining("npx nightshift env extend feature-a --ttl 7d"),
      },
    });
    const [nobodys] = await toldOf(delivery, "The environment feature-b is going to be changed");
    expect(nobodys?.facts).toMatchObject({ owner: "unknown: it has no tag `owner`" });
    const left = await stacksIn(delivery);
    expect([left.has("feature-a"), left.has("feature-b")]).toEqual([false, false]);
    expect(left.size).toBe(10);
  });

  test("one that has days is told of again on the last one", async () => {
    const delivery = await open(
      unit,
      (aws) => makeStack(aws, "long", { ttl: "3d", tags: { owner: "ann" } }),
      { irreversible: "act" },
      true,
    );
    onTestFinished(() => delivery.close());
    const run = await delivery.deliver();
    await delivery.ended(run);
    const told = await toldOf(delivery, "The environment long is going to be changed");
    expect(told.map(({ facts }) => String(facts?.when).replace(/,.*/, ""))).toEqual([
      "3 days from now",
      "1 day from now",
    ]);
    const [first, second] = told.map(({ at }) => at.getTime());
    expect(((second ?? 0) - (first ?? 0)) / 3_600_000).toBeGreaterThanOrEqual(48);
  });

  const retag = (Value: string) => (formation: CloudFormationClient) =>
    formation.send(
      new UpdateStackCommand({
        StackName: "feature-a",
        UsePreviousTemplate: true,
        Tags: [{ Key: ttlTag, Value }],
      }),
    );
  test.each<[what: string, by: string, Parameters<typeof ended>[1]]>([
    ["another time on its tag", "changed", retag("20d")],
    ["a tag that is no TTL any more", "changed", retag("later")],
    [
      "termination protection",
      "managed",
      (formation) =>
        formation.send(
          new UpdateTerminationProtectionCommand({
            StackName: "feature-a",
            EnableTerminationProtection: true,
          }),
        ),
    ],
  ])("%s keeps it", async (_, by, meanwhile) => {
    const delivery = await opened();
    const { action } = await ended(delivery, meanwhile);
    expect([action?.outcome, action?.held?.by]).toEqual(["held", by]);
    expect((await stacksIn(delivery)).has("feature-a")).toBe(true);
  });

  test("one press keeps it for 90 days, and nothing else is asked", async () => {
    const delivery = await opened();
    const { id, action } = await ended(delivery, async (_, run) => {
      const all = await actionsOf(delivery.store, "unit", unit.id, run);
      const its = (await stacksIn(delivery)).get("feature-a")?.StackId;
      const begun = all.find(({ target }) => target === its);
      await undo(unit, begun?.id ?? "", { by: "ann" }, asUndo(delivery.host()));
    });
    expect(action?.outcome).toBe("held");
    expect((await stacksIn(delivery)).has("feature-a")).toBe(true);
    const hold = (await holdsAt(delivery.store, delivery.place)).find(
      ({ target }) => target === id,
    );
    expect(hold && hold.until > after(delivery.host().clock.now(), days(60))).toBe(true);
  });

  test("a stack that imports from it meanwhile keeps it", async () => {
    const delivery = await opened();
    const id = (await stacksIn(delivery)).get("feature-b")?.StackId;
    const { run } = await ended(delivery, (formation) =>
      formation.send(
        new CreateStackCommand({
          StackName: "late",
          TemplateBody: JSON.stringify({
            Resources: { Queue: { Type: "AWS::SQS::Queue" } },
            Outputs: { Queue: { Value: { "Fn::ImportValue": "unused-by-others" } } },
          }),
        }),
      ),
    );
    const actions = await actionsOf(delivery.store, "unit", unit.id, run.id);
    expect(actions.find(({ target }) => target === id)?.held?.by).toBe("managed");
    expect((await stacksIn(delivery)).has("feature-b")).toBe(true);
  });
});

async function deleting(template: object) {
  const delivery = await open(
    unit,
    (aws) => makeStack(aws, "demo", { ttl: "1h", template }),
    { irreversible: "act" },
    true,
  );
  onTestFinished(() => delivery.close());
  const run = await delivery.deliver();
  await delivery.ended(run).catch(() => {});
  const [action] = await actionsOf(delivery.store, "unit", unit.id, run.id);
  return { delivery, action };
}

const bucket = { Type: "AWS::S3::Bucket" };

test("what could not be deleted is told with the reason, and not tried again", async () => {
  const { delivery, action } = await deleting({
    Resources: { Files: bucket, Queue: { Type: "AWS::SQS::Queue" } },
    Metadata: { Undeletable: { Files: "The bucket you tried to delete is not empty" } },
  });
  expect(action?.outcome).toBe("failed");
  expect(action?.error).toContain(
    "could not delete all of demo: Files (AWS::S3::Bucket demo-files): The bucket you tried to delete is not empty",
  );
  const again = await delivery.deliver({ start: nextSweep(delivery) });
  expect(again.actions).toEqual([]);
  expect(JSON.stringify(again)).toContain("demo was to be deleted, and stays: Files");
});

test("what its template retains is named once the rest is gone", async () => {
  const { delivery, action } = await deleting({
    Resources: {
      Files: { ...bucket, DeletionPolicy: "Retain" },
      Queue: { Type: "AWS::SQS::Queue" },
    },
  });
  expect(action?.outcome).toBe("applied");
  const [told] = await toldOf(delivery, "The environment demo is gone");
  expect(told).toMatchObject({
    title: "The environment demo is gone, and 1 of its resources stay",
    facts: { what: "Files (AWS::S3::Bucket demo-files)" },
  });
});

test("given more time where the deletion was asked for in vain, it stays", async () => {
  const delivery = await open(
    unit,
    (aws) => makeStack(aws, "demo", { ttl: "1d", tags: { owner: "ann" } }),
    fixture.settings,
    true,
  );
  onTestFinished(() => delivery.close());
  let failed = 0;
  const isDelete = ({ operation }: { readonly operation: string }): boolean => {
    if (operation === "DeleteStack") failed += 1;
    return operation === "DeleteStack";
  };
  delivery.proxy.fault(isDelete, "reset");
  const run = await delivery.deliver();
  for (let call = 0; call < 100 && !failed; call += 1)
    await delivery.flows.carryNext().catch(() => {});
  expect(failed).toBeGreaterThan(0);
  await delivery.aws.client(CloudFormationClient).send(
    new UpdateStackCommand({
      StackName: "demo",
      UsePreviousTemplate: true,
      Tags: [{ Key: ttlTag, Value: "30d" }],
    }),
  );
  delivery.proxy.reset();
  await delivery.ended(run).catch(() => {});
  const [action] = await actionsOf(delivery.store, "unit", unit.id, run.id);
  expect([action?.outcome, action?.held?.why]).toEqual([
    "held",
    expect.stringContaining("the time of demo is another by now: nightshift:ttl=30d"),
  ]);
  expect((await stacksIn(delivery)).has("demo")).toBe(true);
});

test("one that somebody deletes while its owner has time is gone, and no failure", async () => {
  const delivery = await opened();
  const { action } = await ended(delivery, async () => {
    const { DeleteStackCommand } = await import("@aws-sdk/client-cloudformation");
    const formation = delivery.aws.client(CloudFormationClient);
    await formation.send(new DeleteStackCommand({ StackName: "feature-a" }));
    await formation
      .send(
        new DescribeStacksCommand({
          StackName: (await stacksIn(delivery)).get("feature-a")?.StackId,
        }),
      )
      .catch(() => {});
  });
  expect(action?.outcome).not.toBe("failed");
});

test.each(["DescribeStacks", "ListImports"])(
  "where %s is denied nothing is deleted: an error is no empty list",
  async (operation) => {
    const delivery = await opened();
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect((await stacksIn(delivery)).size).toBe(13);
  },
);

test.each([
  { warn: 0 },
  { warn: 31 },
  { warn: 1.5 },
  { tag: "" },
  { role: "arn:aws:iam::123456789012:role/x y" },
  { role: "" },
  { ttl: "3d" },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));

test("nothing is near long before", () =>
  expect(proposeFor(unit, of("30d"), { now: before(now, days(20)) })).toBeUndefined());
