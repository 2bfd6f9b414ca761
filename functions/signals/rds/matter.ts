/** What an event of RDS is about: an instance or a cluster, and which of its matters. */
import type { Severity } from "../../../sdk/message.ts";
import { unstopped } from "../../../sdk/signals/names.ts";
import { knownEvent } from "./known-events.ts";

/** The fields of an event that say so. */
export interface DatabaseEvent {
  readonly SourceIdentifier: string;
  readonly SourceArn?: string | undefined;
  readonly SourceType?: string | undefined;
  readonly EventID?: string | undefined;
  readonly EventCategories: readonly string[];
  readonly Message?: string | undefined;
}

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

export const typeOf = ({ SourceType, SourceArn }: DatabaseEvent): string =>
  (SourceType || SourceArn?.split(":")[5] || "").toLowerCase();
export const isCluster = (event: DatabaseEvent): boolean => typeOf(event) === "cluster";

export const gravest = ({ EventCategories }: DatabaseEvent) =>
  categories.find(([category]) => EventCategories.includes(category));

/**
 * What is the matter: as the event's number says, else by its category. A failure that is not known
 * is like no other.
 */
export function matterOfEvent(event: DatabaseEvent): string {
  const known = knownEvent(event.EventID)?.matter;
  if (known) return known;
  const [category = "availability"] = gravest(event) ?? [];
  if (category === "low storage") return "storage";
  if (category === "read replica") return "replication";
  if (category === "failure") return `failure/${event.EventID ?? saying(event)}`;
  return ["deletion", "security"].includes(category) ? category : "availability";
}

export const saying = ({ Message: text, EventCategories }: DatabaseEvent): string =>
  unstopped(text ?? EventCategories.join(", ")) || "something happened";
