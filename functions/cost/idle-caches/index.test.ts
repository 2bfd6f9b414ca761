import type { CacheCluster } from "@aws-sdk/client-elasticache";
import { describe, expect, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import {
  type AskedMetric,
  each,
  flat,
  type MeasuredValues,
  measuredAws,
} from "../../../test/setup/measured.ts";
import type { IdleRow } from "../idle-report.ts";
import unit from "./index.ts";

const now = new Date("2026-11-23T07:15:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };

const alone: CacheCluster = {
  CacheClusterId: "sessions",
  CacheClusterStatus: "available",
  CacheClusterCreateTime: before(now, days(90)),
  Engine: "valkey",
  CacheNodeType: "cache.r7g.large",
  CacheNodes: [{ CacheNodeId: "0001" }],
};
const member = (nth: number, more: Partial<CacheCluster> = {}): CacheCluster => ({
  ...alone,
  CacheClusterId: `shop-00${nth}`,
  ReplicationGroupId: "shop",
  ...more,
});

const quiet: MeasuredValues = ({ name }) => flat(name === "CurrConnections" ? 4 : 0);
const only =
  (fits: (metric: AskedMetric) => boolean, values: readonly number[]): MeasuredValues =>
  (metric) =>
    fits(metric) ? values : quiet(metric);

async function found(
  clusters: readonly CacheCluster[],
  values: MeasuredValues = quiet,
  settings: object = {},
) {
  const config = unit.config.parse(settings);
  const aws = measuredAws(values, { "elasticache:DescribeCacheClusters": () => each(clusters) });
  const search = { ...here, config, only: undefined, read: aws.read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<IdleRow>);
  return { all, told: unit.tell(all, { ...here, config }), ...aws };
}
const namesIn = async (...asked: Parameters<typeof found>) =>
  (await found(...asked)).all.map(({ name }) => name);

test("a cache that nothing asks is told, with what it is made of", async () => {
  const { told, metrics } = await found([alone]);
  expect(told).toMatchObject({
    title: "1 cache in eu-central-1 has been idle for 14 days",
    severity: "info",
    affected: ["sessions"],
    table: {
      columns: ["name", "engine", "node type", "nodes", "most connections"],
      rows: [["sessions", "valkey", "cache.r7g.large", "1", "4"]],
    },
  });
  expect(told?.facts?.price).toContain("not known here");
  const dimensions = "CacheClusterId=sessions,CacheNodeId=0001";
  expect(metrics).toEqual(
    [
      { name: "CurrConnections", stat: "Maximum" },
      { name: "GetTypeCmds", stat: "Sum" },
      { name: "SetTypeCmds", stat: "Sum" },
    ].map((metric) => ({ ...metric, namespace: "AWS/ElastiCache", dimensions })),
  );
});

test("Memcached counts its commands by other names", async () => {
  const { metrics } = await found([{ ...alone, Engine: "memcached" }]);
  expect(metrics.map(({ name }) => name)).toEqual(["CurrConnections", "CmdGet", "CmdSet"]);
});

describe("a replication group is one", () => {
  test("told once, with all of its nodes", async () => {
    const { told } = await found([member(1), member(2)]);
    expect(told?.table?.rows).toEqual([["shop", "valkey", "cache.r7g.large", "2", "4"]]);
  });
  test.each<[what: string, values: MeasuredValues]>([
    [
      "a replica that is read",
      only(({ name, dimensions }) => name === "GetTypeCmds" && dimensions.includes("002"), [9]),
    ],
    [
      "a replica that somebody is connected to",
      only(
        ({ name, dimensions }) => name.startsWith("Curr") && dimensions.includes("002"),
        flat(5),
      ),
    ],
  ])("with %s it is none of them", async (_, values) => {
    expect(await namesIn([member(1), member(2)], values)).toEqual([]);
  });
  test("with a member that is being changed it is not judged", async () => {
    const changing = member(2, { CacheClusterStatus: "modifying" });
    expect(await namesIn([member(1), changing])).toEqual([]);
  });
  test("with a young member it is young", async () => {
    const young = member(2, { CacheClusterCreateTime: before(now, days(2)) });
    expect(await namesIn([member(1), young])).toEqual([]);
  });
});

describe("not told", () => {
  test.each<[what: string, values: MeasuredValues]>([
    [
      "a fifth connection in one hour",
      only(({ name }) => name.startsWith("Curr"), [...flat(4, 335), 5]),
    ],
    ["one write in two weeks", only(({ name }) => name === "SetTypeCmds", [...flat(0, 335), 1])],
    ["connections with gaps", only(({ name }) => name.startsWith("Curr"), flat(4, 200))],
    ["commands that are not measured", only(({ name }) => name === "GetTypeCmds", [])],
  ])("%s", async (_, values) => expect(await namesIn([alone], values)).toEqual([]));

  test.each<[what: string, more: Partial<CacheCluster>]>([
    ["made within that time", { CacheClusterCreateTime: before(now, days(13)) }],
    ["made at a time that AWS does not say", { CacheClusterCreateTime: undefined }],
    ["whose nodes AWS does not list", { CacheNodes: [] }],
    ["on its way in", { CacheClusterStatus: "creating" }],
    ["on its way out", { CacheClusterStatus: "deleting" }],
  ])("one %s", async (_, more) => expect(await namesIn([{ ...alone, ...more }])).toEqual([]));

  test("what is kept for a failover, by the beginning of its name", async () => {
    expect(await namesIn([alone, member(1)], quiet, { except: ["sess"] })).toEqual(["shop"]);
  });

  test("where there is none there is no message", async () => {
    expect((await found([])).told).toBeUndefined();
  });
});

test("of 20,000 each is judged, five hundred metrics at a time", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => ({
    ...alone,
    CacheClusterId: `c-${nth}`,
    CacheClusterCreateTime: before(now, days(3)),
  }));
  const values: MeasuredValues = ({ name }) => flat(name === "CurrConnections" ? 1 : 0, 24);
  const { all, queries } = await found(many, values, { days: 1 });
  expect([all.length, Math.max(...queries)]).toEqual([20_000, 1000]);
});

test.each(["elasticache:DescribeCacheClusters", "cloudwatch:GetMetricData"])(
  "what AWS refuses of %s is an error, never a cache that nothing asks",
  async (operation) => {
    const refused = () => {
      throw new Error("Throttling");
    };
    const answers = operation.startsWith("elasticache") ? refused : () => each([alone]);
    const values = operation.startsWith("cloudwatch") ? refused : quiet;
    const aws = measuredAws(values, { "elasticache:DescribeCacheClusters": answers });
    const search = { ...here, config: unit.config.parse({}), only: undefined, read: aws.read };
    await expect(
      Array.fromAsync(unit.find(search as never) as AsyncIterable<IdleRow>),
    ).rejects.toThrow("Throttling");
  },
);

test.each([{ days: 0 }, { days: 61 }, { except: "x" }, { except: [""] }, { exempt: [] }])(
  "config %o is refused",
  (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false),
);
