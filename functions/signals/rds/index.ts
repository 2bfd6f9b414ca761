/** RDS and Aurora: databases that fail, fail over, stop or run out of room; snapshots that fail. */
import * as z from "zod/mini";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { arnOf } from "../../../sdk/arn.ts";
import type { Severity } from "../../../sdk/message.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text, texts } from "../../../sdk/signals/lenient.ts";
import { matchesName, unstopped } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

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

/** In its ARN and in the address of its page. */
const kinds = {
  instance: { resource: "db", page: "database" },
  cluster: { resource: "cluster", page: "database" },
  snapshot: { resource: "snapshot", page: "db-snapshot" },
};

const typeOf = ({ SourceType, SourceArn }: Event): string =>
  (SourceType || SourceArn?.split(":")[5] || "").toLowerCase();
const isCluster = (event: Event): boolean => typeOf(event) === "cluster";
function kindOf(event: Event): keyof typeof kinds {
  if (typeOf(event).includes("snapshot")) return "snapshot";
  return isCluster(event) ? "cluster" : "instance";
}

const gravest = ({ EventCategories }: Event) =>
  categories.find(([category]) => EventCategories.includes(category))?.[1];

const saying = ({ Message: text, EventCategories }: Event): string =>
  unstopped(text ?? EventCategories.join(", ")) || "something happened";

export default stateSignal({
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

  subject(event, { account, region, resources }) {
    const name = event.SourceIdentifier;
    const kind = kindOf(event);
    const resource = `${kinds[kind].resource}:${name}`;
    const arn =
      event.SourceArn ?? resources[0] ?? arnOf({ service: "rds", region, account, resource });
    const page = consolePage(region);
    const cluster = String(kind === "cluster");
    return {
      name,
      affected: [arn],
      link: page`rds/home?region=${region}#${kinds[kind].page}:id=${name};is-cluster=${cluster}`,
      key: arn,
      what: `The RDS ${kind} ${name}`,
    };
  },

  state({ detail: event }, { config }) {
    if (matchesName(config.ignoreEvents, event.EventID)) return undefined;
    if (event.EventID !== undefined && ends.has(event.EventID)) return "ended";
    return gravest(event) || event.EventCategories.length === 0 ? "happened" : undefined;
  },
  states: {
    happened: {
      severity: ({ detail: event }) => gravest(event) ?? "warning",
      title: ({ subject, detail: event }) => `${subject.what}: ${saying(event)}`,
    },
    ended: {
      over: "told",
      title: ({ subject, detail: event }) => `${subject.what}: ${saying(event)}`,
    },
  },

  facts: ({ detail: { EventID, EventCategories, Date: at } }) => ({
    event: EventID,
    filed: EventCategories.join(", "),
    at,
  }),

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
