/**
 * Tells which caches of ElastiCache nothing asks: replication groups as a whole, and clusters that
 * stand by themselves. Idle is what stayed idle: for weeks on end each of its nodes was measured in
 * almost every hour, none had more connections than ElastiCache's own watching takes, and no hour had
 * a command that reads or writes. A cache cannot be stopped, only deleted, and what it holds comes
 * back from a snapshot at best: so this tells, and changes nothing. Serverless caches are not judged.
 */
import type { CacheCluster } from "@aws-sdk/client-elasticache";
import type { IdleSign } from "../../../aws/cloudwatch/idle.ts";
import { describeCacheClusters } from "../../../aws/elasticache/cluster.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { idleReport } from "../idle-report.ts";

/** A replication group, or a cluster by itself. */
export interface Cache {
  readonly name: string;
  readonly clusters: readonly CacheCluster[];
}

/**
 * Two to four of a node's connections are ElastiCache's own.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
 */
const ownConnections = 4;

const nodesOf = ({ clusters }: Cache) =>
  clusters.flatMap(({ CacheClusterId, Engine, CacheNodes = [] }) =>
    CacheNodes.map(({ CacheNodeId }) => ({ CacheClusterId, Engine, CacheNodeId })),
  );

/** What reads and what writes, as each engine counts them. */
const commandsOf = (engine: string | undefined): readonly string[] =>
  engine === "memcached" ? ["CmdGet", "CmdSet"] : ["GetTypeCmds", "SetTypeCmds"];

const namespace = "AWS/ElastiCache";

const connectionSigns = (cache: Cache): IdleSign[] =>
  nodesOf(cache).map(({ CacheClusterId, CacheNodeId }) => ({
    metric: {
      namespace,
      name: "CurrConnections",
      stat: "Maximum",
      dimensions: { CacheClusterId, CacheNodeId },
    },
    below: ownConnections + 1,
  }));

const commandSigns = (cache: Cache): IdleSign[] =>
  nodesOf(cache).flatMap(({ CacheClusterId, CacheNodeId, Engine }) =>
    commandsOf(Engine).map((name): IdleSign => {
      const dimensions = { CacheClusterId, CacheNodeId };
      return { metric: { namespace, name, stat: "Sum", dimensions }, below: 1 };
    }),
  );

/** Of the youngest cluster: each must have been there all the time. */
function youngest({ clusters }: Cache): Date | undefined {
  const made = clusters.map(({ CacheClusterCreateTime }) => CacheClusterCreateTime);
  const known = made.filter((at) => at !== undefined);
  if (known.length < clusters.length) return undefined;
  return new Date(Math.max(...known.map((at) => at.getTime())));
}

async function* cachesOf(
  read: Reader<readonly [typeof describeCacheClusters]>,
): AsyncGenerator<Cache> {
  const clusters = await Array.fromAsync(read(describeCacheClusters({ ShowCacheNodeInfo: true })));
  const byName = Map.groupBy(
    clusters,
    ({ ReplicationGroupId, CacheClusterId = "" }) => ReplicationGroupId ?? CacheClusterId,
  );
  for (const [name, members] of byName)
    if (members.every(({ CacheClusterStatus }) => CacheClusterStatus === "available"))
      yield { name, clusters: members };
}

const namesIn = (values: readonly (string | undefined)[]): string =>
  [...new Set(values.filter((each) => each !== undefined))].sort().join(", ");

export default idleReport({
  id: "idle-caches",
  summary: "Tells which caches of ElastiCache nothing has asked for weeks",
  at: "cron(15 7 ? * MON *)",
  noun: "cache",
  reads: [describeCacheClusters],
  things: cachesOf,
  nameOf: ({ name }) => name,
  kind: { since: youngest, stages: [connectionSigns, commandSigns] },
  columns: ["engine", "node type", "nodes", "most connections"],
  cells: (cache, most) => [
    namesIn(cache.clusters.map(({ Engine }) => Engine)),
    namesIn(cache.clusters.map(({ CacheNodeType }) => CacheNodeType)),
    `${nodesOf(cache).length}`,
    `${Math.max(0, ...most)}`,
  ],
  price:
    "what they cost is not known here; each node is paid for by the hour, asked or not, and reserved nodes whether there are any or not",
  remedy:
    "Ask whoever its name and tags name. Where nobody misses it, delete it with a last snapshot, which Valkey and Redis OSS have and Memcached has not: a cache made from it has another address unless the name is the same",
});
