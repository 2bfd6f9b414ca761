/** What people are told once, for as long as it is so. */
import { hoursNotes } from "../notes.ts";
import { type Database, databaseName } from "./database.ts";
import type { ScheduledDatabase } from "./scheduled.ts";

/** States that no wait ends. */
const lasting = /^(failed|storage-|restore-error|inaccessible-|incompatible-|insufficient-)/;

export function notesOf(found: ScheduledDatabase): string[] {
  const { database, hours } = found;
  const { id, status } = database;
  const notes = hoursNotes(found, { name: id });
  if (!hours || !lasting.test(status)) return notes;
  return [
    ...notes,
    `${id} is ${status}, in which RDS neither stops nor starts it: the schedule ${hours.name} is not followed until it is available or stopped again`,
  ];
}

/** What those that belong to a cluster ask for, as the settings and tags say it. */
export interface AskedByMembers {
  readonly tag: string;
  readonly listed: ReadonlyMap<string, string>;
}

const tagIn = ({ tags }: Database, tag: string): string | undefined =>
  tags.find(({ Key }) => Key === tag)?.Value;

/** A member's schedule counts for nothing: told, unless its cluster has the same. */
export function memberNotes(
  databases: readonly Database[],
  { tag, listed }: AskedByMembers,
): string[] {
  const schedule = (each: Database) => listed.get(each.id) ?? tagIn(each, tag);
  const clusters = databases.filter(({ id }) => databaseName(id).isCluster);
  const ofClusters = new Map(
    clusters.map((each) => [databaseName(each.id).identifier, schedule(each)]),
  );
  return databases.flatMap((each) => {
    const { id, memberOf } = each;
    const asked = schedule(each);
    if (!memberOf || asked === undefined || ofClusters.get(memberOf) === asked) return [];
    return [
      `${id} asks for the schedule ${asked}, and belongs to cluster:${memberOf}, with which alone it is stopped and started: give the schedule to the cluster`,
    ];
  });
}
