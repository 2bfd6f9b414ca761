import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  Bucket,
  LifecycleRule,
  PutBucketLifecycleConfigurationRequest,
} from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { PartClients } from "../../../sdk/composed.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { open } from "../../../test/setup/delivery.ts";
import { elsewhereNote } from "./elsewhere-note.ts";
import { fixture } from "./fixture.ts";
import unit from "./index.ts";
import { abortingRule, addAbortingRule, notWhole, removeAbortingRule } from "./lifecycle-rule.ts";

const account = "123456789012";
const region = "eu-west-1";
const now = new Date("2026-11-21T03:40:00Z");
const here = { account, region, now, since: undefined };
const about = { name: "shop-orders", days: 7, madeAt: undefined, tags: [] };
const expires: LifecycleRule = {
  ID: "a",
  Status: "Enabled",
  Filter: { Prefix: "tmp/" },
  Expiration: { Days: 3 },
};
const older: LifecycleRule = { ID: "b", Status: "Enabled", Prefix: "", Expiration: { Days: 9 } };
const own = (more: Partial<LifecycleRule> = {}): LifecycleRule => ({
  ...expires,
  Expiration: undefined,
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 30 },
  ...more,
});

const proposed = (rules: readonly LifecycleRule[], config: object = {}) =>
  unit.propose({ ...about, rules }, { ...here, config: unit.config.parse(config) });

describe("what is proposed", () => {
  test.each([
    ["without any", []],
    ["with rules for other things", [expires, older]],
  ])("a bucket %s gets one that ends uploads", (_, rules) => {
    expect(proposed(rules, { days: 14 })).toEqual({
      because: "nothing ends uploads to it that were begun and never finished",
      call: addAbortingRule({ Bucket: "shop-orders", account, days: 14 }),
    });
  });
  test.each<[what: string, rules: readonly LifecycleRule[], config?: object]>([
    ["ends them itself", [own()]],
    ["ends some of them", [own({ Filter: { Prefix: "a/" } })]],
    ["has switched that off: somebody decided it", [own({ Status: "Disabled" })]],
    ["has ours", [expires, abortingRule(3, [])]],
    ["is excepted", [], { except: ["shop-"] }],
  ])("one that %s is left alone", (_, rules, config) => {
    expect(proposed(rules, config)).toBeUndefined();
  });
  test("one that could not be read is not judged, and never counts as one without rules", () => {
    const rules = { unreadable: "AccessDenied: a bucket policy says so" };
    const propose = () =>
      unit.propose({ ...about, rules }, { ...here, config: unit.config.parse({}) });
    expect(propose).toThrow(CannotJudge);
    expect(propose).toThrow("AccessDenied");
  });
  test("the state is our rule alone; one made anew under a name is another", () => {
    const found = { ...about, rules: [expires, abortingRule(3, [])] };
    expect(unit.state(found)).toEqual({ rule: abortingRule(3, []) });
    const at = (time: string) => unit.recognise?.({ ...found, madeAt: new Date(time) });
    expect(at("2026-01-01")).not.toEqual(at("2026-01-02"));
  });
  test("a stack's bucket is named so", () => {
    const tags = [{ Key: "aws:cloudformation:stack-name", Value: "shop" }];
    expect(unit.target({ ...about, rules: [], tags }).managed).toContain("shop");
  });
});

test.each([
  { days: 0 },
  { days: 3651 },
  { days: 1.5 },
  { days: "7" },
  { except: [""] },
  { day: 7 },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));

interface Lifecycle {
  readonly Rules: readonly LifecycleRule[];
  readonly TransitionDefaultMinimumObjectSize?: string;
}

/** A bucket whose lifecycle somebody else may touch right after ours. */
function bucket(
  lifecycle: Lifecycle | undefined,
  { later, isWhole = true }: { later?: Lifecycle | null; isWhole?: boolean } = {},
) {
  let held = lifecycle;
  const sent: { readonly name: string; readonly input: object }[] = [];
  const client = {
    async send({ constructor: { name }, input }: { input: object; constructor: { name: string } }) {
      sent.push({ name: name.replace("Command", ""), input });
      if (name.startsWith("Get")) {
        if (held) return { ...held, isWhole };
        throw Object.assign(new Error("none"), { name: "NoSuchLifecycleConfiguration" });
      }
      const { LifecycleConfiguration, TransitionDefaultMinimumObjectSize: size } =
        input as PutBucketLifecycleConfigurationRequest;
      held = name.startsWith("Put")
        ? {
            Rules: LifecycleConfiguration?.Rules ?? [],
            ...(size && { TransitionDefaultMinimumObjectSize: size }),
          }
        : undefined;
      if (later !== undefined) held = later ?? undefined;
      return {};
    },
  };
  const clients = { client: () => client } as never;
  const asked = { Bucket: "shop-orders", account };
  return {
    names: () => sent.map(({ name }) => name),
    sent,
    held: () => held,
    add: () => addAbortingRule.send(clients, { ...asked, days: 7 }),
    remove: () => removeAbortingRule.send(clients, asked),
  };
}
const ours = abortingRule(7, []);
const [get, put] = ["GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration"];

