/**
 * What people report against tools that find idle things, tried on ours: replicas and standbys told
 * as idle, missing points taken for zero, monthly jobs, monitors that are always connected.
 */
import type { CacheCluster } from "@aws-sdk/client-elasticache";
import type { DBCluster, DBInstance } from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { databaseManager } from "../../aws/rds/stopping.ts";
import { before, days } from "../../sdk/time.ts";
import {
  each,
  flat,
  type MeasuredValues,
  measuredAws,
  pagesOf,
  searching,
} from "../../test/setup/measured.ts";
import { proposeFor } from "../../testing/propose.ts";
import caches from "./idle-caches/index.ts";
import { clustersOf } from "./idle-databases/databases.ts";
import type { FoundDatabase } from "./idle-databases/idle.ts";
import databases from "./idle-databases/index.ts";
import type { FoundNodeGroup } from "./idle-node-groups/index.ts";
import nodeGroups, { nodeGroupManager } from "./idle-node-groups/index.ts";
import type { IdleRow } from "./idle-report.ts";

const now = new Date("2026-11-23T07:15:00Z");
const madeLongAgo = before(now, days(200));
/** An hour of so many before the last, on top of what is else there. */
const withHour = (value: number, hoursAgo: number, length: number, else_ = 0): readonly number[] =>
  flat(else_, length).map((each, at) => (at === length - hoursAgo ? value : each));

describe("databases", () => {
  const orders: DBInstance = {
    DBInstanceIdentifier: "orders",
    DBInstanceStatus: "available",
    Engine: "postgres",
    InstanceCreateTime: madeLongAgo,
  };
  async function proposed(
    instance: DBInstance,
    values: MeasuredValues,
    settings: object = {},
  ): Promise<boolean> {
    const config = databases.config.parse(settings);
    const aws = measuredAws(values);
    const { pages } = pagesOf([instance]);
    const none = pagesOf<DBCluster>([]).pages;
    const listed = ({ operation }: { operation: string }) =>
      operation === "rds:DescribeDBInstances"
        ? (pages as () => unknown)()
        : (none as () => unknown)();
    const search = { ...searching(now), config, read: aws.read, pages: listed };
    const all = await Array.fromAsync(
      databases.find(search as never) as AsyncIterable<FoundDatabase>,
    );
    return all.some(
      (found) => !databases.target(found).managed && proposeFor(databases, found, { config }),
    );
  }
  const by =
    (connections: readonly number[], cpu: readonly number[] = flat(2, connections.length)) =>
    ({ name }: { readonly name: string }) =>
      name === "DatabaseConnections" ? connections : cpu;

  test("payroll that connects once a month: with the days that it takes it is not idle", async () => {
    const monthly = (length: number) => by(withHour(3, 20 * 24, length));
    expect(await proposed(orders, monthly(35 * 24), { days: 35 })).toBe(false);
    // Two weeks do not reach back so far: that is what `days` is for.
    expect(await proposed(orders, by(flat(0)))).toBe(true);
  });
  test("a connection shorter than an hour is seen: it is the hour's highest, no average", async () => {
    expect(await proposed(orders, by(withHour(1, 5, 336)))).toBe(false);
  });
  test("a monitor that is always connected hides nothing where the settings say so", async () => {
    expect(await proposed(orders, by(flat(1)))).toBe(false);
    expect(await proposed(orders, by(flat(1)), { connections: 1 })).toBe(true);
    expect(await proposed(orders, by(withHour(2, 5, 336, 1)), { connections: 1 })).toBe(false);
  });
  test("an event scheduler works without a connection", async () => {
    expect(await proposed(orders, by(flat(0), withHour(40, 9, 336, 2)))).toBe(false);
  });
  test("no points at all are no zeros", async () => {
    expect(await proposed(orders, by([]))).toBe(false);
    expect(await proposed(orders, by(flat(0, 200)))).toBe(false);
  });
  test("one that was restored yesterday under an old name is young", async () => {
    const restored = { ...orders, InstanceCreateTime: before(now, days(1)) };
    expect(await proposed(restored, by(flat(0)))).toBe(false);
  });
  test.each<[what: string, more: Partial<DBInstance>]>([
    ["a replica for reports", { ReadReplicaSourceDBInstanceIdentifier: "main" }],
    [
      "one for another region",
      { ReadReplicaSourceDBInstanceIdentifier: "arn:aws:rds:us-east-1:1:db:x" },
    ],
    ["the source of a replica", { ReadReplicaDBInstanceIdentifiers: ["copy"] }],
  ])("%s is no idle database", async (_, more) => {
    expect(databaseManager({ ...orders, ...more })).toBeDefined();
    expect(await proposed({ ...orders, ...more }, by(flat(0)))).toBe(false);
  });
  test("a standby in another zone is no second database", async () => {
    expect(await proposed({ ...orders, MultiAZ: true }, by(flat(0)))).toBe(true);
  });
  test("DocumentDB and Neptune answer to the same API, and are not stopped by it", () => {
    const others = ["docdb", "neptune"].map(
      (Engine): DBCluster => ({
        ...{ Engine, DBClusterIdentifier: Engine, Status: "available" },
        DBClusterMembers: [{ DBInstanceIdentifier: `${Engine}-1` }],
      }),
    );
    expect(clustersOf(others)).toEqual([]);
  });
});

