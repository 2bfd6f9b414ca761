import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { DBCluster, DBInstance } from "@aws-sdk/client-rds";
import { DescribeDBInstancesCommand, RDSClient, StartDBInstanceCommand } from "@aws-sdk/client-rds";
import { describe, expect, onTestFinished, test } from "vitest";
import type { MeasuredHour } from "../../../aws/cloudwatch/hourly.ts";
import {
  startDBCluster,
  startDBInstance,
  stopDBCluster,
  stopDBInstance,
} from "../../../aws/rds/running.ts";
import { clusterManager, databaseManager } from "../../../aws/rds/stopping.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { before, days, hours } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { messages, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { clustersOf, type RdsDatabase, standingAlone } from "./databases.ts";
import { fixture, measure } from "./fixture.ts";
import { type FoundDatabase, idleAgainSince, idleDatabases, idlingOf } from "./idle.ts";
import unit from "./index.ts";

const now = new Date("2026-11-21T04:20:00Z");
const limits = unit.config.parse({});

const instance: DBInstance = {
  DBInstanceIdentifier: "orders",
  DBInstanceStatus: "available",
  Engine: "postgres",
  InstanceCreateTime: before(now, days(90)),
  TagList: [{ Key: "team", Value: "shop" }],
};
const cluster: DBCluster = {
  DBClusterIdentifier: "sales",
  Status: "available",
  Engine: "aurora-postgresql",
  EngineMode: "provisioned",
  ClusterCreateTime: before(now, days(90)),
  DBClusterMembers: [{ DBInstanceIdentifier: "sales-1" }],
};
const [orders] = standingAlone([instance]) as [RdsDatabase];
const [sales] = clustersOf([cluster]) as [RdsDatabase];
const idle: FoundDatabase = { database: orders, idling: { is: "idle", most: [0, 3.14] } };

describe("what is proposed", () => {
  test("an instance that nothing connects to is stopped, and what AWS does then is said", () => {
    expect(proposeFor(unit, idle)).toEqual({
      because:
        "for 14 days it had no connection, and no hour took more than 3.1 % CPU. AWS starts it in seven days; while it stays idle it is stopped again then, and that is not told; what it costs is not known here",
      call: stopDBInstance({ DBInstanceIdentifier: "orders" }),
    });
  });

  test("a cluster is stopped as a whole, and connections that count as none are told", () => {
    const most = [2, 1] as const;
    const proposal = proposeFor(unit, { database: sales, idling: { is: "idle", most } });
    expect(proposal?.call).toEqual(stopDBCluster({ DBClusterIdentifier: "sales" }));
    expect(proposal?.because).toContain("never more than 2 connections at once");
  });

  test("what AWS started is stopped again, as the same action", () => {
    const idleAgain = { at: new Date("2026-11-20T04:25:00Z"), stop: "action-1" };
    const proposal = proposeFor(unit, { database: orders, idling: { is: "gaps" }, idleAgain });
    expect(proposal).toMatchObject({
      because: expect.stringContaining("AWS started it at 2026-11-20 04:25 UTC"),
      again: "action-1",
    });
    expect(proposeFor(unit, idle)).not.toHaveProperty("again");
  });

  test.each<FoundDatabase>([
    { database: orders },
    { database: orders, idling: { is: "busy" } },
    { database: orders, idling: { is: "gaps" } },
    { database: orders, idling: { is: "young" } },
    ...["stopped", "stopping", "starting", "modifying", "backing-up", "storage-full", "failed"].map(
      (status) => ({ ...idle, database: { ...orders, status } }),
    ),
  ])("nothing of %o", (found) => expect(proposeFor(unit, found)).toBeUndefined());

  test("stopping is taken back by starting", () => {
    expect(stopDBInstance.invert({ DBInstanceIdentifier: "orders" }, {})).toEqual([
      startDBInstance({ DBInstanceIdentifier: "orders" }),
    ]);
    expect(stopDBCluster.invert({ DBClusterIdentifier: "sales" }, {})).toEqual([
      startDBCluster({ DBClusterIdentifier: "sales" }),
    ]);
  });

  test.each([
    ["available", "running"],
    ["starting", "running"],
    ["stopping", "stopped"],
    ["stopped", "stopped"],
  ])("%s counts as %s", (status, state) =>
    expect(unit.state({ database: { ...orders, status } })).toEqual({ state }),
  );
});

