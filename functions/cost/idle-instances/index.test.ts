import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { beforeAll, describe, expect, test } from "vitest";
import { startInstances, stopInstances } from "../../../aws/ec2/instance.ts";
import { instancePricePerMonth } from "../../../aws/ec2/instance-price.ts";
import { after, before, days, hours } from "../../../sdk/time.ts";
import { embedded, type TestAccount } from "../../../test/setup/aws.ts";
import { look, pagesBy, proposals, send } from "../../../test/setup/look.ts";
import type { Usage } from "./idle.ts";
import unit from "./index.ts";

const now = new Date("2026-11-21T04:20:00Z");
const here = { account: "123456789012", region: "eu-west-1", now, since: undefined };
const config = unit.config.parse({});
const InstanceId = "i-0a1";
const flat = (value: number, count = 14 * 24) => Array<number>(count).fill(value);
const idle: Usage = {
  instance: {
    InstanceId,
    InstanceType: "m5.large",
    State: { Name: "running" },
    LaunchTime: new Date("2026-03-01T09:00:00Z"),
  },
  cores: 2,
  cpu: flat(1.25),
  highest: flat(3),
  network: { in: flat(200_000), out: flat(100_000) },
};
/** Hour by hour, counted back from the last. */
const byHour = (value: (hoursAgo: number) => number | undefined): number[] =>
  Array.from({ length: 14 * 24 }, (_, at) => at + 1).flatMap((ago) => value(ago) ?? []);
const measuredAt = (isMeasured: (hoursAgo: number) => boolean): Usage => {
  const hourly = byHour((ago) => (isMeasured(ago) ? 1 : undefined));
  return { ...idle, cpu: hourly, highest: hourly, network: { in: hourly, out: hourly } };
};
const instance = (over: Usage["instance"]): Usage => ({
  ...idle,
  instance: { ...idle.instance, ...over },
});

