/**
 * RDS and Aurora: databases that fail, fail over, stop, stop to replicate or run out of room;
 * snapshots that fail. Each of these is a matter of its own, and ends by itself.
 */
import * as z from "zod/mini";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { arnOf } from "../../../sdk/arn.ts";
import type { Severity } from "../../../sdk/message.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text, texts } from "../../../sdk/signals/lenient.ts";
import { matchesName, unstopped } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { knownEvent } from "./known-events.ts";

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
 * What RDS files its events under, the gravest first. What is filed under nothing of this, and is
 * not known by its number, is not told.
 */
const categories: readonly (readonly [string, Severity])[] = [
  ["failure", "critical"],
  ["low storage", "critical"],
  ["security", "critical"],
  ["failover", "warning"],
  ["global failover", "warning"],
  ["recovery", "warning"],
  ["read replica", "warning"],
  ["deletion", "warning"],
  ["availability", "warning"],
];
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
  categories.find(([category]) => EventCategories.includes(category));

function severityOf(event: Event): Severity {
  const known = knownEvent(event.EventID);
  if (known && "severity" in known) return known.severity;
  return gravest(event)?.[1] ?? "warning";
}

/**
 * What is the matter: as the event's number says, else by its category. A failure that is not known
 * is like no other.
 */
function matterOf(event: Event): string {
  const known = knownEvent(event.EventID)?.matter;
  if (known) return known;
  const [category = "availability"] = gravest(event) ?? [];
  if (category === "low storage") return "storage";
  if (category === "read replica") return "replication";
  if (category === "failure") return `failure/${event.EventID ?? saying(event)}`;
  return ["deletion", "security"].includes(category) ? category : "availability";
}

const saying = ({ Message: text, EventCategories }: Event): string =>
  unstopped(text ?? EventCategories.join(", ")) || "something happened";

/** Availability, which most is about, is the database's own. A snapshot has one matter only. */
function keyOf(arn: string, event: Event, kind: keyof typeof kinds): string {
  const matter = matterOf(event);
  return matter === "availability" || kind === "snapshot" ? arn : `${arn}/${matter}`;
}

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
      key: keyOf(arn, event, kind),
      what: `The RDS ${kind} ${name}`,
    };
  },

  state({ detail: event }, { config }) {
    if (matchesName(config.ignoreEvents, event.EventID)) return undefined;
    const known = knownEvent(event.EventID);
    if (known) return "ends" in known ? "ended" : "happened";
    return gravest(event) || event.EventCategories.length === 0 ? "happened" : undefined;
  },
  states: {
    happened: {
      severity: ({ detail: event }) => severityOf(event),
      title: ({ subject, detail: event }) => `${subject.what}: ${saying(event)}`,
    },
    ended: {
      over: "told",
      title: ({ subject, detail: event }) => `${subject.what}: ${saying(event)}`,
    },
  },

  facts: ({ detail: { EventID, EventCategories, Date: at }, detail: event }) => ({
    event: EventID,
    matter: matterOf(event),
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
    if (matterOf(event) !== "replication")
      return DBInstances.some(({ DBInstanceStatus }) => DBInstanceStatus === "available");
    return DBInstances.some(({ StatusInfos = [] }) =>
      StatusInfos.every(({ Normal }) => Normal !== false),
    );
  },
});
