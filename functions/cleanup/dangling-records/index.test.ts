import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { describe, expect, onTestFinished, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { nextSweep, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { judgedRecord, ownBy, type RecordVerdict } from "./dangling.ts";
import { fixture } from "./fixture.ts";
import unit, { type DanglingCandidate, danglingRecords } from "./index.ts";
import type { Holdings } from "./own-addresses.ts";
import { pointingAt } from "./pointing.ts";
import { recordId } from "./records.ts";
import type { World } from "./world.ts";

const now = new Date("2026-11-21T05:30:00Z");
const long = { now, since: before(now, days(2)) };

const record = (more: Partial<ResourceRecordSet>): ResourceRecordSet => ({
  Name: "shop.example.com.",
  Type: "CNAME",
  TTL: 300,
  ...more,
});
const cname = (Value: string, more: Partial<ResourceRecordSet> = {}) =>
  record({ ResourceRecords: [{ Value }], ...more });
const alias = (DNSName: string, more: Partial<ResourceRecordSet> = {}) =>
  record({
    Type: "A",
    TTL: undefined,
    AliasTarget: { HostedZoneId: "Z1", DNSName, EvaluateTargetHealth: false },
    ...more,
  });
const addresses = (...values: string[]) =>
  record({ Type: "A", ResourceRecords: values.map((Value) => ({ Value })) });

describe("what a record points at", () => {
  test.each<[record: ResourceRecordSet, what: string, free: boolean]>([
    [cname("shop.eu-west-1.elasticbeanstalk.com"), "Elastic Beanstalk environment", true],
    [cname("SHOP.eu-west-1.ElasticBeanstalk.com."), "Elastic Beanstalk environment", true],
    [alias("shop.eu-west-1.elasticbeanstalk.com."), "Elastic Beanstalk environment", true],
    // A name that AWS has made up is nobody else's, nor is one that begins like those.
    [
      cname("shop.eba-8cahe6rt.eu-west-1.elasticbeanstalk.com"),
      "Elastic Beanstalk environment",
      false,
    ],
    [
      cname("shop.bdjsvmrncf.us-east-1.elasticbeanstalk.com"),
      "Elastic Beanstalk environment",
      false,
    ],
    [cname("eba-8cahe6rt.us-west-2.elasticbeanstalk.com"), "Elastic Beanstalk environment", false],
    [alias("dualstack.web-1.eu-west-1.elb.amazonaws.com."), "load balancer", false],
    [cname("internal-web-1.us-gov-west-1.elb.amazonaws.com"), "load balancer", false],
    [alias("web-0a1b2c.elb.eu-west-1.amazonaws.com."), "load balancer", false],
    [alias("d111111abcdef8.cloudfront.net."), "CloudFront distribution", false],
    [alias("d-abc123.execute-api.eu-west-1.amazonaws.com."), "name of API Gateway", false],
    [cname("a1234567890abcdef.awsglobalaccelerator.com"), "accelerator", false],
  ])("%o: %s", (given, what, free) => {
    expect(pointingAt(given)).toMatchObject({ kind: "name", what, free });
  });

  test.each<[record: ResourceRecordSet, region: string]>([
    [alias("s3-website-us-east-1.amazonaws.com."), "us-east-1"],
    [alias("s3-website.eu-central-1.amazonaws.com."), "eu-central-1"],
    [cname("shop.example.com.s3-website-eu-west-1.amazonaws.com"), "eu-west-1"],
    // S3 goes by the name that it is asked for, whatever bucket the alias names.
    [cname("123.s3-website-us-east-1.amazonaws.com"), "us-east-1"],
  ])("%o: the bucket that is called as the record is", (given, region) => {
    expect(pointingAt(given)).toEqual({ kind: "bucket", buckets: ["shop.example.com"], region });
  });

  test.each<[host: string, buckets: readonly string[], region: string]>([
    ["shop.example.com.s3.amazonaws.com", ["shop.example.com"], "us-east-1"],
    ["shop.example.com.s3.eu-west-1.amazonaws.com", ["shop.example.com"], "eu-west-1"],
    ["shop.example.com.s3-us-west-2.amazonaws.com", ["shop.example.com"], "us-west-2"],
    ["shop.example.com.s3.dualstack.eu-west-1.amazonaws.com", ["shop.example.com"], "eu-west-1"],
    ["s3.eu-west-1.amazonaws.com", ["shop.example.com"], "eu-west-1"],
    ["files.s3.amazonaws.com", ["shop.example.com", "files"], "us-east-1"],
  ])(
    "%s: the bucket that is called as the record is, or the one named",
    (host, buckets, region) => {
      expect(pointingAt(cname(host))).toEqual({ kind: "bucket", buckets, region });
    },
  );

  test.each<[what: string, record: ResourceRecordSet]>([
    ["a name outside AWS", cname("shop.example.org")],
    ["one that only ends alike", cname("shop.notelasticbeanstalk.com")],
    ["one in the name of AWS", cname("web-1.eu-west-1.elb.amazonaws.com.example.org")],
    ["a database, which may be known inside alone", cname("db.abc.eu-west-1.rds.amazonaws.com")],
    ["an access point", cname("shop-123456789012.s3-accesspoint.eu-west-1.amazonaws.com")],
    ["what only ends alike", cname("shop.nots3.amazonaws.com")],
    ["another record of the zone", alias("www.example.com.")],
    ["an endpoint inside a network", alias("vpce-1-2.s3.eu-west-1.vpce.amazonaws.com.")],
    [
      "a website under all names at once",
      alias("s3-website-us-east-1.amazonaws.com.", { Name: "\\052.example.com." }),
    ],
    [
      "an address of the newer kind",
      record({ Type: "AAAA", ResourceRecords: [{ Value: "2001:db8::1" }] }),
    ],
    ["nothing", record({})],
  ])("%s is not judged", (_, given) => expect(pointingAt(given)).toBeUndefined());

  test("the host name that EC2 gives an address is that address", () =>
    expect(pointingAt(cname("ec2-203-0-113-5.compute-1.amazonaws.com"))).toEqual({
      kind: "addresses",
      addresses: ["203.0.113.5"],
    }));
});

interface Judged {
  readonly there?: readonly string[];
  readonly buckets?: readonly string[];
  readonly own?: readonly string[];
  readonly holdings?: Holdings;
  readonly fails?: boolean;
}

async function verdictOn(
  given: ResourceRecordSet,
  { there = [], buckets = [], own = [], holdings = new Set<string>(), fails = false }: Judged = {},
): Promise<RecordVerdict> {
  const world: World = {
    async answers(host) {
      if (fails) throw new Error("queryA ETIMEOUT");
      return there.includes(host);
    },
    async hasBucket(name) {
      if (fails) throw new Error("S3 answers 503");
      return buckets.includes(name);
    },
  };
  const judging = { world, isOwn: ownBy(own), holdings: async () => holdings };
  return (await judgedRecord({ zone: "Z1", record: given }, judging)).verdict;
}

const environment = cname("shop.eu-west-1.elasticbeanstalk.com");
const website = alias("s3-website-us-east-1.amazonaws.com.");
const balancer = alias("web-1.eu-west-1.elb.amazonaws.com.");

describe("whether it is gone", () => {
  test.each<[what: string, record: ResourceRecordSet, takeover: string]>([
    ["an environment whose name nobody has", environment, "anybody"],
    ["a website whose bucket nobody has", website, "anybody"],
    ["a bucket that nobody has", cname("shop.example.com.s3.amazonaws.com"), "anybody"],
    ["a load balancer that is gone", balancer, "nobody"],
    ["a distribution that is gone", alias("d1.cloudfront.net."), "nobody"],
  ])("%s: for the taking by %s", async (_, given, takeover) =>
    expect(await verdictOn(given)).toMatchObject({ standing: "gone", takeover }),
  );

  test.each<[what: string, record: ResourceRecordSet, given: Judged]>([
    [
      "an environment that answers, in whatever account",
      environment,
      { there: ["shop.eu-west-1.elasticbeanstalk.com"] },
    ],
    [
      "a bucket that somebody has, also when it is private",
      website,
      { buckets: ["shop.example.com"] },
    ],
    [
      "a bucket of another name, which a proxy may ask for",
      cname("files.s3.eu-west-1.amazonaws.com"),
      { buckets: ["files"] },
    ],
    [
      "a load balancer of another account",
      balancer,
      { there: ["web-1.eu-west-1.elb.amazonaws.com"] },
    ],
    [
      "an address that is held",
      addresses("203.0.113.5"),
      { own: ["203.0.113.5"], holdings: new Set(["203.0.113.5"]) },
    ],
    ["an address that was never ours", addresses("198.51.100.1"), { own: ["203.0.113.0/24"] }],
  ])("%s is kept", async (_, given, world) =>
    expect(await verdictOn(given, world)).toEqual({ standing: "kept" }),
  );

  test("an address of ours that was released is for whoever gets it", async () =>
    expect(await verdictOn(addresses("203.0.113.5"), { own: ["203.0.113.0/28"] })).toEqual({
      standing: "gone",
      what: "203.0.113.5",
      takeover: "whoever gets it",
    }));

  test.each<[what: string, record: ResourceRecordSet, given: Judged]>([
    ["a host name of EC2 that is not ours", cname("ec2-198-51-100-1.compute-1.amazonaws.com"), {}],
    [
      "one of several addresses",
      addresses("203.0.113.5", "203.0.113.6"),
      { own: ["203.0.113.0/28"], holdings: new Set(["203.0.113.6"]) },
    ],
    [
      "an address beside one of others",
      addresses("203.0.113.5", "198.51.100.1"),
      { own: ["203.0.113.0/28"] },
    ],
  ])("%s is told, and left alone", async (_, given, world) =>
    expect(await verdictOn(given, world)).toMatchObject({ standing: "foreign" }),
  );

  test.each([environment, website, balancer])(
    "where nobody answers, nobody knows: an error is no absence (%#)",
    async (given) =>
      expect(await verdictOn(given, { fails: true })).toMatchObject({ standing: "unknown" }),
  );

  test("where addresses could not be read, none is gone, and why is told", async () => {
    const holdings = { unknown: "the addresses of eu-west-1 could not be read: AccessDenied" };
    const verdict = await verdictOn(addresses("203.0.113.5"), { own: ["203.0.113.5"], holdings });
    expect(verdict).toEqual({ standing: "unknown", why: holdings.unknown });
  });
});

describe("what is proposed", () => {
  const gone = {
    standing: "gone",
    what: "the bucket shop.example.com",
    takeover: "anybody",
  } as const;
  const exact: ResourceRecordSet = {
    ...balancer,
    SetIdentifier: "blue",
    Weight: 10,
    HealthCheckId: "0a1b2c3d",
  };
  const found = { zone: "Z1", record: exact, verdict: gone };
  const change = (Action: string) => ({
    HostedZoneId: "Z1",
    ChangeBatch: { Changes: [{ Action, ResourceRecordSet: exact }] },
  });

  test("the record as it stands there is deleted, with who could answer in its name", () => {
    const proposal = proposeFor(unit, found, long);
    expect(proposal?.because).toBe(
      "it points at the bucket shop.example.com, which is gone: whoever makes it anew, in any account, answers for shop.example.com: TAKEOVER IS POSSIBLE",
    );
    expect(proposal?.call.input).toEqual(change("DELETE"));
  });

  test("the way back is the record exactly as it was: alias, weight, health check, identifier", () => {
    const [deletion] = unit.writes;
    expect(deletion.invert(change("DELETE"), {}).map(({ input }) => input)).toEqual([
      change("CREATE"),
    ]);
  });

  test("the worse the takeover, the sooner", () => {
    const dangers = (["anybody", "whoever gets it", "nobody"] as const).map((takeover) =>
      unit.danger?.(
        { ...found, verdict: { ...gone, takeover } },
        { config: unit.config.parse({}) },
      ),
    );
    expect(dangers).toEqual([3, 2, 1]);
  });

  test.each([
    ["gone for an hour", { now, since: before(now, { seconds: 3600 }) }],
    ["gone since nobody knows when", { now }],
  ])("one that is %s waits: a name server may be wrong once", (_, when) =>
    expect(proposeFor(unit, found, when)).toBeUndefined(),
  );

  test.each<[verdict: RecordVerdict]>([
    [{ standing: "kept" }],
    [{ standing: "foreign", what: "198.51.100.1" }],
  ])("nothing of %o", (verdict) =>
    expect(proposeFor(unit, { ...found, verdict }, long)).toBeUndefined(),
  );

  test("what cannot be judged is held and told", () =>
    expect(() =>
      proposeFor(unit, { ...found, verdict: { standing: "unknown", why: "S3 answers 503" } }, long),
    ).toThrow("S3 answers 503"));

  test("records of one name and type are told apart by their identifiers", () => {
    const ids = ["blue", "green"].map((SetIdentifier) =>
      recordId({ zone: "Z1", record: { ...exact, SetIdentifier } }),
    );
    expect(ids).toEqual(["Z1/shop.example.com./A/blue", "Z1/shop.example.com./A/green"]);
  });
});

interface Zones {
  /** By the id of a zone. */
  readonly zones: Readonly<Record<string, readonly ResourceRecordSet[] | "gone" | "private">>;
  readonly only?: readonly string[];
  readonly regions?: readonly string[];
  readonly config?: object;
}

/** @param answers whether a name is there */
async function lookAt(
  { zones, only, regions = ["eu-central-1"], config = {} }: Zones,
  answers: (host: string) => boolean,
) {
  const asked: string[] = [];
  const read = ({ operation, input }: { operation: string; input: { HostedZoneId?: string } }) => {
    if (operation === "ec2:DescribeAddresses") return Promise.resolve({ Addresses: [] });
    if (operation === "route53:ListTagsForResource") return Promise.resolve({});
    return (async function* () {
      if (operation === "route53:ListHostedZones")
        for (const [zone, records] of Object.entries(zones))
          yield { Id: `/hostedzone/${zone}`, Config: { PrivateZone: records === "private" } };
      const records = zones[input.HostedZoneId ?? ""];
      if (records === "gone")
        throw Object.assign(new Error("no such zone"), { name: "NoSuchHostedZone" });
      if (Array.isArray(records)) yield* records;
    })();
  };
  const world: World = {
    answers: async (host) => {
      asked.push(host);
      return answers(host);
    },
    hasBucket: async () => true,
  };
  const notes: string[] = [];
  const own = danglingRecords(() => world);
  const found = await Array.fromAsync(
    own.find({
      ...long,
      only,
      regions,
      config: own.config.parse(config),
      read: read as never,
      pages: (() => {}) as never,
      account: "123456789012",
      region: "eu-central-1",
      remembered: async () => undefined,
      madeBy: async () => undefined,
      keptOn: async () => [],
      note: (text) => notes.push(text),
    }) as AsyncIterable<DanglingCandidate>,
  );
  const standings = found.map(({ record: { Name }, verdict }) => `${Name} ${verdict.standing}`);
  return { found, standings, notes, asked };
}

const named = (Name: string) => cname("gone.eu-west-1.elasticbeanstalk.com", { Name });
const nothing = (host: string) => host === "aws.amazon.com";

describe("of the zones", () => {
  test("public ones are looked at; one that is deleted meanwhile stops nothing", async () => {
    const zones = { Z1: "gone", Z2: "private", Z3: [named("a.example.com.")] } as const;
    expect((await lookAt({ zones }, nothing)).standings).toEqual(["a.example.com. gone"]);
  });

  test("only what is asked for is looked at again", async () => {
    const zones = { Z1: [named("a."), named("b.")], Z2: [named("a.")] };
    const { found } = await lookAt({ zones, only: ["Z1/b./CNAME"] }, nothing);
    expect(found.map(recordId)).toEqual(["Z1/b./CNAME"]);
  });

  test("name servers that do not know what is always there are not believed", async () => {
    const { standings, found } = await lookAt({ zones: { Z1: [named("a.")] } }, () => false);
    expect(standings).toEqual(["a. unknown"]);
    expect(() => found.map((each) => proposeFor(unit, each, long))).toThrow(
      "the name servers say that aws.amazon.com is not there",
    );
  });

  test("of an address no region may be unread: which is to be named is said", async () => {
    const { found } = await lookAt(
      {
        zones: { Z1: [addresses("203.0.113.5")] },
        regions: ["eu-central-1", "us-east-1"],
        config: { own: ["203.0.113.5"] },
      },
      nothing,
    );
    expect(() => found.map((each) => proposeFor(unit, each, long))).toThrow(
      "addresses of us-east-1 are not looked at: name the region in `regions` of this unit",
    );
  });

  test("addresses of EC2 that nobody can say whose are told together, once", async () => {
    const hosts = [1, 2].map((nth) =>
      cname(`ec2-198-51-100-${nth}.compute-1.amazonaws.com`, { Name: `h${nth}.example.com.` }),
    );
    const { notes, standings } = await lookAt({ zones: { Z1: hosts } }, nothing);
    expect(standings).toEqual(["h1.example.com. foreign", "h2.example.com. foreign"]);
    expect(notes).toEqual([
      "2 records name addresses that this account does not have, and nobody can say whose: h1.example.com (198.51.100.1); h2.example.com (198.51.100.2). Put addresses of yours into `own`; take the record out by hand where nobody knows it",
    ]);
  });

  test("of 20,000 records each is judged, and a name is asked for once, those outside AWS never", async () => {
    const texts = Array.from({ length: 19_000 }, (_, nth) =>
      cname("shop.example.org", { Name: `r${nth}.` }),
    );
    const some = Array.from({ length: 1000 }, (_, nth) => named(`g${nth}.`));
    const { standings, asked } = await lookAt({ zones: { Z1: [...texts, ...some] } }, nothing);
    expect(standings).toHaveLength(20_000);
    expect(standings.filter((each) => each.endsWith("gone"))).toHaveLength(1000);
    expect(asked).toEqual(["gone.eu-west-1.elasticbeanstalk.com", "aws.amazon.com"]);
  });
});

async function opened(settings: object): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, {
    config: fixture.settings?.config ?? {},
    ...settings,
  });
  onTestFinished(() => delivery.close());
  return delivery;
}
const thereIn = async ({ aws }: TestDelivery) => {
  const seen = await fixture.look(aws);
  return Object.keys(seen).filter((name) => seen[name] !== "gone");
};

test("it asks first, also in act", async () => {
  const delivery = await opened({ mode: "act", irreversible: "ask" });
  await delivery.deliver();
  await delivery.later(days(2));
  const run = await delivery.deliver({ start: nextSweep(delivery) });
  expect(run.outcome).toBe("waiting");
  expect(await thereIn(delivery)).toContain("environment");
});

test("where the name servers do not answer nothing is deleted, and it is told", async () => {
  const delivery = await opened({
    mode: "act",
    irreversible: "act",
    config: { resolvers: ["127.0.0.1:9"], days: 0 },
  });
  const run = await delivery.deliver();
  expect(run.actions.filter(({ outcome }) => outcome === "applied")).toEqual([]);
  expect(run.unjudged?.count).toBeGreaterThan(0);
  expect(await thereIn(delivery)).toContain("environment");
});

test.each([
  { days: -1 },
  { days: 91 },
  { own: ["203.0.113.0/33"] },
  { own: ["shop.example.com"] },
  { regions: ["everywhere"] },
  { resolvers: ["ns.example.com"] },
  { owned: [] },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));