describe("what is proposed", () => {
  test("an instance that was idle every hour is stopped", () => {
    expect(unit.propose(idle, { ...here, config })).toEqual({
      because:
        "for 14 days no hour took more than 1.3 % CPU (3.0 % at its highest) and 0.2 MB of network",
      call: stopInstances({ InstanceIds: [InstanceId] }),
      savesPerMonth: 70.08,
    });
  });
  test("one that was launched to hibernate hibernates, and starting it wakes it", () => {
    const call = unit.propose(instance({ HibernationOptions: { Configured: true } }), {
      ...here,
      config,
    })?.call;
    expect(call).toEqual(stopInstances({ InstanceIds: [InstanceId], Hibernate: true }));
    expect(stopInstances.invert({ InstanceIds: [InstanceId], Hibernate: true }, {})).toEqual([
      startInstances({ InstanceIds: [InstanceId] }),
    ]);
    const plain = instance({ HibernationOptions: { Configured: false } });
    expect(unit.propose(plain, { ...here, config })?.call.input).not.toHaveProperty("Hibernate");
  });
  test("stopping is taken back by starting", () => {
    expect(stopInstances.invert({ InstanceIds: [InstanceId] }, {})).toEqual([
      startInstances({ InstanceIds: [InstanceId] }),
    ]);
  });
  test("a tenth of the hours may be missing", () => {
    for (const name of ["cpu", "highest"] as const) {
      expect(unit.propose({ ...idle, [name]: flat(1, 303) }, { ...here, config })).toBeDefined();
      expect(unit.propose({ ...idle, [name]: flat(1, 302) }, { ...here, config })).toBeUndefined();
    }
    // Of ten days exactly a tenth.
    expect(
      unit.propose(
        { ...idle, cpu: flat(1, 216) },
        { ...here, config: unit.config.parse({ days: 10 }) },
      ),
    ).toBeDefined();
  });
  test.each<[string, Usage]>([
    ["one busy hour", { ...idle, cpu: [...flat(1, 335), 5] }],
    [
      "one hour that took in much",
      { ...idle, network: { in: [...flat(0, 335), 5_000_000], out: flat(0) } },
    ],
    [
      "one hour that gave out much",
      { ...idle, network: { in: flat(0), out: [...flat(0, 335), 5_000_000] } },
    ],
    ["an instance without any points", { ...idle, cpu: [] }],
    ["an hourly batch job: five minutes at 55 %", { ...idle, cpu: flat(4.6), highest: flat(55) }],
    ["one busy minute in two weeks", { ...idle, highest: [...flat(3, 335), 20] }],
    [
      "one of 96 cores busy all the time",
      { ...idle, cores: 96, cpu: flat(1.04), highest: flat(1.05) },
    ],
    [
      "one of 96 cores busy for a moment each hour",
      { ...idle, cores: 96, cpu: flat(0.1), highest: flat(1.04) },
    ],
    [
      "one of eight cores, by its own options",
      {
        ...instance({ CpuOptions: { CoreCount: 4, ThreadsPerCore: 2 } }),
        cores: 8,
        cpu: flat(2.5),
      },
    ],
    ["one whose cores nobody knows", { ...idle, cores: undefined }],
    ["one whose peaks were not read", { ...idle, highest: [] }],
    [
      "one that somebody started again 19 hours ago, after five hours of standing still",
      {
        ...measuredAt((ago) => ago < 19 || ago >= 24),
        instance: { ...idle.instance, LaunchTime: before(now, hours(19)) },
      },
    ],
    [
      "one that is stopped each night of the last week",
      {
        ...measuredAt((ago) => !(ago <= 168 && ago % 24 >= 20)),
        instance: { ...idle.instance, LaunchTime: before(now, hours(20)) },
      },
    ],
    [
      "one that was started within the first of the hours",
      instance({ LaunchTime: new Date("2026-11-07T04:00:01Z") }),
    ],
    [
      "one that will have been started, by the clock of another",
      instance({ LaunchTime: after(now, days(1)) }),
    ],
    [
      "one whose start nobody knows",
      {
        ...idle,
        instance: { InstanceId, State: { Name: "running" }, InstanceType: "m5.large" },
      },
    ],
    ["a weekly peak", { ...idle, cpu: byHour((ago) => (ago % 168 === 50 ? 80 : 0.5)) }],
    ["one of whose hours each ninth is missing", measuredAt((ago) => ago % 9 !== 0)],
    [
      "one that was launched yesterday",
      { ...idle, cpu: flat(1, 24), network: { in: flat(0, 24), out: flat(0, 24) } },
    ],
    ["one whose network has gaps", { ...idle, network: { in: flat(0), out: flat(0, 100) } }],
    ["one whose network was not read", { instance: idle.instance, cpu: flat(1) }],
    ["one that is stopped already", instance({ State: { Name: "stopped" } })],
    [
      "one that is just starting, which cannot be stopped",
      instance({ State: { Name: "pending" } }),
    ],
    ["one that was terminated", instance({ State: { Name: "terminated" } })],
    ["one that is just stopping", instance({ State: { Name: "stopping" } })],
    ["one whose state nobody knows", { ...idle, instance: { InstanceId } }],
    ["one without an id", { ...idle, instance: { State: { Name: "running" } } }],
  ])("%s is left alone", (_, usage) => {
    expect(unit.propose(usage, { ...here, config })).toBeUndefined();
  });
});

test("what does as little as the page says is idle, to the last digit", () => {
  const almost: Usage = {
    ...idle,
    instance: { ...idle.instance, LaunchTime: new Date("2026-11-07T04:00:00Z") },
    cores: 96,
    cpu: flat(0.208),
    highest: flat(0.83),
    network: { in: flat(4_999_999), out: flat(4_999_999) },
  };
  expect(unit.propose(almost, { ...here, config })).toBeDefined();
  expect(unit.propose({ ...almost, cpu: flat(0.209) }, { ...here, config })).toBeUndefined();
  expect(unit.propose({ ...almost, highest: flat(0.84) }, { ...here, config })).toBeUndefined();
  const four: Usage = { ...almost, cores: 4, cpu: flat(4.9), highest: flat(19.9) };
  expect(unit.propose(four, { ...here, config })).toBeDefined();
  expect(unit.propose({ ...four, cores: 1 }, { ...here, config })).toBeDefined();
  expect(unit.propose({ ...four, cores: 5 }, { ...here, config })).toBeUndefined();
});

