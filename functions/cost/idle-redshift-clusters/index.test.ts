import type { Cluster } from "@aws-sdk/client-redshift";
import { DescribeClustersCommand, RedshiftClient } from "@aws-sdk/client-redshift";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Idling } from "../../../aws/cloudwatch/idle.ts";
import { pauseCluster, resumeCluster } from "../../../aws/redshift/cluster.ts";
import { before, days } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import {
  type AskedMetric,
  flat,
  type MeasuredValues,
  measuredAws,
  pagesOf,
  searching,
} from "../../../test/setup/measured.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { fixture } from "./fixture.ts";
import unit, { type FoundCluster, redshiftManager } from "./index.ts";

const now = new Date("2026-11-21T04:30:00Z");
const config = unit.config.parse({});

const cluster: Cluster = {
  ClusterIdentifier: "sales",
  ClusterStatus: "available",
  NodeType: "ra3.xlplus",
  NumberOfNodes: 2,
  AutomatedSnapshotRetentionPeriod: 1,
  ClusterCreateTime: before(now, days(90)),
  Tags: [{ Key: "team", Value: "shop" }],
};
const idle: FoundCluster = { cluster, idling: { is: "idle", most: [0, 3.14] } };

describe("what is proposed", () => {
  test("a cluster that nothing connects to is paused", () => {
    expect(proposeFor(unit, idle)).toEqual({
      because:
        "for 14 days it had no connection, and no hour took more than 3.1 % CPU; what its 2 nodes of ra3.xlplus cost is not known here, and reserved nodes are paid for all the same",
      call: pauseCluster({ ClusterIdentifier: "sales" }),
    });
  });

  test("connections that count as none are told", () => {
    const proposal = proposeFor(unit, { cluster, idling: { is: "idle", most: [2, 1] } });
    expect(proposal?.because).toContain("never more than 2 connections at once");
  });

  test.each<FoundCluster>([
    { cluster },
    { cluster, idling: { is: "busy" } },
    { cluster, idling: { is: "gaps" } },
    { cluster, idling: { is: "young" } },
    ...[
      "paused",
      "pausing",
      "resuming",
      "resizing",
      "modifying",
      "creating",
      "deleting",
      "final-snapshot",
      "hardware-failure",
      "incompatible-network",
      "storage-full",
      "maintenance",
    ].map((ClusterStatus) => ({ ...idle, cluster: { ...cluster, ClusterStatus } })),
  ])("nothing of %o", (found) => expect(proposeFor(unit, found)).toBeUndefined());

  test("pausing is taken back by resuming", () => {
    expect(pauseCluster.invert({ ClusterIdentifier: "sales" }, {})).toEqual([
      resumeCluster({ ClusterIdentifier: "sales" }),
    ]);
  });

  test.each([
    ["available", "running"],
    ["resuming", "running"],
    ["pausing", "paused"],
    ["paused", "paused"],
  ])("%s counts as %s", (ClusterStatus, state) =>
    expect(unit.state({ cluster: { ...cluster, ClusterStatus } })).toEqual({ state }),
  );
});

test.each<[more: Partial<Cluster>, words: RegExp | undefined]>([
  [{}, undefined],
  [{ AutomatedSnapshotRetentionPeriod: 0 }, /no automated snapshots/],
  // Where it does not say, Redshift is asked.
  [{ AutomatedSnapshotRetentionPeriod: undefined }, undefined],
  [{ HsmStatus: { HsmConfigurationIdentifier: "hsm" } }, /hardware security module/],
  [{ HsmStatus: {} }, undefined],
  [{ MultiAZ: "Enabled" }, undefined],
  [{ Tags: [{ Key: "aws:cloudformation:stack-name", Value: "shop" }] }, /stack shop/],
  [{ Tags: [{ Key: "nightshift:hours", Value: "office" }] }, /nightshift:hours/],
  [{ Tags: undefined }, undefined],
])("who manages a cluster with %o", (more, words) => {
  const manager = redshiftManager({ ...cluster, ...more });
  if (words) expect(manager).toMatch(words);
  else expect(manager).toBeUndefined();
});

async function judged(
  values: MeasuredValues,
  { clusters = [cluster], only }: { clusters?: readonly Cluster[]; only?: string[] } = {},
) {
  const aws = measuredAws(values);
  const { pages } = pagesOf(clusters);
  const search = { ...searching(now), only, config, read: aws.read, pages };
  const all = await Array.fromAsync(unit.find(search) as AsyncIterable<FoundCluster>);
  return { all, ...aws };
}
const quiet: MeasuredValues = ({ name }) => flat(name === "CPUUtilization" ? 3 : 0);