describe("what is left alone is named", () => {
  test.each<[more: Partial<DBInstance>, words: RegExp | undefined]>([
    [{}, undefined],
    [{ MultiAZ: true }, undefined],
    [{ ReadReplicaSourceDBInstanceIdentifier: "main" }, /main, which it replicates/],
    [{ ReadReplicaSourceDBClusterIdentifier: "whole" }, /whole, which it replicates/],
    [{ ReadReplicaDBInstanceIdentifiers: ["copy"] }, /copy, which replicates it/],
    [{ ReadReplicaDBClusterIdentifiers: ["arn:x"] }, /arn:x, which replicates it/],
    [{ ReadReplicaDBInstanceIdentifiers: [] }, undefined],
    [{ Engine: "sqlserver-se", MultiAZ: true }, /SQL Server/],
    [{ Engine: "sqlserver-se", MultiAZ: false }, undefined],
    [{ Engine: "custom-oracle-ee" }, /RDS Custom/],
    [{ TagList: [{ Key: "aws:cloudformation:stack-name", Value: "shop" }] }, /stack shop/],
  ])("an instance with %o", (more, words) => {
    const manager = databaseManager({ ...instance, ...more });
    if (words) expect(manager).toMatch(words);
    else expect(manager).toBeUndefined();
  });

  test.each<[more: Partial<DBCluster>, words: RegExp | undefined]>([
    [{}, undefined],
    [{ Engine: "mysql" }, /several zones/],
    [{ EngineMode: "serverless" }, /Serverless v1/],
    [{ EngineMode: "global" }, /global database/],
    [{ GlobalClusterIdentifier: "world" }, /global database world/],
    [{ ReplicationSourceIdentifier: "arn:main" }, /arn:main, which it replicates/],
    [{ ReadReplicaIdentifiers: ["arn:copy"] }, /arn:copy, which replicates it/],
    [{ ClusterScalabilityType: "limitless" }, /Limitless/],
    [{ ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 4 } }, /pauses by itself/],
    [{ ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 } }, undefined],
  ])("a cluster with %o", (more, words) => {
    const manager = clusterManager({ ...cluster, ...more });
    if (words) expect(manager).toMatch(words);
    else expect(manager).toBeUndefined();
  });

  test("what follows a schedule of hours is left to that", () => {
    const tags = [{ Key: "nightshift:hours", Value: "office" }];
    const found = { ...idle, database: { ...orders, tags } };
    expect(unit.target(found).managed).toMatch(/nightshift:hours/);
    expect(unit.target(idle)).toEqual({
      id: "db:orders",
      tags: instance.TagList,
      managed: undefined,
    });
  });

  test("those of a cluster run with it, other services' are not seen, nor what has no instance", () => {
    expect(standingAlone([{ ...instance, DBClusterIdentifier: "sales" }])).toEqual([]);
    const other = ["docdb", "neptune"].map((Engine) => ({ ...cluster, Engine }));
    expect(clustersOf([...other, { ...cluster, DBClusterMembers: [] }])).toEqual([]);
  });
});

/** Hour by hour, the earliest first; nothing: not measured. */
const measured = (
  from: Date,
  value: (hoursAgo: number) => number | undefined,
): readonly MeasuredHour[] => {
  const end = new Date("2026-11-21T04:00:00Z");
  const count = (end.getTime() - from.getTime()) / 3_600_000;
  return Array.from({ length: count }, (_, nth) => count - nth).flatMap((ago) => {
    const found = value(ago);
    return found === undefined ? [] : [{ at: before(end, hours(ago)), value: found }];
  });
};

describe("what AWS started after seven days", () => {
  const stop = before(new Date("2026-11-21T04:00:00Z"), hours(7 * 24 + 20));
  const since = (value: (hoursAgo: number) => number | undefined) =>
    idleAgainSince(measured(before(stop, days(1)), value), { stop, now, limits });
  /** It ran until the stop, and runs again for 20 hours. */
  const quiet = (ago: number) => (ago > 7 * 24 + 19 || ago <= 20 ? 0 : undefined);

  test("is idle again since it was started, as long as nothing connects", () => {
    expect(since(quiet)).toEqual(before(new Date("2026-11-21T04:00:00Z"), hours(20)));
  });

  test.each<[what: string, value: (hoursAgo: number) => number | undefined]>([
    ["with a connection since", (ago) => (ago === 5 ? 1 : quiet(ago))],
    ["that somebody had started before", (ago) => (ago < 100 ? 0 : quiet(ago))],
    ["that somebody started, and stopped again", (ago) => (ago === 90 ? 0 : quiet(ago))],
    ["that was stopped and started since", (ago) => (ago > 5 && ago < 10 ? undefined : quiet(ago))],
    ["that has run for two hours", (ago) => (ago <= 20 && ago > 2 ? undefined : quiet(ago))],
    ["that does not run yet", (ago) => (ago <= 20 ? undefined : quiet(ago))],
    ["of which nothing is measured", () => undefined],
  ])("%s: not", (_, value) => expect(since(value)).toBeUndefined());

  test("a connection that counts as none is none", () => {
    const value = (ago: number) => (ago === 5 ? 1 : quiet(ago));
    const more = { ...limits, connections: 1 };
    const all = measured(before(stop, days(1)), value);
    expect(idleAgainSince(all, { stop, now, limits: more })).toBeDefined();
  });
});