describe("what others manage is named", () => {
  test.each<[Usage, string | undefined]>([
    [idle, undefined],
    [
      instance({
        Tags: [
          { Key: "Name", Value: "batch" },
          { Key: "aws:ec2launchtemplate:id", Value: "lt-1" },
        ],
      }),
      undefined,
    ],
    [
      instance({ Tags: [{ Key: "aws:autoscaling:groupName", Value: "web" }] }),
      "the Auto Scaling group web",
    ],
    [
      instance({ Tags: [{ Key: "aws:cloudformation:stack-name", Value: "shop" }] }),
      "the CloudFormation stack shop",
    ],
    [instance({ Tags: [{ Key: "eks:cluster-name", Value: "prod" }] }), "the EKS cluster prod"],
    [instance({ Tags: [{ Key: "kubernetes.io/cluster/prod", Value: "owned" }] }), "Kubernetes"],
    [instance({ Tags: [{ Key: "AmazonECSManaged", Value: "true" }] }), "ECS"],
    [
      instance({ Tags: [{ Key: "aws:servicecatalog:provisionedProductArn", Value: "arn:x" }] }),
      "the Service Catalog product arn:x",
    ],
    [
      instance({ Operator: { Managed: true, Principal: "eks.amazonaws.com" } }),
      "eks.amazonaws.com",
    ],
    [instance({ Operator: { Managed: true } }), "an AWS service"],
    [instance({ Operator: { Managed: false, Principal: "eks.amazonaws.com" } }), undefined],
    [
      instance({ InstanceLifecycle: "spot", SpotInstanceRequestId: "sir-1" }),
      "the spot request sir-1",
    ],
    [instance({ InstanceLifecycle: "spot" }), "the spot request"],
    [instance({ InstanceLifecycle: "capacity-block" }), "a reservation of the kind capacity-block"],
    [
      instance({ Tags: [{ Key: "AWSRDSCustom", Value: "custom-oracle-ee" }] }),
      "RDS Custom custom-oracle-ee",
    ],
    [
      instance({
        Tags: [{ Key: "AWSElasticDisasterRecoveryManaged", Value: "drs.amazonaws.com" }],
      }),
      "Elastic Disaster Recovery",
    ],
    [
      instance({
        Tags: [{ Key: "AWSApplicationMigrationServiceManaged", Value: "mgn.amazonaws.com" }],
      }),
      "Application Migration Service",
    ],
    [instance({ RootDeviceType: "instance-store" }), "its instance store, which a stop would wipe"],
    [
      { ...idle, kept: "stop protection, which somebody set on it" },
      "stop protection, which somebody set on it",
    ],
  ])("%#", (usage, managed) => {
    expect(unit.target(usage).managed).toBe(managed);
  });
});

test("the target is the instance, with its tags", () => {
  const Tags = [{ Key: "Name", Value: "batch" }];
  expect(unit.target(instance({ Tags }))).toEqual({
    id: InstanceId,
    tags: Tags,
    managed: undefined,
  });
  expect(unit.target(idle)).toEqual({ id: InstanceId, tags: [], managed: undefined });
});

test("CPU is asked of CloudWatch by the hour, up to the last whole one", async () => {
  const asked: object[] = [];
  const read = ({ operation, input }: { operation: string; input: object }) => {
    if (operation === "cloudwatch:GetMetricData") asked.push(input);
    return (async function* () {
      if (operation === "ec2:DescribeInstances") yield idle.instance;
    })();
  };
  const remembered = async () => undefined;
  const pages = pagesBy(read as never);
  const search = {
    ...here,
    only: undefined,
    config,
    read: read as never,
    pages,
    remembered,
    madeBy: remembered,
    keptOn: async () => [],
    note: () => {},
    regions: [here.region],
  };
  expect(await Array.fromAsync((await unit.find(search)) as AsyncIterable<Usage>)).toEqual([
    { instance: idle.instance, cpu: [] },
  ]);
  expect(asked).toEqual([
    {
      MetricDataQueries: [
        {
          Id: "m0",
          MetricStat: {
            Metric: {
              Namespace: "AWS/EC2",
              MetricName: "CPUUtilization",
              Dimensions: [{ Name: "InstanceId", Value: InstanceId }],
            },
            Period: 3600,
            Stat: "Average",
          },
        },
      ],
      StartTime: new Date("2026-11-07T04:00:00Z"),
      EndTime: new Date("2026-11-21T04:00:00Z"),
    },
  ]);
});