describe("the rule is added", () => {
  test("where there is none, as the only one, to the bucket that is the account's own", async () => {
    const it = bucket(undefined);
    await it.add();
    expect(it.held()).toEqual({ Rules: [ours] });
    expect(it.names()).toEqual([get, put, get]);
    for (const { input } of it.sent) expect(input).toMatchObject({ ExpectedBucketOwner: account });
  });
  test("beside the others, which are written as they were read, with the size that goes with them", async () => {
    const before = {
      Rules: [expires],
      TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
    };
    const it = bucket(before);
    await it.add();
    expect(it.held()).toEqual({ ...before, Rules: [expires, ours] });
  });
  test("in the older form where the others have it", async () => {
    const it = bucket({ Rules: [older] });
    await it.add();
    const { Filter: _, ...rest } = ours;
    expect(it.held()?.Rules).toEqual([older, { ...rest, Prefix: "" }]);
  });
  test.each([
    ["ours, sent twice", ours],
    ["somebody's, written since", own()],
  ])("not where there is one by now: %s", async (_, rule) => {
    const it = bucket({ Rules: [expires, rule] });
    await it.add();
    expect(it.names()).toEqual([get]);
  });
  test("not beside a thousand", async () => {
    const it = bucket({ Rules: Array.from({ length: 1000 }, () => expires) });
    await expect(it.add()).rejects.toThrow("1000 rules, as many as S3 takes: join some of them");
    expect(it.names()).toEqual([get]);
  });
  test("and S3 that still shows what was there is believed", async () => {
    const it = bucket({ Rules: [expires] }, { later: { Rules: [expires] } });
    await expect(it.add()).resolves.toEqual({});
  });
  test.each<[what: string, later: Lifecycle | null]>([
    ["others", { Rules: [own({ ID: "theirs" })] }],
    ["ours and another", { Rules: [expires, ours, older] }],
    ["none at all", null],
  ])("and somebody who writes %s at the same moment is told", async (_, later) => {
    const it = bucket({ Rules: [expires] }, { later });
    await expect(it.add()).rejects.toThrow("somebody else changed the lifecycle of shop-orders");
  });
});

