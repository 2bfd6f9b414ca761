import type { Event } from "@aws-sdk/client-cloudtrail";
import { describe, expect, test } from "vitest";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import { type Creator, creatorsOf } from "./creators.ts";
import { fixture } from "./fixture.ts";
import unit, { type ToldKind } from "./index.ts";

const here = {
  account: "123456789012",
  region: "eu-west-1",
  now: new Date("2026-11-23T07:40:00Z"),
};
const arnOf = (service: string, resource: string) =>
  `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const instance = arnOf("ec2", "instance/i-1");

const event = (
  EventName: string,
  over: Partial<Event> & { readonly told?: object } = {},
): Event => {
  const { told, ...rest } = over;
  const arn = "arn:aws:sts::123456789012:assumed-role/deploy/ann@example.com";
  return {
    EventName,
    EventTime: new Date("2026-10-02T10:00:00Z"),
    Username: "ann@example.com",
    CloudTrailEvent: JSON.stringify(told ?? { userIdentity: { arn } }),
    ...rest,
  };
};

type Asked = { readonly input: { readonly LookupAttributes: { AttributeValue: string }[] } };

/** @param events by what is asked for */
async function creators(
  arns: readonly string[],
  events: Readonly<Record<string, readonly Event[] | Error>>,
) {
  const asked: string[] = [];
  let read = 0;
  const reader = ({ input: { LookupAttributes } }: Asked) =>
    (async function* () {
      const name = LookupAttributes[0]?.AttributeValue ?? "";
      asked.push(name);
      const all = events[name] ?? [];
      if (all instanceof Error) throw all;
      for (const each of all) {
        read += 1;
        yield each;
      }
    })();
  const lacking = arns.map((arn) => ({ arn, name: arn, lacks: ["owner"], madeBy: undefined }));
  return { all: await creatorsOf(reader as never, lacking), asked, read: () => read };
}
const creator = async (events: readonly Event[], arn = instance): Promise<Creator | undefined> =>
  (await creators([arn], { "i-1": events })).all.get(arn);

test("who made it, and when", async () => {
  expect(await creator([event("StopInstances"), event("RunInstances")])).toEqual({
    who: "deploy/ann@example.com",
    at: new Date("2026-10-02T10:00:00Z"),
  });
});

test.each<[what: string, told: object, who: string]>([
  [
    "a user of IAM",
    { userIdentity: { arn: "arn:aws:iam::123456789012:user/ops/ann" } },
    "user/ops/ann",
  ],
  ["the root", { userIdentity: { arn: "arn:aws:iam::123456789012:root" } }, "root"],
  ["an event without an identity", {}, "ann@example.com"],
])("%s", async (_, told, who) => {
  expect(await creator([event("RunInstances", { told })])).toMatchObject({ who });
});

describe("what only names it did not make it", () => {
  test.each<[what: string, events: readonly Event[], arn?: string]>([
    ["tags that were put on it", [event("CreateTags")]],
    ["an attempt that failed", [event("RunInstances", { told: { errorCode: "Client.Denied" } })]],
    ["no event at all", []],
  ])("%s", async (_, events) => {
    expect(await creator(events)).toEqual({ unknown: "CloudTrail's last 90 days do not tell" });
  });
  test("an instance that was started with a security group did not make that", async () => {
    const group = arnOf("ec2", "security-group/sg-1");
    const { all } = await creators([group], { "sg-1": [event("RunInstances")] });
    expect(all.get(group)).toHaveProperty("unknown");
  });
});

test("of a name that was another's before, the newest that made it", async () => {
  const events = [
    event("CreateBucket", { told: {}, Username: "new" }),
    event("DeleteBucket"),
    event("CreateBucket", { told: {}, Username: "old" }),
  ];
  const { all } = await creators(["arn:aws:s3:::logs"], { logs: events });
  expect(all.get("arn:aws:s3:::logs")).toMatchObject({ who: "new" });
});

test("what is told by its ARN is asked for by that, too", async () => {
  const topic = arnOf("sns", "news");
  const { all, asked } = await creators([topic], { [topic]: [event("CreateTopic")] });
  expect([asked, all.get(topic)]).toMatchObject([["news", topic], { who: expect.any(String) }]);
});

test("a kind whose making is not known is not asked for, and says so", async () => {
  const thing = arnOf("new", "thing/1");
  const { all, asked } = await creators([thing], {});
  expect([asked, all.get(thing)]).toEqual([[], { unknown: "of new:thing it is not looked up" }]);
});

test("what is changed all day is not read to its end", async () => {
  const many = Array.from({ length: 20_000 }, () => event("ModifyInstanceAttribute"));
  const { all, read } = await creators([instance], { "i-1": many });
  expect(all.get(instance)).toEqual({ unknown: "not among its last 150 events" });
  expect(read()).toBe(150);
});

test.each(["AccessDeniedException", "ThrottlingException", "TimeoutError"])(
  "%s: who made it is not known, for this reason, and no more are asked",
  async (name) => {
    const refused = Object.assign(new Error("no"), { name });
    const { all, asked } = await creators([instance, arnOf("ec2", "instance/i-2")], {
      "i-1": refused,
      "i-2": [event("RunInstances")],
    });
    expect(asked).toEqual(["i-1"]);
    for (const each of all.values())
      expect(each).toEqual({ unknown: expect.stringMatching(/^CloudTrail did not answer: .*no/) });
    expect(all.size).toBe(2);
  },
);

test.each(["", "no JSON", "[]", '{"userIdentity":7}'])(
  "an event whose text is %o names its user",
  async (CloudTrailEvent) => {
    expect(await creator([event("RunInstances", { CloudTrailEvent })])).toMatchObject({
      who: "ann@example.com",
    });
  },
);

describe("in the message", () => {
  async function told(config: object = {}) {
    const aws = await embedded();
    await fixture.seed(aws);
    const settings = { ...fixture.settings?.config, ...config };
    const { found } = await look(unit, aws, { config: settings });
    const parsed = unit.config.parse(settings);
    return unit.tell(found as ToldKind[], { ...here, config: parsed });
  }
  test("each of the first by name is told with who made it", async () => {
    const facts = (await told())?.facts;
    expect(facts?.["by name"]).toContain("orders lacks owner, made by deploy/ann@example.com");
    expect(facts?.creators).toContain("by CloudTrail");
  });
  test("of how many it is not known, and why, is said once and not at each of them", () => {
    const [sort, unknown] = ["ec2:instance", { unknown: "CloudTrail's last 90 days do not tell" }];
    const ids = ["i-1", "i-2"];
    const first = ids.map((name) => ({ arn: name, name, lacks: ["owner"], madeBy: undefined }));
    const kind = {
      kind: sort,
      lacking: 2,
      listed: 2,
      made: 0,
      otherwise: 0,
      exempt: 0,
      doubtful: 0,
    };
    const found = { ...kind, first, creators: new Map(ids.map((arn) => [arn, unknown])) };
    const config = unit.config.parse({});
    const facts = unit.tell([found as unknown as ToldKind], { ...here, config })?.facts;
    expect(facts?.["by name"]).toBe("i-1 lacks owner; i-2 lacks owner");
    expect(facts?.creators).toMatch(/; not known of 2: CloudTrail's last 90 days do not tell$/);
  });
  test("where the settings say so, nobody is asked, and that is said", async () => {
    const facts = (await told({ creators: false }))?.facts;
    expect(facts?.["by name"]).not.toContain("made by");
    expect(facts?.creators).toContain("not looked up");
  });
});