describe("state", () => {
  test("of one that nobody knows counts as stopped", () =>
    expect(unit.state({ instance: { InstanceId } })).toEqual({ state: "stopped" }));
  test.each([
    ["running", "running"],
    ["pending", "running"],
    ["stopping", "stopped"],
    ["stopped", "stopped"],
  ] as const)("%s counts as %s", (Name, state) => {
    expect(unit.state(instance({ State: { Name } }))).toEqual({ state });
  });
});

describe("what it saves", () => {
  test.each([
    ["t3.micro", 7.59],
    ["m5.2xlarge", 280.32],
    ["c6g.medium", 24.82],
    ["t3.nano", 3.8],
    ["t3.small", 15.18],
    ["m5.xlarge", 140.16],
    ["m5.24xlarge", 3363.84],
    ["m5", undefined],
    ["m5.2xlarge-flex", undefined],
    ["m5.metal2xlarge", undefined],
    ["m5.metal", undefined],
    ["quantum.large", undefined],
  ])("%s: %s dollars a month", (type, price) => {
    expect(instancePricePerMonth(type, "eu-west-1")).toBe(price);
  });
  test.each([
    { PlatformDetails: "Windows" },
    { Placement: { Tenancy: "dedicated" as const } },
    { InstanceLifecycle: "spot" as const },
    { InstanceType: "u7i-12tb.224xlarge" as const },
  ])("is not known for %o", (over) => {
    const proposal = unit.propose(instance(over), { ...here, config });
    expect(proposal).toHaveProperty("savesPerMonth", "unknown");
  });
  test("is known for Linux on shared machines, said or not", () => {
    const said = instance({ PlatformDetails: "Linux/UNIX", Placement: { Tenancy: "default" } });
    expect(unit.propose(said, { ...here, config })).toHaveProperty("savesPerMonth", 70.08);
  });
  test("is not known where nobody knows the type", () => {
    expect(unit.propose(instance({ InstanceType: undefined }), { ...here, config })).toHaveProperty(
      "savesPerMonth",
      "unknown",
    );
  });
});

test.each([{ days: 0 }, { days: 1.5 }, { cpu: 101 }, { network: -1 }, { cpus: 5 }])(
  "config %o is refused",
  (given) => {
    expect(unit.config.safeParse(given).success).toBe(false);
  },
);

/** Twelve measurements: one is the highest, the others make up the average. */
const spread = (average: number, highest: number) => ({
  Value: undefined,
  Values: [highest, (12 * average - highest) / 11],
  Counts: [1, 11],
});

