/** RDS and Aurora: databases that fail, fail over, stop or run out of room; snapshots that fail. */
import * as z from "zod/mini";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { partitionOf } from "../../../sdk/arn.ts";
import type { Severity } from "../../../sdk/message.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text, texts } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  SourceIdentifier: z.string(),
  SourceArn: text,
  SourceType: text,
  EventID: text,
  EventCategories: texts,
  Message: text,
  Date: text,
});
type Event = z.output<typeof detail>;

/**
 * What RDS files its events under, the gravest first. What is filed under nothing of this is not
 * told.
 */
const categories: readonly (readonly [string, Severity])[] = [
  ["failure", "critical"],
  ["low storage", "critical"],
  ["security", "critical"],
  ["failover", "warning"],
  ["recovery", "warning"],
  ["read replica", "warning"],
  ["deletion", "warning"],
  ["availability", "warning"],
];
/**
 * Restarted, started, recovered, failed over:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
 */
const ends = new Set(
  ["0006", "0015", "0021", "0046", "0049", "0051", "0053", "0065", "0071", "0088", "0151"].map(
    (number) => `RDS-EVENT-${number}`,
  ),
);

const isCluster = ({ SourceType, SourceArn }: Event): boolean =>
  SourceType ? SourceType.toUpperCase() === "CLUSTER" : SourceArn?.split(":")[5] === "cluster";
const isSnapshot = ({ SourceType, SourceArn }: Event): boolean =>
  /snapshot/i.test(SourceType ?? SourceArn?.split(":")[5] ?? "");
const pages = { instance: "database", cluster: "database", snapshot: "db-snapshot" };

export default signal({
  id: "rds",
  family: "signals",
  summary: "Tells of databases of RDS that fail, fail over or run out of room",
  on: [
    "RDS DB Instance Event",
    "RDS DB Cluster Event",
    "RDS DB Snapshot Event",
    "RDS DB Cluster Snapshot Event",
  ].map((detailType) => ({
    source: "aws.rds",
    detailType,
  })),
  config: z.strictObject({
    ignore: namesInEvent("Databases that are not told, by identifier."),
    ignoreEvents: namesInEvent("Events that are not told, by id like `RDS-EVENT-0004`."),
  }),
  detail,

  tell(event, { config, account, region, resources }) {
    const { SourceIdentifier: id, EventID, EventCategories, Message: says } = event;
    if (matchesName(config.ignore, id) || matchesName(config.ignoreEvents, EventID))
      return undefined;
    const kind = isSnapshot(event) ? "snapshot" : isCluster(event) ? "cluster" : "instance";
    const over = EventID !== undefined && ends.has(EventID);
    const graded = categories.find(([category]) => EventCategories.includes(category));
    if (!graded && !over && EventCategories.length > 0) return undefined;
    const arn =
      event.SourceArn ??
      resources[0] ??
      `arn:${partitionOf(region)}:rds:${region}:${account}:${kind === "instance" ? "db" : kind}:${id}`;
    return message({
      title: `The RDS ${kind} ${id}: ${(says ?? EventCategories.join(", ") ?? "").replace(/\.$/, "") || "something happened"}`,
      severity: over ? "info" : (graded?.[1] ?? "warning"),
      affected: [arn],
      facts: { event: EventID, filed: EventCategories.join(", "), at: event.Date },
      link: consolePage(
        region,
      )`rds/home?region=${region}#${pages[kind]}:id=${id};is-cluster=${String(kind === "cluster")}`,
      key: arn,
      closes: over,
    });
  },

  reads: [describeDBInstances, describeDBClusters],
  async over(event, { read }) {
    const { SourceIdentifier: id } = event;
    if (isCluster(event)) {
      const { DBClusters = [] } = await read(describeDBClusters({ DBClusterIdentifier: id }));
      return DBClusters.some(({ Status }) => Status === "available");
    }
    const { DBInstances = [] } = await read(describeDBInstances({ DBInstanceIdentifier: id }));
    return DBInstances.some(({ DBInstanceStatus }) => DBInstanceStatus === "available");
  },
});
