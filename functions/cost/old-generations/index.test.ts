import type { Instance, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import { fixture } from "./fixture.ts";
import unit, { type AgedInstance } from "./index.ts";

const here = {
  account: "123456789012",
  region: "eu-west-1",
  now: new Date("2026-12-07T07:35:00Z"),
};

interface Shape {
  readonly old?: boolean | undefined;
  readonly cores?: number;
  readonly gib?: number;
  readonly on?: readonly string[];
  readonly over?: Partial<InstanceTypeInfo>;
}
const shaped = (
  InstanceType: string,
  { old = false, cores = 2, gib = 8, on = ["x86_64"], over = {} }: Shape = {},
): InstanceTypeInfo => ({
  InstanceType: InstanceType as "m3.large",
  CurrentGeneration: !old,
  VCpuInfo: { DefaultVCpus: cores },
  MemoryInfo: { SizeInMiB: gib * 1024 },
  ProcessorInfo: { SupportedArchitectures: on as ["x86_64"] },
  InstanceStorageSupported: false,
  BurstablePerformanceSupported: false,
  ...over,
});
const arm = { on: ["arm64"] };
const disks = { InstanceStorageSupported: true };
const region: readonly InstanceTypeInfo[] = [
  shaped("m1.small", { old: true, cores: 1, gib: 1.7, on: ["i386", "x86_64"], over: disks }),
  shaped("m1.large", { old: true, gib: 7.5, over: disks }),
  shaped("m3.large", { old: true, gib: 7.5, over: disks }),
  shaped("c4.large", { old: true, gib: 3.75 }),
  shaped("c4.8xlarge", { old: true, cores: 36, gib: 60 }),
  shaped("m4.large", { old: true }),
  shaped("i2.xlarge", { old: true, cores: 4, gib: 30.5, over: disks }),
  shaped("g3.4xlarge", { old: true, cores: 16, gib: 122, over: { GpuInfo: {} } }),
  shaped("a1.large", { old: true, gib: 4, ...arm }),
  shaped("t1.micro", { old: true, cores: 1, gib: 0.613, on: ["i386", "x86_64"] }),
  // Of a family some types may be old and others not.
  shaped("m5.large"),
  shaped("m5.metal", { old: true, cores: 96, gib: 384, over: { BareMetal: true } }),
  shaped("m7i.large"),
  shaped("t3.micro", { gib: 1, over: { BurstablePerformanceSupported: true } }),
  shaped("t4g.micro", { gib: 1, ...arm, over: { BurstablePerformanceSupported: true } }),
  shaped("t4g.large", { ...arm, over: { BurstablePerformanceSupported: true } }),
  shaped("i3.xlarge", { cores: 4, gib: 30.5, over: disks }),
  shaped("m7g.large", arm),
  shaped("r7g.4xlarge", { cores: 16, gib: 128, ...arm }),
  shaped("c6g.large", { gib: 4, ...arm }),
  shaped("c7g.large", { gib: 4, ...arm }),
  shaped("c8g.large", { gib: 4, ...arm }),
  shaped("c10g.large", { gib: 4, ...arm }),
  shaped("c7gd.large", { gib: 4, ...arm, over: disks }),
];

type Filter = { readonly Name?: string; readonly Values?: readonly string[] };

function* typesBy(filters: readonly Filter[], types: readonly InstanceTypeInfo[]) {
  for (const type of types) {
    const fits = filters.every(({ Name, Values = [] }) => {
      if (Name === "instance-type") return Values.includes(type.InstanceType ?? "");
      if (Name === "current-generation") return Values.includes(`${type.CurrentGeneration}`);
      return type.ProcessorInfo?.SupportedArchitectures?.some((each) => Values.includes(each));
    });
    if (fits) yield type;
  }
}

interface World {
  readonly types?: readonly InstanceTypeInfo[];
  readonly config?: object;
  readonly error?: (operation: string, filters: readonly Filter[]) => Error | undefined;
}

async function found(
  instances: Iterable<Instance>,
  { types = region, config = {}, error = () => undefined }: World = {},
) {
  const asked: (readonly Filter[])[] = [];
  const read = ({ operation, input }: { operation: string; input: { Filters: Filter[] } }) =>
    (async function* () {
      const failure = error(operation, input.Filters);
      if (operation === "ec2:DescribeInstances") yield* instances;
      else asked.push(input.Filters);
      if (failure) throw failure;
      if (operation === "ec2:DescribeInstanceTypes") yield* typesBy(input.Filters, types);
    })();
  const search = { ...here, only: undefined, config: unit.config.parse(config), read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<AgedInstance>);
  return { all, asked };
}
const told = async (instances: Iterable<Instance>, world: World = {}) =>
  unit.tell((await found(instances, world)).all, {
    ...here,
    config: unit.config.parse(world.config ?? {}),
  });

const instance = (type: string, over: Partial<Instance> = {}): Instance => ({
  InstanceId: `i-${type}`,
  InstanceType: type as "m3.large",
  State: { Name: "running" },
  Architecture: "x86_64",
  PlatformDetails: "Linux/UNIX",
  ...over,
});
const rowOf = async (type: string, over: Partial<Instance> = {}) =>
  (await told([instance(type, over)]))?.table?.rows[0];
const tagged = (Key: string, Value = "x") => ({ Tags: [{ Key, Value }] });

describe("what is told", () => {
  test("by type, the most first, with who manages them and what there is in their place", async () => {
    const message = await told([
      instance("m3.large", { InstanceId: "i-1", ...tagged("Name", "db") }),
      ...["i-2", "i-3", "i-4", "i-5"].map((InstanceId) =>
        instance("m4.large", { InstanceId, ...tagged("aws:autoscaling:groupName", "web") }),
      ),
      instance("m5.large"),
    ]);
    expect(message?.title).toBe(
      "5 instances in eu-west-1 are of types that AWS calls previous generation",
    );
    expect(message?.table?.rows).toEqual([
      [
        "m4.large",
        4,
        "i-2, i-3, i-4 and 1 more",
        "the Auto Scaling group web",
        "not known",
        "m7g.large",
      ],
      ["m3.large", 1, "i-1 (db)", "", "m7i.large", "m7g.large"],
    ]);
    expect(message?.facts?.managed).toContain("4 instances: change the template");
    expect(message?.facts?.price).toContain("not known");
    expect(message?.affected).toEqual(["i-1", "i-2", "i-3", "i-4", "i-5"]);
  });
  test.each<[what: string, instances: readonly Instance[], config?: object]>([
    ["there are no instances", []],
    ["all are current", [instance("m5.large"), instance("t3.micro")]],
    ["their type is to stay", [instance("m3.large")], { except: ["m3.large"] }],
    ["their family is to stay", [instance("m3.large")], { except: ["m3"] }],
  ])("nothing where %s", async (_, instances, config = {}) => {
    expect(await told(instances, { config })).toBeUndefined();
  });
  test("a family that is to stay is no beginning of another", async () => {
    expect(
      await told([instance("m3.large")], { config: { except: ["m", "m3.larg"] } }),
    ).toBeDefined();
  });
  test("AWS says it of a type and not of its family", async () => {
    const message = await told([instance("m5.large"), instance("m5.metal")]);
    expect(message?.affected).toEqual(["i-m5.metal"]);
  });
  test("what is said to be old is old, whatever its name", async () => {
    const types = [shaped("m7g.large", { ...arm, old: true }), shaped("m3.large")];
    const message = await told([instance("m7g.large"), instance("m3.large")], { types });
    expect(message?.affected).toEqual(["i-m7g.large"]);
  });
  test("those that stand still are counted, too", async () => {
    const message = await told([instance("m3.large", { State: { Name: "stopped" } })]);
    expect(message?.facts?.stopped).toBe("1 instance");
  });
});

describe("of which generation a type is, is not guessed", () => {
  const bare = { InstanceType: "x9.large" as "m3.large" };
  test.each<[what: string, world: World]>([
    ["the region does not describe it", {}],
    ["EC2 leaves it out", { types: [bare] }],
  ])("where %s", async (_, world) => {
    const message = await told([instance("x9.large")], world);
    expect(message?.title).toBe(
      "Whether 1 instance in eu-west-1 is of a type of the previous generation is not known",
    );
    expect(message?.facts?.["not known"]).toContain("x9.large");
    expect(message?.table?.rows).toEqual([]);
    expect(message?.affected).toEqual(["i-x9.large"]);
  });
  test("and it is told beside those that are old", async () => {
    const message = await told([instance("x9.large"), instance("m3.large"), {}]);
    expect(message?.title).toContain("1 instance in eu-west-1 is of a type that");
    expect(message?.facts?.["not known"]).toContain("2 instances");
    expect(message?.facts?.["not known"]).toContain("x9.large, one without a type are");
  });
});

describe("what AWS names in its place", () => {
  test.each([
    ["m1.large", "m7i.large"],
    ["i2.xlarge", "i3.xlarge"],
    ["t1.micro", "t3.micro"],
    ["m1.small", "m7i, m7g, m7a: none here that fits its size and image"],
    ["c4.large", "not known"],
    ["a1.large", "not known"],
  ])("%s: %s", async (type, words) => expect((await rowOf(type))?.[4]).toBe(words));
  test("an image of 32 bits runs on none of them", async () => {
    const row = await rowOf("t1.micro", { Architecture: "i386" });
    expect(row?.[4]).toBe("t3, t4g, t3a: none here that fits its size and image");
  });
  test("only what the region offers", async () => {
    const message = await told([instance("m3.large")], { types: region.slice(0, 5) });
    expect(message?.table?.rows[0]?.slice(4)).toEqual([
      "m7i, m7g, m7a: none here that fits its size and image",
      "none found",
    ]);
  });
});

describe("Graviton is a hint", () => {
  test.each([
    ["what AWS names, where the region offers it", "t1.micro", "t4g.micro"],
    ["as many cores, the least memory that is enough", "m4.large", "m7g.large"],
    ["a few of many, by number", "c4.large", "c6g.large, c7g.large, c8g.large and 1 more"],
    ["for arm64 that is old, too", "a1.large", "c6g.large, c7g.large, c8g.large and 1 more"],
    ["none with local disks", "i2.xlarge", "none found"],
    ["none as large", "c4.8xlarge", "none found"],
    ["none with its accelerators", "g3.4xlarge", "none found"],
    ["none of bare metal", "m5.metal", "none found"],
  ])("%s", async (_, type, words) => expect((await rowOf(type))?.[5]).toBe(words));
  test.each<[what: string, over: Partial<Instance>]>([
    ["Windows", { Platform: "windows" as never, PlatformDetails: "Windows" }],
    ["SQL Server on Linux", { PlatformDetails: "Linux with SQL Server Standard" }],
    ["SQL Server on Windows", { PlatformDetails: "Windows with SQL Server Web" }],
  ])("not for %s", async (_, over) => {
    expect((await rowOf("m4.large", over))?.[5]).toBe("not Linux");
  });
  test.each(["Red Hat Enterprise Linux", "SUSE Linux", "Ubuntu Pro"])(
    "for %s",
    async (PlatformDetails) => {
      expect((await rowOf("m4.large", { PlatformDetails }))?.[5]).toBe("m7g.large");
    },
  );
  test("where no Linux is among the old, arm64 is not asked for", async () => {
    const windows = instance("m4.large", { PlatformDetails: "Windows" });
    const { asked } = await found([windows]);
    expect(asked.flat().filter(({ Name }) => Name !== "instance-type")).toEqual([]);
  });
});

describe("who manages it is named", () => {
  test.each<[by: string, over: Partial<Instance>]>([
    ["the EKS cluster x", tagged("aws:eks:cluster-name")],
    ["Karpenter x", tagged("karpenter.sh/nodepool")],
    ["the EMR cluster x", tagged("aws:elasticmapreduce:job-flow-id")],
    ["the CloudFormation stack x", tagged("aws:cloudformation:stack-name")],
    ["the Elastic Beanstalk environment x", tagged("elasticbeanstalk:environment-name")],
    ["ecs.amazonaws.com", { Operator: { Managed: true, Principal: "ecs.amazonaws.com" } }],
    ["an AWS service", { Operator: { Managed: true } }],
    ["a spot request", { InstanceLifecycle: "spot" }],
    ["", tagged("aws:ec2launchtemplate:id")],
  ])("%s", async (by, over) => expect((await rowOf("m4.large", over))?.[3]).toBe(by));
});

describe("an error is never none", () => {
  const named = (name: string) =>
    Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 400 } });
  test.each<[what: string, fails: (operation: string, filters: readonly Filter[]) => boolean]>([
    ["instances", (operation) => operation === "ec2:DescribeInstances"],
    ["types", (operation) => operation === "ec2:DescribeInstanceTypes"],
    ["types with arm64", (_, filters) => filters.some(({ Name }) => Name?.includes("archit"))],
    ["types in their place", (_, filters) => !!filters[0]?.Values?.includes("m7i.large")],
  ])("of %s", async (_, fails) => {
    for (const name of ["UnauthorizedOperation", "RequestLimitExceeded"])
      await expect(
        found([instance("m3.large")], {
          error: (operation, filters) => (fails(operation, filters) ? named(name) : undefined),
        }),
      ).rejects.toThrow("no");
  });
});