describe("where S3 says something that the client does not know", () => {
  const lifecycle = (filter: string): string =>
    `<?xml version="1.0"?><LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>a</ID><Filter>${filter}</Filter><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>`;
  const served = async (body: string) => {
    const sent: string[] = [];
    const server = createServer((request, response) => {
      sent.push(request.method ?? "");
      response.setHeader("content-type", "application/xml").end(body);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const given = {
      region,
      endpoint: `http://127.0.0.1:${port}`,
      forcePathStyle: true,
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    };
    const clients = new PartClients(given);
    onTestFinished(() => clients.destroy());
    const asked = { Bucket: "shop-orders", account };
    return { sent, add: () => addAbortingRule.send(clients as never, { ...asked, days: 7 }) };
  };
  test.each([
    ["a filter", "<ObjectAgeGreaterThan>9</ObjectAgeGreaterThan>"],
    ["one within another", "<And><Prefix>a/</Prefix><Owner>ann</Owner></And>"],
  ])("as %s, nothing is written back without it", async (_, filter) => {
    const { sent, add } = await served(lifecycle(filter));
    await expect(add()).rejects.toThrow("says something that this version");
    expect(sent).toEqual(["GET"]);
  });
  test.each([
    ["an empty filter", ""],
    ["an empty prefix", "<Prefix></Prefix>"],
    ["a prefix of spaces", "<Prefix>  </Prefix>"],
    ["a size", "<ObjectSizeGreaterThan>9</ObjectSizeGreaterThan>"],
    [
      "tags",
      "<And><Tag><Key>a</Key><Value></Value></Tag><Tag><Key>b</Key><Value>c</Value></Tag></And>",
    ],
  ])("%s is known", async (_, filter) => {
    const { sent, add } = await served(lifecycle(filter));
    await add();
    expect(sent).toEqual(["GET", "PUT", "GET"]);
  });
  test("it is not proposed, and said", () => {
    const fixed = notWhole("shop-orders", { Rules: [expires] });
    const found = { ...about, rules: [expires], fixed };
    const propose = () => unit.propose(found, { ...here, config: unit.config.parse({}) });
    expect(propose).toThrow(CannotJudge);
    expect(propose).toThrow("shop-orders says something");
  });
  test("nor is ours taken away", async () => {
    const it = bucket({ Rules: [expires, ours] }, { isWhole: false });
    await expect(it.remove()).rejects.toThrow("would lose it");
    expect(it.names()).toEqual([get]);
  });
});

describe("and taken back", () => {
  test("it alone, whatever came meanwhile", async () => {
    const it = bucket({ Rules: [older, ours, expires], TransitionDefaultMinimumObjectSize: "x" });
    await it.remove();
    expect(it.held()).toEqual({ Rules: [older, expires], TransitionDefaultMinimumObjectSize: "x" });
  });
  test("with the lifecycle where it was the only one", async () => {
    const it = bucket({ Rules: [ours] });
    await it.remove();
    expect(it.names()).toEqual([get, "DeleteBucketLifecycle", get]);
  });
  test.each([
    ["no lifecycle", undefined],
    ["none of ours", { Rules: [expires] }],
  ])("nothing where there is %s", async (_, lifecycle) => {
    const it = bucket(lifecycle);
    await it.remove();
    expect(it.names()).toEqual([get]);
  });
});

describe("buckets of regions that nobody looks at", () => {
  const told = async (...buckets: readonly Bucket[]) => {
    const notes: string[] = [];
    const all = (async function* () {
      yield* buckets;
    })();
    await elsewhereNote(all, [region], (text) => notes.push(text));
    return notes;
  };
  const at = (BucketRegion: string, count: number): Bucket[] =>
    Array.from({ length: count }, (_, nth) => ({ Name: `${BucketRegion}-${nth}`, BucketRegion }));
  test("are told, by region, with some of their names", async () => {
    expect(await told(...at("us-east-2", 5), ...at(region, 2), ...at("eu-north-1", 1))).toEqual([
      "1 bucket lies in eu-north-1, where the settings let no unit look: eu-north-1-0",
      "5 buckets lie in us-east-2, where the settings let no unit look: us-east-2-0, us-east-2-1, us-east-2-2, and 2 more",
    ]);
  });
  test("and where there are none, nothing is", async () => {
    expect(await told(...at(region, 3), { Name: "of no region that S3 says" })).toEqual([]);
  });
});

test("20,000 buckets are looked at ten at a time, and tags are asked only of those without a rule", async () => {
  let [under, most, tagged] = [0, 0, 0];
  const buckets = Array.from({ length: 20_000 }, (_, nth) => ({ Name: `b-${nth}` }));
  const read = async ({ operation, input }: { operation: string; input: { Bucket?: string } }) => {
    under += 1;
    most = Math.max(most, under);
    await Promise.resolve();
    under -= 1;
    if (operation === "s3:GetBucketTagging") tagged += 1;
    const isSeenTo = !input.Bucket?.endsWith("0");
    return operation === "s3:GetBucketLifecycleConfiguration" && isSeenTo
      ? { Rules: [own()] }
      : undefined;
  };
  let found = 0;
  const search = {
    ...{
      ...here,
      only: undefined,
      regions: ["eu-central-1", region],
      config: unit.config.parse({}),
    },
    read: read as never,
    pages: async function* () {
      yield buckets;
    } as never,
    note: () => {},
  };
  for await (const _ of unit.find(search as never) as AsyncIterable<unknown>) found += 1;
  expect([found, tagged]).toEqual([20_000, 2000]);
  expect(most).toBeLessThanOrEqual(20);
});

describe("where S3 refuses", { tags: ["moto"] }, () => {
  const opened = async () => {
    const delivery = await open(unit, fixture.seed, fixture.settings);
    onTestFinished(() => delivery.close());
    return delivery;
  };
  const rulesOf = (seen: Readonly<Record<string, unknown>>) =>
    Object.values(seen).filter((each) => JSON.stringify(each).includes("nightshift-incomplete"));

  test.each(["ListBuckets", "GetBucketLifecycleConfiguration", "GetBucketTagging"])(
    "%s, which its role lacks, nothing is changed",
    async (operation) => {
      const delivery = await opened();
      const before = await fixture.look(delivery.aws);
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      await expect(delivery.deliver()).rejects.toThrow();
      expect(await fixture.look(delivery.aws)).toEqual(before);
    },
  );
  test.each<[fault: "forbidden" | "refused:NoSuchBucket", operation: string]>([
    ["forbidden", "GetBucketLifecycleConfiguration"],
    ["forbidden", "GetBucketTagging"],
    ["refused:NoSuchBucket", "GetBucketLifecycleConfiguration"],
  ])("one bucket (%s of %s), the others are seen to", async (fault, operation) => {
    const delivery = await opened();
    delivery.proxy.fault((call) => call.operation === operation, fault, { times: 1 });
    await delivery.deliver().catch(() => undefined);
    const changed = rulesOf(await fixture.look(delivery.aws)).length;
    expect([2, 3]).toContain(changed);
  });
});
