/** What people are told of a node group once, for as long as it is so. */
import { hoursNotes } from "../notes.ts";
import type { ScheduledNodeGroup } from "./scheduled.ts";

/** A group that is made, changed or deleted comes to an end of that by itself. */
const broken: ReadonlySet<string> = new Set(["CREATE_FAILED", "DELETE_FAILED", "DEGRADED"]);

export function nodeGroupNotes(found: ScheduledNodeGroup): string[] {
  const { group, hours } = found;
  const told = hoursNotes(found, { name: group.id });
  if (!hours || !broken.has(group.status)) return told;
  const why = group.issues.length ? `. EKS says of it: ${group.issues.join("; ")}` : "";
  if (found.is === "neither")
    return [`${group.id} is ${group.status}, and follows no schedule until that is mended${why}`];
  return [...told, `${group.id} is ${group.status}: it may not get the nodes it asks for${why}`];
}