describe("caches", () => {
  const sessions: CacheCluster = {
    CacheClusterId: "sessions",
    CacheClusterStatus: "available",
    CacheClusterCreateTime: madeLongAgo,
    Engine: "redis",
    CacheNodeType: "cache.t4g.small",
    CacheNodes: [{ CacheNodeId: "0001" }],
  };
  async function told(clusters: readonly CacheCluster[], values: MeasuredValues) {
    const config = caches.config.parse({});
    const aws = measuredAws(values, { "elasticache:DescribeCacheClusters": () => each(clusters) });
    const search = { ...searching(now), config, read: aws.read };
    const rows = await Array.fromAsync(caches.find(search as never) as AsyncIterable<IdleRow>);
    return rows.map(({ name }) => name);
  }
  const nothing: MeasuredValues = ({ name }) => flat(name === "CurrConnections" ? 3 : 0);

  test("a pool that stays connected and asks nothing is somebody's", async () => {
    const pool: MeasuredValues = ({ name }) => flat(name === "CurrConnections" ? 30 : 0);
    expect(await told([sessions], pool)).toEqual([]);
  });
  test("a primary that only replicas read is one with them", async () => {
    const member = (nth: number): CacheCluster => ({
      ...sessions,
      ...{ CacheClusterId: `shop-00${nth}`, ReplicationGroupId: "shop" },
    });
    const read: MeasuredValues = (metric) =>
      metric.name === "GetTypeCmds" && metric.dimensions.includes("002")
        ? flat(9)
        : nothing(metric);
    expect(await told([member(1), member(2)], read)).toEqual([]);
    expect(await told([member(1), member(2)], nothing)).toEqual(["shop"]);
  });
  test("only written to, as a queue's store is until somebody reads", async () => {
    const written: MeasuredValues = (metric) =>
      metric.name === "SetTypeCmds" ? withHour(1, 300, 336) : nothing(metric);
    expect(await told([sessions], written)).toEqual([]);
  });
});

describe("node groups", () => {
  const sizes = { min: 1, max: 5, desired: 3 };
  const web: FoundNodeGroup["group"] = {
    ...{ id: "nodegroup:prod/web", cluster: "prod", sizes, status: "ACTIVE", tags: [] },
    ...{ createdAt: madeLongAgo, scaledBy: "eks-web-1", instanceTypes: ["m5.large"], issues: [] },
    isLost: false,
  };
  const idle = { is: "idle", most: [1, 5] } as const;
  const proposal = (group: FoundNodeGroup["group"]) =>
    proposeFor(nodeGroups, { group, idling: idle });

  test("one that waits at zero for its next job has nothing to give", () => {
    expect(proposal({ ...web, sizes: { min: 0, max: 5, desired: 0 } })).toBeUndefined();
  });
  test("its minimum is somebody's word, and is never lowered", () => {
    expect(proposal({ ...web, sizes: { min: 3, max: 5, desired: 3 } })).toBeUndefined();
    expect(proposal(web)?.call.input).toMatchObject({ scalingConfig: { minSize: 1, maxSize: 5 } });
  });
  test("one that is being changed is left for the next night", () => {
    for (const status of ["UPDATING", "CREATING", "DEGRADED"])
      expect(proposal({ ...web, status })).toBeUndefined();
  });
  test("graphics cards at work show no CPU", () => {
    expect(nodeGroupManager({ ...web, instanceTypes: ["g5.xlarge"] })).toContain("accelerators");
    // An `m5` or `r5` is none of them, nor a family that begins alike.
    for (const type of ["m5.large", "r5.large", "t3.large", "i4i.large"])
      expect(nodeGroupManager({ ...web, instanceTypes: [type] })).toBeUndefined();
  });
});
