import type { Image, Instance, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { usePrices } from "../../../aws/pricing/prices.ts";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import {
  type AskedMetric,
  each,
  flat,
  type MeasuredValues,
  measuredAws,
} from "../../../test/setup/measured.ts";
import { testPrices } from "../../../test/setup/prices.ts";
import { fixture } from "./fixture.ts";
import unit from "./index.ts";
import type { SizedInstance } from "./told.ts";

// A Monday.
const now = new Date("2026-11-23T07:00:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };

interface Shape {
  readonly cores: number;
  readonly gib: number;
  readonly arch?: string;
  readonly over?: Partial<InstanceTypeInfo>;
}
/** Bandwidth goes by cores, as it does in a family. */
const shaped = (name: string, { cores, gib, arch = "x86_64", over = {} }: Shape) => ({
  InstanceType: name as "m5.large",
  CurrentGeneration: true,
  VCpuInfo: { DefaultVCpus: cores },
  MemoryInfo: { SizeInMiB: gib * 1024 },
  ProcessorInfo: { SupportedArchitectures: [arch as "x86_64"] },
  InstanceStorageSupported: false,
  BurstablePerformanceSupported: false,
  BareMetal: false,
  Hypervisor: "nitro" as const,
  NetworkInfo: { NetworkCards: [{ BaselineBandwidthInGbps: cores * 0.3 }] },
  EbsInfo: { EbsOptimizedInfo: { BaselineThroughputInMBps: cores * 40 } },
  ...over,
});
const family = (name: string, gibPerCore: number, arch?: string) =>
  [2, 4, 8, 16].map((cores, at) =>
    shaped(`${name}.${["large", "xlarge", "2xlarge", "4xlarge"][at]}`, {
      cores,
      gib: cores * gibPerCore,
      ...(arch && { arch }),
    }),
  );
const region: readonly InstanceTypeInfo[] = [
  ...family("c5", 2),
  ...family("m5", 4),
  ...family("r5", 8),
  ...family("m6g", 4, "arm64"),
  ...family("m7g", 4, "arm64"),
  shaped("m5d.2xlarge", { cores: 8, gib: 32, over: { InstanceStorageSupported: true } }),
  shaped("t3.large", { cores: 2, gib: 8, over: { BurstablePerformanceSupported: true } }),
  shaped("g5.xlarge", { cores: 4, gib: 16, over: { GpuInfo: {} } }),
];

interface World {
  readonly values?: MeasuredValues;
  /** Instances whose agent reports. */
  readonly agents?: readonly string[];
  readonly advice?: readonly object[];
  readonly images?: readonly Image[];
  readonly config?: object;
  readonly errors?: Readonly<Record<string, Error>>;
}
type Asked = { readonly Filters: readonly { readonly Name: string; readonly Values: string[] }[] };

const fits = (value: string | undefined, values: readonly string[]): boolean =>
  values.some((each) =>
    each.endsWith("*") ? String(value).startsWith(each.slice(0, -1)) : each === value,
  );

function* typesBy({ Filters }: Asked) {
  for (const type of region)
    if (
      Filters.every(({ Name, Values }) => {
        if (Name === "instance-type") return fits(type.InstanceType, Values);
        if (Name === "current-generation") return Values.includes(`${type.CurrentGeneration}`);
        return type.ProcessorInfo?.SupportedArchitectures?.some((arch) => Values.includes(arch));
      })
    )
      yield type;
}
function* imagesBy(images: readonly Image[], { Filters: [filter] }: Asked) {
  for (const image of images)
    if (fits(filter?.Name === "name" ? image.Name : image.ImageId, filter?.Values ?? []))
      yield image;
}

/** Of a machine that does little: in an hour 100 MB of network and of disk. */
const quiet: MeasuredValues = ({ name }) => flat(name === "CPUUtilization" ? 10 : 1e8);
/** As that, but for one metric. */
const but =
  (metric: string, values: readonly number[], others: MeasuredValues = quiet) =>
  (asked: AskedMetric): readonly number[] =>
    asked.name === metric ? values : others(asked);
const memory = (percent: number, others: MeasuredValues = quiet) =>
  but("mem_used_percent", flat(percent), others);

async function found(instances: Iterable<Instance>, world: World = {}) {
  const { values = quiet, agents = [], advice, images = [], errors = {} } = world;
  const settings = world.config ?? {};
  const answers = {
    "ec2:DescribeInstances": () => each(instances),
    "ec2:DescribeInstanceTypes": (input: Asked) => each(typesBy(input)),
    "ec2:DescribeImages": (input: Asked) => each(imagesBy(images, input)),
    "cloudwatch:ListMetrics": () =>
      each(
        agents.map((Value) => ({
          Namespace: "CWAgent",
          MetricName: "mem_used_percent",
          Dimensions: [{ Name: "InstanceId", Value }],
        })),
      ),
    "compute-optimizer:GetEnrollmentStatus": () => ({ status: advice ? "Active" : "Inactive" }),
    "compute-optimizer:GetEC2InstanceRecommendations": () => each(advice ?? []),
  };
  const failing = Object.fromEntries(
    Object.entries(errors).map(([operation, error]) => [
      operation,
      () => {
        throw error;
      },
    ]),
  );
  const metrics = errors["cloudwatch:GetMetricData"] ? failing["cloudwatch:GetMetricData"] : values;
  const aws = measuredAws(metrics as MeasuredValues, { ...answers, ...failing } as never);
  const config = unit.config.parse(settings);
  const search = { ...here, config, only: undefined, read: aws.read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<SizedInstance>);
  return { all, told: unit.tell(all, { ...here, config }), ...aws };
}

const machine = (type: string, over: Partial<Instance> = {}): Instance => ({
  InstanceId: "i-1",
  InstanceType: type as "m5.large",
  ImageId: "ami-1",
  State: { Name: "running" },
  Architecture: "x86_64",
  PlatformDetails: "Linux/UNIX",
  Hypervisor: "xen",
  ...over,
});
const only = async (...asked: Parameters<typeof found>) => (await found(...asked)).all[0];
const noHint = { graviton: false };

describe("by what was measured", () => {
  test("the cheapest type that carries it, with what that saves", async () => {
    const { told } = await found(
      [machine("m5.2xlarge", { Tags: [{ Key: "Name", Value: "db" }] })],
      {
        values: memory(20),
        agents: ["i-1"],
        config: noHint,
      },
    );
    expect(told?.title).toBe(
      "1 instance in eu-central-1 is larger than what it does needs, about $210.24 a month",
    );
    // 0.8 cores and 6.4 GiB: an m5.large has 8 GiB, of which 6.4 are 80 %.
    expect(told?.table?.rows).toEqual([
      [
        ...["i-1 (db)", "m5.2xlarge", "m5.large", "too large", "10 %", "20 %", "$210.24", ""],
        "measured",
      ],
    ]);
    expect(told?.severity).toBe("info");
    expect(told?.affected).toEqual(["i-1"]);
  });
  test.each<[what: string, type: string, values: MeasuredValues, to: string | undefined]>([
    ["memory a little over what leaves headroom", "m5.2xlarge", memory(21), "r5.large"],
    ["memory that is used", "m5.2xlarge", memory(70), "r5.xlarge"],
    ["memory that is used up: as much of it", "m5.2xlarge", memory(95), "r5.xlarge"],
    ["memory that only so large a type has", "r5.2xlarge", memory(70), undefined],
    [
      "cores that need four",
      "m5.2xlarge",
      memory(20, but("CPUUtilization", flat(39))),
      "c5.xlarge",
    ],
    [
      "cores at the edge of half",
      "c5.2xlarge",
      memory(20, but("CPUUtilization", flat(41))),
      undefined,
    ],
    ["busy cores", "m5.2xlarge", memory(20, but("CPUUtilization", flat(81))), undefined],
    [
      "network that two cores' share does not carry",
      "m5.2xlarge",
      // 100 MB a second are 0.8 Gbit/s; large has 0.6, xlarge 1.2.
      memory(20, but("NetworkOut", flat(1e8 * 3600))),
      "c5.xlarge",
    ],
    [
      "disks that two cores' share does not carry",
      "m5.2xlarge",
      memory(20, but("EBSReadBytes", flat(1e8 * 3600))),
      "c5.xlarge",
    ],
  ])("%s", async (_, type, values, to) => {
    const sizing = await only([machine(type)], { values, agents: ["i-1"], config: noHint });
    expect([sizing?.is, sizing?.to]).toEqual([to ? "larger" : "fits", to]);
  });
});

describe("what was not measured may be no less than it is now", () => {
  test("without the agent memory stays as it is: a type with as much and fewer cores", async () => {
    const sizing = await only([machine("c5.2xlarge")], { config: noHint });
    expect([sizing?.is, sizing?.to, sizing?.memory]).toEqual(["larger", "r5.large", undefined]);
  });
  test("where only its memory is in the way, that is what is told", async () => {
    const { all, told } = await found(
      [machine("r5.2xlarge"), machine("m5.4xlarge", { InstanceId: "i-2" })],
      {
        config: noHint,
      },
    );
    expect(all.map(({ is, to }) => [is, to])).toEqual([
      ["waits for memory", undefined],
      ["larger", "r5.2xlarge"],
    ]);
    expect(told?.facts?.["waits for memory"]).toContain("1 instance: cores, network and disks");
  });
  test("memory with gaps is not measured", async () => {
    const gaps = but("mem_used_percent", flat(5, 300));
    expect((await only([machine("r5.2xlarge")], { values: gaps, agents: ["i-1"] }))?.is).toBe(
      "waits for memory",
    );
  });
  test.each(["NetworkIn", "NetworkOut", "EBSReadBytes", "EBSWriteBytes"])(
    "%s with gaps is no zero",
    async (name) => {
      const values = memory(10, but(name, flat(0, 300)));
      const sizing = await only([machine("m5.2xlarge")], { values, agents: ["i-1"] });
      // As many cores as now, so as much of both.
      expect(sizing?.to).toBe("c5.2xlarge");
    },
  );
  test("the agent's memory is asked with the dimensions that it reports with", async () => {
    const { metrics } = await found([machine("m5.2xlarge")], { agents: ["i-1"] });
    expect(metrics.filter(({ namespace }) => namespace === "CWAgent")).toEqual([
      {
        ...{ namespace: "CWAgent", name: "mem_used_percent", stat: "Maximum" },
        dimensions: "InstanceId=i-1",
      },
    ]);
  });
});

describe("peaks", () => {
  const withPeaks = (hours: readonly number[]) => {
    const values = [...flat(10)];
    for (const at of hours) values[at] = 90;
    return memory(20, but("CPUUtilization", values));
  };
  test.each<[what: string, hours: readonly number[], is: SizedInstance["is"]]>([
    ["three hours of 336 are none", [40, 41, 42], "larger"],
    ["four are", [40, 41, 42, 43], "fits"],
    ["one hour that comes back each week is", [40, 40 + 168], "fits"],
    ["two that do not come back are none", [40, 41 + 168], "larger"],
  ])("%s", async (_, hours, is) => {
    const world = { values: withPeaks(hours), agents: ["i-1"], config: noHint };
    expect((await only([machine("m5.2xlarge")], world))?.is).toBe(is);
  });
  test("an hour of the week that was measured once counts as it was", async () => {
    const values = [...flat(10, 330), 90];
    const world = { values: memory(20, but("CPUUtilization", values)), agents: ["i-1"] };
    // Five are missing at the beginning, one of them a week before the peak's hour or none: 331 hours.
    expect((await only([machine("m5.2xlarge")], world))?.is).toBe("larger");
    const short = [...flat(10, 310), ...flat(90, 1)];
    const lone = { values: memory(20, but("CPUUtilization", short)), agents: ["i-1"] };
    expect((await only([machine("m5.2xlarge")], lone))?.is).toBe("larger");
  });
});

describe("not judged, and counted with the reason", () => {
  test.each<[what: string, instance: Instance, values: MeasuredValues, why: string]>([
    ["young", machine("m5.2xlarge"), but("CPUUtilization", flat(3, 300)), "younger than 14 days"],
    ["never measured", machine("m5.2xlarge"), but("CPUUtilization", []), "measured with gaps"],
    ["burstable", machine("t3.large"), quiet, "burstable"],
    ["local disks", machine("m5d.2xlarge"), quiet, "local disks"],
    ["accelerators", machine("g5.xlarge"), quiet, "accelerators"],
    ["of an unknown type", machine("x99.large"), quiet, "does not describe"],
    [
      "with its own cores",
      machine("m5.2xlarge", { CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 } }),
      quiet,
      "cores that were set",
    ],
  ])("%s", async (_, instance, values, why) => {
    const large = machine("m5.2xlarge", { InstanceId: "i-large" });
    const { all, told } = await found([instance], { values, agents: ["i-1"], config: noHint });
    expect(all[0]).toMatchObject({ is: "not judged", why: expect.stringContaining(why) });
    expect(told).toBeUndefined();
    // Beside one that is told, it is counted.
    const beside = await found([instance, large], {
      agents: ["i-large"],
      values: (metric) =>
        metric.dimensions.includes("i-large") ? memory(5)(metric) : values(metric),
      config: noHint,
    });
    expect(beside.told?.facts?.["not judged"]).toContain(why);
  });
});

const arn = (id: string) => `arn:aws:ec2:eu-central-1:123456789012:instance/${id}`;
const option = (instanceType: string, rank = 1, platformDifferences: string[] = []) => ({
  ...{ instanceType, rank, platformDifferences },
  savingsOpportunity: { estimatedMonthlySavings: { currency: "USD", value: 42 } },
});
const advised = (finding: string, over: object = {}) => ({
  accountId: here.account,
  instanceArn: arn("i-1"),
  currentInstanceType: "m5.2xlarge",
  finding,
  utilizationMetrics: [{ name: "CPU", statistic: "MAXIMUM", value: 7 }],
  recommendationOptions: [option("m5.xlarge")],
  ...over,
});

describe("by Compute Optimizer, where the account has opted in", () => {
  test.each(["OVER_PROVISIONED", "Overprovisioned"])("%s is too large", async (finding) => {
    const { told, metrics, operations } = await found([machine("m5.2xlarge")], {
      advice: [advised(finding)],
      config: noHint,
    });
    expect(told?.table?.rows).toEqual([
      [
        "i-1",
        "m5.2xlarge",
        "m5.xlarge",
        "too large",
        "7 %",
        "not measured",
        "$140.16",
        "",
        "Compute Optimizer",
      ],
    ]);
    expect([metrics, operations.includes("cloudwatch:ListMetrics")]).toEqual([[], false]);
  });
  test("UNDER_PROVISIONED is too small, and saves nothing", async () => {
    const { told } = await found([machine("m5.2xlarge")], {
      advice: [advised("UNDER_PROVISIONED", { recommendationOptions: [option("m5.4xlarge")] })],
      config: noHint,
    });
    expect(told?.title).toBe("1 instance in eu-central-1 is smaller than what it does needs");
    expect(told?.table?.rows[0]?.slice(2, 7)).toEqual([
      ...["m5.4xlarge", "too small", "7 %", "not measured", "costs more"],
    ]);
    expect(told?.facts?.price).toBeUndefined();
  });
  test("OPTIMIZED fits, whatever we would have measured", async () => {
    const { told } = await found([machine("m5.2xlarge")], {
      ...{ advice: [advised("OPTIMIZED")], values: memory(5), agents: ["i-1"], config: noHint },
    });
    expect(told).toBeUndefined();
  });
  test("what it does not know is judged by what was measured", async () => {
    const { all } = await found([machine("m5.2xlarge", { InstanceId: "i-2" })], {
      ...{ advice: [advised("OPTIMIZED")], values: memory(5), agents: ["i-2"] },
    });
    expect(all.map(({ is, by }) => [is, by])).toEqual([["larger", "measured"]]);
  });
  test.each<[what: string, over: object]>([
    ["was changed since", { currentInstanceType: "m5.4xlarge" }],
    ["is given no type", { recommendationOptions: [] }],
  ])("what %s is not judged", async (_, over) => {
    const sizing = await only([machine("m5.2xlarge")], {
      advice: [advised("OVER_PROVISIONED", over)],
    });
    expect(sizing?.is).toBe("not judged");
  });
  test("another account's is none of ours", async () => {
    const advice = [advised("OVER_PROVISIONED", { accountId: "999999999999" })];
    expect((await only([machine("m5.2xlarge")], { advice }))?.by).toBe("measured");
  });
  test("a type that runs the same image before one with Graviton", async () => {
    const options = [option("m7g.xlarge", 1, ["Architecture"]), option("m5.xlarge", 2)];
    const both = advised("OVER_PROVISIONED", { recommendationOptions: options });
    expect((await only([machine("m5.2xlarge")], { advice: [both] }))?.to).toBe("m5.xlarge");
    const arm = advised("OVER_PROVISIONED", { recommendationOptions: options.slice(0, 1) });
    const { told } = await found([machine("m5.2xlarge")], { advice: [arm] });
    expect(told?.table?.rows[0]?.[7]).toBe("an arm64 image");
  });
  test("it is not asked where the settings say never", async () => {
    const config = { computeOptimizer: "never" };
    const { operations } = await found([machine("m5.2xlarge")], { advice: [], config });
    expect(operations.filter((each) => each.startsWith("compute-optimizer"))).toEqual([]);
  });
});

describe("prices", () => {
  const large = { values: memory(20), agents: ["i-1"], config: noHint };
  test("without a list the smallest that carries it is named, and what it saves is unknown", async () => {
    usePrices({});
    const { told } = await found([machine("m5.2xlarge")], large);
    usePrices(testPrices);
    expect(told?.title).toBe("1 instance in eu-central-1 is larger than what it does needs");
    expect(told?.table?.rows[0]?.slice(2, 7)).toEqual([
      ...["m5.large", "too large", "10 %", "20 %", "unknown"],
    ]);
    expect(told?.facts?.price).toContain("unknown of 1 instance: no price list");
  });
  test("without a list Compute Optimizer's own reckoning is named as its own", async () => {
    usePrices({});
    const { told } = await found([machine("m5.2xlarge")], {
      ...{ advice: [advised("OVER_PROVISIONED")], config: noHint },
    });
    usePrices(testPrices);
    expect(told?.table?.rows[0]?.[6]).toBe("$42.00 *");
    expect(told?.facts?.price).toContain("* as Compute Optimizer reckons it");
  });
  test.each<[what: string, over: Partial<Instance>]>([
    ["Windows", { PlatformDetails: "Windows" }],
    ["spot", { InstanceLifecycle: "spot" }],
    ["a dedicated host", { Placement: { Tenancy: "host" } }],
  ])("of %s are unknown", async (_, over) => {
    const sizing = await only([machine("m5.2xlarge", over)], large);
    expect([sizing?.is, sizing?.saves]).toEqual(["larger", undefined]);
  });
  test("a type that costs more is none, however small", async () => {
    // Of 32 GiB only r5.xlarge has fewer cores: dearer by this list than what it is.
    const listed = { "ec2:c5.4xlarge": 0.1, "ec2:m5.2xlarge": 0.2, "ec2:r5.xlarge": 0.3 };
    usePrices({ "eu-central-1": { currency: "USD", published: {}, prices: listed } });
    const sizing = await only([machine("c5.4xlarge")], { config: noHint });
    usePrices(testPrices);
    expect([sizing?.is, sizing?.to]).toEqual(["waits for memory", undefined]);
  });
});

describe("Graviton", () => {
  const image = (ImageId: string, Name: string, over: Partial<Image> = {}): Image => ({
    ...{ ImageId, Name, OwnerId: "137112412989", Architecture: "x86_64", State: "available" },
    ...over,
  });
  const intel = image("ami-1", "al2023-ami-2023.5-kernel-6.1-x86_64");
  const arm = image("ami-arm", "al2023-ami-2023.5-kernel-6.1-arm64", { Architecture: "arm64" });
  const hint = async (images: readonly Image[], instance = machine("m5.large")) =>
    (await found([instance], { images, values: but("CPUUtilization", flat(70)) })).told?.facts?.[
      "on Graviton"
    ];

  test("the newest of its series and size, and the image where its owner offers it", async () => {
    expect(await hint([intel, arm])).toBe(
      "m5.large → m7g.large (1, $10.51 a month less): its image is there for arm64 as ami-arm",
    );
  });
  test("where nothing is too large or too small there is no table", async () => {
    const values = but("CPUUtilization", flat(70));
    const { told } = await found([machine("m5.large")], { images: [intel, arm], values });
    expect([told?.title, told?.table]).toEqual([expect.stringContaining("Graviton"), undefined]);
  });
  test.each<[what: string, images: readonly Image[]]>([
    ["the image is gone", []],
    ["there is none for arm64", [intel]],
    ["somebody else has one of that name", [intel, { ...arm, OwnerId: "999999999999" }]],
    ["it is disabled", [intel, { ...arm, State: "disabled" }]],
    ["the name says arm64 and the image does not", [intel, { ...arm, Architecture: "x86_64" }]],
    ["the name says nothing", [image("ami-1", "golden"), image("ami-arm", "golden")]],
  ])("needs an arm64 image where %s", async (_, images) => {
    expect(await hint(images)).toContain(": needs an arm64 image");
  });
  test.each<[what: string, over: Partial<Instance>]>([
    ["Windows", { Platform: "Windows", PlatformDetails: "Windows" }],
    ["SQL Server on Linux", { PlatformDetails: "Linux with SQL Server Standard" }],
    ["what runs on arm64", { Architecture: "arm64" }],
    ["an image of 32 bits", { Architecture: "i386" }],
  ])("no hint for %s", async (_, over) => {
    expect(await hint([intel, arm], machine("m5.large", over))).toBeUndefined();
  });
  test("none for a type without a sibling, and none where the settings say so", async () => {
    expect(await hint([intel, arm], machine("c5.large"))).toBeUndefined();
    const { told, operations } = await found([machine("m5.large")], { config: noHint });
    expect([told, operations.includes("ec2:DescribeImages")]).toEqual([undefined, false]);
  });
});

test.each<[by: string, over: Partial<Instance>]>([
  ["the Auto Scaling group web", { Tags: [{ Key: "aws:autoscaling:groupName", Value: "web" }] }],
  ["the EKS cluster shop", { Tags: [{ Key: "aws:eks:cluster-name", Value: "shop" }] }],
  ["ECS", { Tags: [{ Key: "AmazonECSManaged", Value: "true" }] }],
  ["the spot request sir-1", { InstanceLifecycle: "spot", SpotInstanceRequestId: "sir-1" }],
])("of what is managed by %s the template is to be changed", async (by, over) => {
  const { told } = await found([machine("m5.2xlarge", over)], {
    ...{ values: memory(5), agents: ["i-1"], config: noHint },
  });
  expect(told?.table?.rows[0]?.[7]).toBe(`the template of ${by}`);
  expect(told?.facts?.managed).toContain("1 instance: change the launch template");
});

test.each([{ except: ["i-1"] }, { except: ["db"] }, { except: ["m5.2xlarge"] }])(
  "%o is left alone",
  async (config) => {
    const named = machine("m5.2xlarge", { Tags: [{ Key: "Name", Value: "db" }] });
    const { all, operations } = await found([named], { config });
    expect([all, operations]).toEqual([[], ["ec2:DescribeInstances"]]);
  },
);

test("where nothing runs nothing is asked of Compute Optimizer or of CloudWatch", async () => {
  const { operations, told } = await found([]);
  expect([operations, told]).toEqual([["ec2:DescribeInstances"], undefined]);
});

describe("what AWS refuses is an error, never a size that fits", () => {
  test.each([
    "ec2:DescribeInstances",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeImages",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
    "compute-optimizer:GetEnrollmentStatus",
    "compute-optimizer:GetEC2InstanceRecommendations",
  ])("%s", async (operation) => {
    for (const name of ["AccessDeniedException", "ThrottlingException"]) {
      const errors = { [operation]: Object.assign(new Error("no"), { name }) };
      const two = [machine("m5.2xlarge"), machine("m5.2xlarge", { InstanceId: "i-2" })];
      const world = { errors, advice: [advised("OPTIMIZED")] };
      await expect(found(two, world)).rejects.toThrow("no");
    }
  });
});

test("of 20,000 what was measured is held for 500 at a time", async () => {
  const many = Array.from({ length: 20_000 }, (_, at) =>
    machine("m5.2xlarge", { InstanceId: `i-${at}` }),
  );
  const busy: MeasuredValues = but("CPUUtilization", flat(95, 3));
  const { all, queries } = await found(many, { values: busy, config: noHint });
  expect([all.length, Math.max(...queries)]).toEqual([20_000, 500]);
});

test.each([
  { days: 13 },
  { days: 61 },
  { headroom: 71 },
  { headroom: -1 },
  { except: "x" },
  { cpu: 1 },
])("config %o is refused", (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false));

test("by HTTP: what Compute Optimizer names, and what was measured; no decoy", async () => {
  const aws = await embedded();
  await fixture.seed(aws);
  const { found: all } = await look(unit, aws, { config: fixture.settings?.config ?? {} });
  const told = (all as SizedInstance[]).map(({ machine: { name }, is, to, by }) => [
    name,
    is,
    to,
    by,
  ]);
  expect(told).toEqual([
    ["known", "larger", "m5.xlarge", "Compute Optimizer"],
    ["large", "larger", expect.stringMatching(/^[cmr]5\./), "measured"],
    ["full", "fits", undefined, "measured"],
    ["dark", expect.stringMatching(/fits|waits for memory/), undefined, "measured"],
    ["young", "not judged", undefined, "measured"],
    ["busy", "fits", undefined, "measured"],
  ]);
});