interface Cloud {
  /** The values of a metric of one database, the latest hour last. */
  readonly values: (metric: string, name: string) => readonly number[];
}

/** Answers whole hours up to the last one. */
function cloudWatch({ values }: Cloud) {
  const asked: number[] = [];
  const read = ({ input }: { readonly input: object }) => {
    const { MetricDataQueries, EndTime } = input as {
      MetricDataQueries: readonly MetricDataQuery[];
      EndTime: Date;
    };
    asked.push(MetricDataQueries.length);
    return (async function* () {
      for (const { Id, MetricStat } of MetricDataQueries) {
        const { MetricName = "", Dimensions = [] } = MetricStat?.Metric ?? {};
        const Values = values(MetricName, Dimensions[0]?.Value ?? "");
        const Timestamps = Values.map((_, at) => before(EndTime, hours(Values.length - at)));
        yield { Id, Values, Timestamps };
      }
    })();
  };
  return { read, asked };
}

const flat = (value: number, length = 14 * 24) => Array<number>(length).fill(value);
const never = async (): Promise<Remembered | undefined> => undefined;

describe("what is measured", () => {
  const idlingBy = async (
    values: Cloud["values"],
    { remembered = never, database = orders, config = limits } = {},
  ) => {
    const { read, asked } = cloudWatch({ values });
    const looking = { read: read as never, now, limits: config, remembered };
    const [found] = await idlingOf([database], looking);
    return { found, asked };
  };
  const quiet: Cloud["values"] = (metric) => flat(metric === "CPUUtilization" ? 3 : 0);

  test("no connection in any hour, and little CPU: idle", async () => {
    const { found, asked } = await idlingBy(quiet);
    expect(found?.idling).toEqual({ is: "idle", most: [0, 3] });
    expect(asked).toEqual([1, 1]);
  });

  test.each<[what: string, is: string, values: Cloud["values"]]>([
    [
      "one connection in one hour of two weeks",
      "busy",
      (metric, name) =>
        metric === "DatabaseConnections" ? [...flat(0, 335), 1] : quiet(metric, name),
    ],
    [
      "work without a connection",
      "busy",
      (metric, name) => (metric === "CPUUtilization" ? [...flat(3, 335), 15] : quiet(metric, name)),
    ],
    [
      "started three hours ago, after three hours of standing still",
      "gaps",
      (metric, name) => (metric === "DatabaseConnections" ? flat(0, 333) : quiet(metric, name)),
    ],
  ])("%s: %s", async (_, is, values) => {
    expect((await idlingBy(values)).found?.idling?.is).toBe(is);
  });

  test("one that was made within that time is young, and is not asked about", async () => {
    const database = { ...orders, madeAt: before(now, days(13)) };
    const { found, asked } = await idlingBy(quiet, { database });
    expect([found?.idling?.is, asked]).toEqual(["young", []]);
  });

  test("what this unit stopped and AWS started is asked about from the stop on", async () => {
    const stop = before(now, hours(7 * 24 + 20));
    const last: Remembered = {
      unit: idleDatabases,
      action: "action-1",
      run: "run-1",
      at: stop,
      call: { operation: "rds:StopDBInstance", input: {} },
      before: {},
    };
    const values: Cloud["values"] = () => flat(0, 20);
    const again = await idlingBy(values, { remembered: async () => last });
    expect(again.found?.idleAgain?.stop).toBe("action-1");
    const by = { ...last, call: { operation: "rds:StartDBInstance", input: {} } };
    expect((await idlingBy(values, { remembered: async () => by })).found?.idleAgain).toBe(
      undefined,
    );
    // Measured almost all of the time, where few days are looked at: it is the same again.
    const config = { ...limits, days: 1 };
    const idleToo = await idlingBy(() => flat(0, 22), { remembered: async () => last, config });
    expect(idleToo.found?.idleAgain).toBeDefined();
    const long = { ...last, at: before(now, days(60)) };
    const { found, asked } = await idlingBy(values, { remembered: async () => long });
    expect([found?.idleAgain, asked]).toEqual([undefined, [1]]);
  });
});