test("20,000 instances of 500 types: each type is asked for once, 200 at a time", async () => {
  const many = Array.from({ length: 20_000 }, (_, at) =>
    instance(`m3.${at % 500}xlarge`, { InstanceId: `i-${at}` }),
  );
  const types = Array.from({ length: 500 }, (_, at) =>
    shaped(`m3.${at}xlarge`, { old: at % 2 === 0 }),
  );
  const { all, asked } = await found(many, { types });
  expect(all).toHaveLength(10_000);
  // Three for the types, four for three names in place of each of 250, one for arm64.
  expect(asked).toHaveLength(3 + 4 + 1);
  expect(asked.flat().every(({ Values = [] }) => Values.length <= 200)).toBe(true);
});

test.each([{ except: "m3" }, { except: ["M3"] }, { except: ["m3."] }, { families: [] }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);

describe("by HTTP", () => {
  test("old ones are found, and neither current ones nor those that are gone", async () => {
    const aws = await embedded();
    await fixture.seed(aws);
    const { found: all } = await look(unit, aws, { config: fixture.settings?.config ?? {} });
    const by = Map.groupBy(all as AgedInstance[], ({ type }) => type);
    expect([...by].map(([type, { length }]) => [type, length])).toEqual([
      ["m3.large", 1],
      ["m4.large", 1],
    ]);
    expect(by.get("m3.large")?.[0]?.newer?.types).toEqual(["m7i.large", "m7a.large"]);
    expect(by.get("m3.large")?.[0]?.newer?.graviton).toEqual(["m7g.large"]);
    expect(by.get("m4.large")?.[0]?.manager).toBe("the Auto Scaling group web");
  });
});
