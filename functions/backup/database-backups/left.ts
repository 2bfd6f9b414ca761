/** Which databases have snapshots of ours and are no longer backed up, and which names nothing answers to. */
import type { SetName } from "../backup-set.ts";
import { leaversOf, leaversTold, type PlanHistory, unmatchedTold } from "../left-plan.ts";
import { type ChosenDatabases, type Databases, selectedDatabases } from "./protected.ts";

export interface DatabasesLookedAt {
  readonly databases: Databases;
  readonly chosen: ChosenDatabases;
  /** Of all slots. */
  readonly sets: readonly SetName[];
  readonly place: { readonly region: string; readonly regions: readonly string[] };
  readonly history: PlanHistory;
}

/** What is named among the instances, and is only a part of something. */
function partsOf({ databases, chosen }: DatabasesLookedAt): string[] {
  return databases.instances.flatMap(({ DBInstanceIdentifier = "", DBClusterIdentifier }) =>
    DBClusterIdentifier && chosen.instances.includes(DBInstanceIdentifier)
      ? [
          `The settings name the instance ${DBInstanceIdentifier}, which is a part of the cluster ${DBClusterIdentifier} and cannot be backed up by itself: name that among the clusters.`,
        ]
      : [],
  );
}

/** @returns what to tell of them */
export async function databasesTold(looked: DatabasesLookedAt): Promise<string[]> {
  const { databases, chosen, sets, place, history } = looked;
  const instances = new Set(
    databases.instances.map(({ DBInstanceIdentifier = "" }) => DBInstanceIdentifier),
  );
  const clusters = new Set(
    databases.clusters.map(({ DBClusterIdentifier = "" }) => DBClusterIdentifier),
  );
  const here = new Set([
    ...[...instances].map((name) => `db:${name}`),
    ...[...clusters].map((name) => `cluster:${name}`),
  ]);
  const selected = selectedDatabases(databases, chosen);
  const leavers = await leaversOf(sets, (about) => selected.has(about), history);
  const remedy = `To have it back: the tag ${chosen.tag}, or its identifier in the settings.`;
  const noInstance = chosen.instances.filter((name) => !instances.has(name));
  const noCluster = chosen.clusters.filter((name) => !clusters.has(name));
  return [
    ...leaversTold(leavers, (about) => here.has(about), remedy),
    ...partsOf(looked),
    ...unmatchedTold("database instances", noInstance, place),
    ...unmatchedTold("database clusters", noCluster, place),
  ];
}