describe("what is measured", () => {
  test("no connection in any hour, and little CPU: idle; of the cluster, not of its nodes", async () => {
    const { all, metrics, queries } = await judged(quiet);
    expect(all[0]?.idling).toEqual({ is: "idle", most: [0, 3] } satisfies Idling);
    expect(queries).toEqual([1, 1]);
    const asked = { namespace: "AWS/Redshift", dimensions: "ClusterIdentifier=sales" };
    expect(metrics).toEqual([
      { ...asked, name: "DatabaseConnections", stat: "Maximum" },
      { ...asked, name: "CPUUtilization", stat: "Average" },
    ]);
  });

  const only =
    (of: string, values: readonly number[]): MeasuredValues =>
    (metric: AskedMetric) =>
      metric.name === of ? values : quiet(metric);
  test.each<[what: string, is: string, values: MeasuredValues]>([
    [
      "a connection in one hour of two weeks",
      "busy",
      only("DatabaseConnections", [...flat(0, 335), 1]),
    ],
    ["a load without a connection", "busy", only("CPUUtilization", [...flat(3, 335), 15])],
    [
      "resumed three hours ago, after three hours of pause",
      "gaps",
      only("DatabaseConnections", flat(0, 333)),
    ],
    ["nothing of its connections", "gaps", only("DatabaseConnections", [])],
    ["nothing of its CPU", "gaps", only("CPUUtilization", [])],
  ])("%s: %s", async (_, is, values) => {
    expect((await judged(values)).all[0]?.idling?.is).toBe(is);
  });

  test.each([
    ["within that time", before(now, days(13))],
    ["at a time that AWS does not say", undefined],
  ])("made %s: young, and not asked about", async (_, ClusterCreateTime) => {
    const { all, queries } = await judged(quiet, { clusters: [{ ...cluster, ClusterCreateTime }] });
    expect([all[0]?.idling?.is, queries]).toEqual(["young", []]);
  });

  test("one that does not run is found, and not asked about", async () => {
    const clusters = [{ ...cluster, ClusterStatus: "paused" }];
    const { all, queries } = await judged(quiet, { clusters });
    expect([all.map(({ idling }) => idling), queries]).toEqual([[undefined], []]);
  });

  test("by name, those that are gone are none, and the others are not asked about", async () => {
    const clusters = [cluster, { ...cluster, ClusterIdentifier: "other" }];
    const { all, queries } = await judged(quiet, { clusters, only: ["other", "gone"] });
    expect(all.map((found) => found.cluster.ClusterIdentifier)).toEqual(["other"]);
    expect(queries).toEqual([1, 1]);
  });
});

test("of 20,000 each is judged, five hundred at a time", async () => {
  const clusters = Array.from({ length: 20_000 }, (_, nth) => ({
    ...cluster,
    ClusterIdentifier: `c-${nth}`,
  }));
  const { all, queries } = await judged(
    ({ name, dimensions }) =>
      name === "DatabaseConnections" && dimensions.endsWith("7")
        ? flat(1)
        : quiet({ name } as never),
    { clusters },
  );
  const proposed = all.filter((found) => proposeFor(unit, found, { now }));
  expect([all.length, proposed.length]).toEqual([20_000, 18_000]);
  expect(Math.max(...queries)).toBe(500);
});

async function opened(): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, { ...fixture.settings, mode: "act" });
  onTestFinished(() => delivery.close());
  return delivery;
}
const statusOf = async ({ aws }: TestDelivery, ClusterIdentifier: string) => {
  const { Clusters: [found] = [] } = await aws
    .client(RedshiftClient)
    .send(new DescribeClustersCommand({ ClusterIdentifier }));
  return found?.ClusterStatus;
};

test.each(["DescribeClusters", "GetMetricData"])(
  "where %s is denied nothing is paused: an error is no empty list",
  async (operation) => {
    const delivery = await opened();
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await statusOf(delivery, "aged-idle")).toBe("available");
  },
);

test("one that AWS does not let pause fails, and the others are paused", async () => {
  const delivery = await opened();
  const isOne = ({ operation, parameters }: { operation: string; parameters: unknown }) =>
    operation === "PauseCluster" &&
    (parameters as { ClusterIdentifier: string }).ClusterIdentifier === "aged-idle";
  delivery.proxy.fault(isOne, "refused:InvalidClusterState", { times: 100 });
  expect((await delivery.deliver()).outcome).toBe("failed");
  expect(await statusOf(delivery, "aged-idle")).toBe("available");
  expect(await statusOf(delivery, "aged-idle-too")).toBe("paused");
});

test.each([
  { days: 0 },
  { days: 61 },
  { connections: -1 },
  { connections: 0.5 },
  { cpu: 0 },
  { cpu: 101 },
  { nodes: 1 },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));
