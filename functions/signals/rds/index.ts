/**
 * RDS and Aurora: databases that fail, fail over, stop, stop to replicate or run out of room;
 * snapshots that fail. Each of these is a matter of its own, and ends by itself.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import type { Severity } from "../../../sdk/message.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text, texts } from "../../../sdk/signals/lenient.ts";
import { matchesName } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { endingMatters, knownEvent } from "./known-events.ts";
import { gravest, isCluster, matterOfEvent, saying, typeOf } from "./matter.ts";

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

/** In its ARN and in the address of its page. */
const kinds = {
  instance: { resource: "db", page: "database" },
  cluster: { resource: "cluster", page: "database" },
  snapshot: { resource: "snapshot", page: "db-snapshot" },
};

function kindOf(event: Event): keyof typeof kinds {
  if (typeOf(event).includes("snapshot")) return "snapshot";
  return isCluster(event) ? "cluster" : "instance";
}

function severityOf(event: Event): Severity {
  const known = knownEvent(event.EventID);
  if (known && "severity" in known) return known.severity;
  return gravest(event)?.[1] ?? "warning";
}

/** Availability, which most is about, is the database's own. A snapshot has one matter only. */
function keyOf(arn: string, event: Event, kind: keyof typeof kinds): string {
  const matter = matterOfEvent(event);
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
      endless: ({ detail: event }) => !endingMatters.has(matterOfEvent(event)),
      title: ({ subject, detail: event }) => `${subject.what}: ${saying(event)}`,
    },
    ended: {
      over: "told",
      title: ({ subject, detail: event }) => `${subject.what}: ${saying(event)}`,
    },
  },

  facts: ({ detail: { EventID, EventCategories, Date: at }, detail: event }) => ({
    event: EventID,
    matter: matterOfEvent(event),
    filed: EventCategories.join(", "),
    at,
  }),

  confirmation: () => import("./confirmation.ts"),
});