test("of 20,000 each is judged, and no more are held at once than are looked at together", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => ({
    ...instance,
    DBInstanceIdentifier: `db-${nth}`,
  }));
  const { read: metrics, asked } = cloudWatch({
    values: (metric, name) => flat(metric === "CPUUtilization" || name.endsWith("7") ? 3 : 0, 48),
  });
  let given = 0;
  let listed = 0;
  let most = 0;
  const pages = ({ operation }: { operation: string }) =>
    (async function* () {
      if (operation !== "rds:DescribeDBInstances") return;
      for (let at = 0; at < many.length; at += 500) {
        listed += 500;
        yield many.slice(at, at + 500);
      }
    })();
  const idleOnes: string[] = [];
  const search = {
    account: "123456789012",
    region: "eu-central-1",
    regions: ["eu-central-1"],
    only: undefined,
    config: { ...limits, days: 2 },
    now,
    read: metrics as never,
    pages: pages as never,
    remembered: never,
    madeBy: async () => undefined,
    keptOn: async () => [],
    note: () => {},
  };
  for await (const found of unit.find(search) as AsyncIterable<FoundDatabase>) {
    given += 1;
    most = Math.max(most, listed - given);
    if (proposeFor(unit, found, { now })) idleOnes.push(found.database.name);
  }
  expect([given, idleOnes.length]).toEqual([20_000, 18_000]);
  expect(most).toBeLessThan(500);
  expect(Math.max(...asked)).toBe(500);
  expect(asked).toHaveLength(80);
});

async function opened(settings: object = {}): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, { ...fixture.settings, ...settings });
  onTestFinished(() => delivery.close());
  return delivery;
}
const statusOf = async ({ aws }: TestDelivery, DBInstanceIdentifier: string) => {
  const { DBInstances: [found] = [] } = await aws
    .client(RDSClient)
    .send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
  return found?.DBInstanceStatus;
};

test("what AWS starts each week is stopped each week, and told once", async () => {
  const delivery = await opened({ mode: "act" });
  const target = "aged-idle";
  const applied = async (key: string) => {
    const at = delivery.host().clock.now();
    const run = await delivery.deliver({ start: { ...delivery.start, key, at } });
    return run.actions.flatMap(({ target: id, outcome }) => (outcome === "applied" ? [id] : []));
  };
  expect(await applied("first")).toContain(`db:${target}`);
  const told = (await messages(delivery)).length;
  for (const week of [1, 2]) {
    await delivery.later(days(7));
    const { aws } = delivery;
    await aws.client(RDSClient).send(new StartDBInstanceCommand({ DBInstanceIdentifier: target }));
    await delivery.later(hours(20));
    const dimension = { Name: "DBInstanceIdentifier", Value: target };
    const seeded = { connections: 0, cpu: 3, hours: 20 };
    await measure(aws, dimension, seeded, before(delivery.host().clock.now(), hours(1)));
    expect(await applied(`week-${week}`)).toEqual([`db:${target}`]);
    expect(await statusOf(delivery, target)).toBe("stopped");
  }
  expect(await messages(delivery)).toHaveLength(told);
});

test("what somebody started is left until it has been idle for as long as at first, and asked about then", async () => {
  const delivery = await opened({ mode: "act" });
  await delivery.deliver();
  await delivery.later(days(1));
  const DBInstanceIdentifier = "aged-idle";
  await delivery.aws.client(RDSClient).send(new StartDBInstanceCommand({ DBInstanceIdentifier }));
  const outcomes: unknown[] = [];
  for (const ran of [20, 30]) {
    await delivery.later(hours(ran));
    const at = delivery.host().clock.now();
    const dimension = { Name: "DBInstanceIdentifier", Value: DBInstanceIdentifier };
    const until = before(at, hours(1));
    await measure(delivery.aws, dimension, { connections: 0, cpu: 3, hours: ran }, until);
    const run = await delivery.deliver({ start: { ...delivery.start, key: `${ran}`, at } });
    const about = run.actions.filter(({ target }) => target === "db:aged-idle");
    outcomes.push(about.map(({ outcome }) => outcome));
  }
  expect(outcomes).toEqual([[], ["waiting"]]);
  expect(await statusOf(delivery, DBInstanceIdentifier)).toBe("available");
});

test.each(["DescribeDBInstances", "DescribeDBClusters", "GetMetricData"])(
  "where %s is denied nothing is stopped: an error is no empty list",
  async (operation) => {
    const delivery = await opened({ mode: "act" });
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await statusOf(delivery, "aged-idle")).toBe("available");
  },
);

test.each([
  { days: 0 },
  { days: 61 },
  { connections: -1 },
  { connections: 0.5 },
  { cpu: 0 },
  { cpu: 101 },
  { connection: 1 },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));
