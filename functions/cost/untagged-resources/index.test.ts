import type { ResourceTagMapping } from "@aws-sdk/client-resource-groups-tagging-api";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, onTestFinished, test } from "vitest";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import { type Fault, startFaultProxy } from "../../../testing/fault-proxy.ts";
import unit, { type ToldKind } from "./index.ts";
import { namedByArn } from "./named.ts";

const now = new Date("2026-11-23T07:40:00Z");
const here = { account: "123456789012", region: "eu-west-1", now };
const arn = (service: string, resource: string) =>
  `arn:aws:${service}:eu-west-1:123456789012:${resource}`;

type Tags = Readonly<Record<string, string>>;
const resource = (ResourceARN: string, tags?: Tags): ResourceTagMapping => ({
  ResourceARN,
  ...(tags && { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
});
const instance = (id: string, tags: Tags = {}) => resource(arn("ec2", `instance/${id}`), tags);

async function* listed(resources: Iterable<ResourceTagMapping>, breaks?: Error) {
  yield* resources;
  if (breaks) throw breaks;
}

/** CloudTrail is asked in `creators.test.ts`. */
async function found(resources: Iterable<ResourceTagMapping>, config: object = {}, breaks?: Error) {
  const search = {
    ...here,
    only: undefined,
    config: unit.config.parse({ creators: false, ...config }),
    read: () => listed(resources, breaks),
  };
  return Array.fromAsync(unit.find(search as never) as AsyncIterable<ToldKind>);
}
const told = async (resources: Iterable<ResourceTagMapping>, config: object = {}) =>
  unit.tell(await found(resources, config), { ...here, config: unit.config.parse(config) });

/** What is said of the one that lacks it. */
const saidOf = async (tags: Tags, config: object = {}) =>
  (await told([instance("i-1", tags)], config))?.facts?.["by name"];

describe("what is told", () => {
  test("by service and type, the most first, and the first by name", async () => {
    const message = await told(
      [
        instance("i-3"),
        resource(arn("dynamodb", "table/jobs"), { team: "a" }),
        instance("i-2", { owner: "ann" }),
        instance("i-1", { "aws:cloudformation:stack-name": "web" }),
      ],
      { names: 2 },
    );
    expect(message?.title).toBe("3 resources in eu-west-1 lack required tags");
    expect(message?.table?.rows).toEqual([
      ["ec2:instance", 2, 3, 1],
      ["dynamodb:table", 1, 1, 0],
    ]);
    expect(message?.facts?.["first 2 by name"]).toBe(
      "i-1 lacks owner, made by the CloudFormation stack web; i-3 lacks owner",
    );
    expect(message?.facts?.["made by others"]).toContain("1 of 3");
    expect(message?.affected).toEqual([arn("ec2", "instance/i-1"), arn("ec2", "instance/i-3")]);
  });
  test("that what never had a tag is not seen, and that creators are not looked up", async () => {
    const message = await told([instance("i-1")]);
    expect(message?.title).toBe("1 resource in eu-west-1 lacks required tags");
    expect(message?.facts?.["not seen"]).toContain("never all");
    expect(message?.facts?.creators).toContain("not looked up");
  });
  test.each<[what: string, resources: readonly ResourceTagMapping[], config?: object]>([
    ["AWS lists nothing", []],
    ["all have it", [instance("i-1", { owner: "ann" })]],
    ["the kind is left out", [instance("i-1")], { except: ["ec2:instance"] }],
    ["they are exempt", [instance("i-1", { "nightshift:exempt": "owner=ann" })]],
    [
      "they are exempt by name",
      [instance("i-1", { "nightshift:exempt": "from=untagged-resources until=2027-01-31" })],
    ],
  ])("nothing where %s", async (_, resources, config) => {
    expect(await told(resources, config)).toBeUndefined();
  });
});

describe("a tag", () => {
  test.each<[what: string, tags: Tags, said: string | undefined]>([
    ["that is empty counts as none", { owner: "" }, "i-1 lacks owner (empty)"],
    ["of blanks counts as none", { owner: "  " }, "i-1 lacks owner (empty)"],
    ["in other letters is another", { Owner: "ann" }, "i-1 lacks owner (has Owner)"],
    ["that only begins so is another", { "owner-old": "ann" }, "i-1 lacks owner"],
    ["that AWS writes is no owner", { "aws:owner": "ann" }, "i-1 lacks owner"],
    ["may have any value", { owner: "0" }, undefined],
    ["counts beside its other spelling", { Owner: "", owner: "ann" }, undefined],
  ])("%s", async (_, tags, said) => expect(await saidOf(tags)).toBe(said));

  test("each that is required is named, in the settings' order", async () => {
    const required = ["owner", "cost-center", "team"];
    expect(await saidOf({ team: "a" }, { required })).toBe("i-1 lacks owner, cost-center");
  });
  test("in other letters is counted", async () => {
    const message = await told([instance("i-1", { OWNER: "ann" }), instance("i-2")]);
    expect(message?.facts?.["spelt otherwise"]).toContain("1 of 2");
  });
});

describe("made by", () => {
  test.each<[by: string, arn: string, tags: Tags]>([
    [
      "the Auto Scaling group web",
      arn("ec2", "instance/a"),
      { "aws:autoscaling:groupName": "web" },
    ],
    ["AWS Backup", arn("ec2", "snapshot/a"), { "aws:backup:source-resource": "vol-1" }],
    ["Data Lifecycle Manager", arn("ec2", "snapshot/a"), { "aws:dlm:lifecycle-policy-id": "p" }],
    [
      "the service rds",
      arn("secretsmanager", "secret:a"),
      { "aws:secretsmanager:owningService": "rds" },
    ],
    [
      "the service autoscaling.amazonaws.com",
      "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/Linked",
      {},
    ],
    ["the EKS cluster blue", arn("ec2", "volume/a"), { "aws:eks:cluster-name": "blue" }],
  ])("%s", async (by, about, tags) => {
    const message = await told([resource(about, tags)]);
    expect(message?.facts?.["by name"]).toContain(`made by ${by}`);
    expect(message?.table?.rows[0]?.at(-1)).toBe(1);
  });
  test.each<[what: string, tags: Tags]>([
    ["a tag of AWS that names no maker", { "aws:elasticfilesystem:default-backup": "enabled" }],
    ["a stack's name in a tag of people", { "cloudformation:stack-name": "web" }],
  ])("nobody, by %s", async (_, tags) => expect(await saidOf(tags)).toBe("i-1 lacks owner"));
});

describe("an exemption", () => {
  test("that names others exempts from nothing here", async () => {
    expect(await saidOf({ "nightshift:exempt": "from=idle-instances" })).toBe("i-1 lacks owner");
  });
  test.each(["until=2026-11-22 owner=ann", "until=soon", "for ever"])(
    "that reads %o still exempts, and is told",
    async (value) => {
      const message = await told([instance("i-1", { "nightshift:exempt": value })]);
      expect(message?.title).toMatch(/^1 resource in eu-west-1 is exempt .* past or that cannot/);
      expect(message?.affected).toEqual([arn("ec2", "instance/i-1")]);
      expect(message?.table?.rows).toEqual([]);
    },
  );
  test("is counted beside those that lack the tag", async () => {
    const exempt = instance("i-1", { "nightshift:exempt": "owner=ann" });
    const message = await told([exempt, instance("i-2")]);
    expect(message?.table?.rows).toEqual([["ec2:instance", 1, 2, 0]]);
    expect(message?.facts?.exempt).toBe("1 resource without them by the tag nightshift:exempt");
  });
});

test.each(["AccessDeniedException", "ThrottledException", "PaginationTokenExpiredException"])(
  "%s midway fails the run, and nothing is told of the first half",
  async (name) => {
    const breaks = Object.assign(new Error("no"), { name });
    await expect(found([instance("i-1")], {}, breaks)).rejects.toThrow("no");
    await expect(found([], {}, breaks)).rejects.toThrow("no");
  },
);

describe("in an account with more than a page", () => {
  const queues = 101;
  async function account() {
    const aws = await embedded();
    const proxy = await startFaultProxy(aws.endpoint);
    onTestFinished(() => proxy.stop());
    const sqs = aws.client(SQSClient);
    for (let at = 0; at < queues; at += 1)
      await sqs.send(new CreateQueueCommand({ QueueName: `q-${at}`, tags: { team: "shop" } }));
    const found = () => look(unit, { ...aws, endpoint: proxy.endpoint }, { now });
    return { proxy, found };
  }
  test("all pages are counted", async () => {
    const { proxy, found } = await account();
    const looked = await found();
    expect(looked.found).toMatchObject([{ kind: "sqs:queue", lacking: queues, seen: queues }]);
    expect(proxy.calls.filter(({ operation }) => operation === "GetResources")).toHaveLength(2);
  });
  test.each<Fault>(["denied", "throttled", "malformed"])(
    "a second page that is %s fails the run",
    async (fault) => {
      const { proxy, found } = await account();
      proxy.fault(({ index }) => index > 0, fault);
      await expect(found()).rejects.toThrow();
    },
  );
});

test("20,000: all are counted, and no more than the first by name are held", async () => {
  function* many() {
    for (let at = 20_000; at > 0; at -= 1) yield instance(`i-${String(at).padStart(5, "0")}`);
  }
  const kinds = await found(many(), { names: 3 });
  expect(kinds).toHaveLength(1);
  expect(kinds[0]).toMatchObject({ lacking: 20_000, seen: 20_000 });
  expect(kinds[0]?.first.map(({ name }) => name)).toEqual(["i-00001", "i-00002", "i-00003"]);
});

test("the order of AWS's list changes nothing", async () => {
  const all = ["c", "a", "b", "a"].flatMap((id, at) => [
    resource(arn(at === 3 ? "rds" : "ec2", `x/${id}`)),
  ]);
  expect(await told(all)).toEqual(await told(all.toReversed()));
});

test.each<[about: string, kind: string, name: string]>([
  [arn("ec2", "instance/i-1"), "ec2:instance", "i-1"],
  [arn("lambda", "function:web"), "lambda:function", "web"],
  [arn("logs", "log-group:/aws/lambda/web"), "logs:log-group", "/aws/lambda/web"],
  [arn("cloudformation", "stack/web/1-2"), "cloudformation:stack", "web/1-2"],
  [arn("secretsmanager", "secret:a/b-x"), "secretsmanager:secret", "a/b-x"],
  ["arn:aws:s3:::logs", "s3:bucket", "logs"],
  [arn("sns", "news"), "sns:topic", "news"],
  ["arn:aws-cn:sqs:cn-north-1:123456789012:jobs.fifo", "sqs:queue", "jobs.fifo"],
  ["arn:aws:apigateway:eu-west-1::/restapis/a1", "apigateway:restapis", "a1"],
  [arn("new", "thing"), "new", "thing"],
  ["", "unknown", ""],
  ["no arn", "unknown", "no arn"],
])("%o is of %s", (about, kind, name) => expect(namedByArn(about)).toEqual({ kind, name }));

test("what AWS lists without tags or without an ARN is counted", async () => {
  const message = await told([{ ResourceARN: arn("ec2", "instance/i-1") }, {}]);
  expect(message?.title).toContain("2 resources");
  expect(message?.facts?.["by name"]).toBe("without a name lacks owner; i-1 lacks owner");
  expect(message?.affected).toEqual([arn("ec2", "instance/i-1")]);
});

describe("config", () => {
  test.each<[config: object, says: string]>([
    [{ required: [] }, "switch the report off"],
    [{ required: [""] }, "the key of a tag"],
    [{ required: ["a".repeat(129)] }, "at most 128"],
    [{ required: ["aws:createdBy"] }, "AWS alone writes"],
    [{ required: ["owner", "owner"] }, "twice"],
    [{ required: "owner" }, ""],
    [{ names: 0 }, ""],
    [{ names: 1.5 }, ""],
    [{ tags: ["owner"] }, ""],
  ])("%o is refused", (config, says) => {
    const { success, error } = unit.config.safeParse(config);
    expect(success).toBe(false);
    expect(JSON.stringify(error?.issues)).toContain(says);
  });
  test("asks for owner where it says nothing", () => {
    expect(unit.config.parse({}).required).toEqual(["owner"]);
  });
});