describe("in an account", { tags: ["moto"] }, () => {
  const settings = { days: 1 };
  let aws: TestAccount;
  let ec2: EC2Client;
  const ids: Record<string, string> = {};

  async function run(
    name: string,
    {
      cpu,
      network,
      hours: count = 24,
      highest,
    }: { cpu: number; network: number; hours?: number; highest?: number },
    input: Partial<RunInstancesCommandInput> = {},
  ) {
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: "ami-12c6146b",
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        ...input,
      }),
    );
    const Value = Instances[0]?.InstanceId ?? "";
    ids[name] = Value;
    const end = Date.UTC(2026, 10, 21, 4);
    const at = (MetricName: string, Amount: number) =>
      Array.from({ length: count }, (_, hour) => ({
        MetricName,
        Value: Amount,
        Dimensions: [{ Name: "InstanceId", Value }],
        Timestamp: before(new Date(end), hours(hour + 1)),
      }));
    await aws.client(CloudWatchClient).send(
      new PutMetricDataCommand({
        Namespace: "AWS/EC2",
        MetricData: [
          ...at("CPUUtilization", cpu).map((point) =>
            highest === undefined ? point : { ...point, ...spread(cpu, highest) },
          ),
          ...at("NetworkIn", network),
          ...at("NetworkOut", network),
        ],
      }),
    );
  }

  beforeAll(async () => {
    aws = await embedded();
    ec2 = aws.client(EC2Client);
    await run("idle", { cpu: 1, network: 1000 });
    await run("alike", { cpu: 1, network: 1000 });
    await run("busy", { cpu: 60, network: 1000 });
    await run("talking", { cpu: 1, network: 50_000_000 });
    await run("young", { cpu: 1, network: 1000, hours: 6 });
    await run("protected", { cpu: 1, network: 1000 }, { DisableApiStop: true });
    await run("batch", { cpu: 4, network: 1000, highest: 55 });
    await run("large", { cpu: 1.04, network: 1000 }, { InstanceType: "m5.24xlarge" });
    await run("graphics", { cpu: 1, network: 1000 }, { InstanceType: "g5g.xlarge" });
    await run("restarted", { cpu: 1, network: 1000 });
    await ec2.send(new StopInstancesCommand({ InstanceIds: [ids.restarted ?? ""] }));
    await ec2.send(new StartInstancesCommand({ InstanceIds: [ids.restarted ?? ""] }));
    await run("disks", { cpu: 1, network: 1000 }, { InstanceType: "m5d.large" });
    await run(
      "grouped",
      { cpu: 1, network: 1000 },
      {
        TagSpecifications: [
          { ResourceType: "instance", Tags: [{ Key: "aws:autoscaling:groupName", Value: "web" }] },
        ],
      },
    );
  });
  const named = (map: ReadonlyMap<string, unknown>) =>
    new Set(Object.keys(ids).filter((name) => map.has(ids[name] ?? "")));

  test("exactly the idle ones are proposed", async () => {
    expect(named(await proposals(unit, aws, { config: settings, now }))).toEqual(
      new Set(["idle", "alike", "protected", "disks", "graphics", "grouped"]),
    );
  });

  test("those that must not be stopped say why", async () => {
    const { found } = await look(unit, aws, { config: settings, now });
    const managed = new Map(
      found.map((usage) => [usage.instance.InstanceId, unit.target(usage).managed]),
    );
    expect(
      ["idle", "busy", "protected", "disks", "graphics", "grouped"].map((name) =>
        managed.get(ids[name]),
      ),
    ).toEqual([
      undefined,
      undefined,
      "stop protection, which somebody set on it",
      "its local disks, which a stop would wipe",
      "its accelerators, which may be at work while its CPU is not",
      "the Auto Scaling group web",
    ]);
  });

  test("metrics take two calls for all, protection one for each idle one", async () => {
    // DescribeInstances, CPU, network and peaks, DescribeInstanceTypes, six times the attribute.
    expect((await look(unit, aws, { config: settings, now })).requests).toBe(10);
  });

  test("stopped, it is found by its id and nothing more is proposed; undone, it runs again", async () => {
    const id = ids.idle ?? "";
    const only = [id, "i-0123456789abcdef0"];
    const options = { only, config: settings, now };
    const proposal = (await proposals(unit, aws, options)).get(id);
    if (!proposal) throw new Error("nothing was proposed");
    const output = await send(unit, aws, proposal.call);
    const state = async () => (await look(unit, aws, options)).found.map(unit.state);
    expect(await state()).toEqual([{ state: "stopped" }]);
    expect((await proposals(unit, aws, options)).size).toBe(0);
    for (const call of stopInstances.invert(proposal.call.input, output))
      await send(unit, aws, call);
    expect(await state()).toEqual([{ state: "running" }]);
  });

  test("one that was terminated is gone", async () => {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [ids.alike ?? ""] }));
    expect(
      (await look(unit, aws, { only: [ids.alike ?? ""], config: settings, now })).found,
    ).toEqual([]);
  });
});
