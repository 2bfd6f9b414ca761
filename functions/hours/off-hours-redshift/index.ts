/**
 * Pauses clusters of Redshift when their schedule says off, and resumes them when it says on. A
 * cluster asks for a schedule of the settings by the tag `nightshift:hours`, whose value is its name;
 * schedules, holidays and the tag by which a person keeps one on for longer are those of
 * `off-hours-instances`. A cluster is resumed `leadMinutes` before its schedule says on.
 *
 * Only what this unit paused is resumed, as the ledger says it; what a person paused stays paused, and
 * is told. Redshift does not say when a cluster was resumed, so each look measures since when it runs:
 * one that began to within its time off runs until its schedule says off the next time.
 *
 * Left alone and named are clusters that Redshift does not pause (without automated snapshots, with a
 * hardware security module), and those that others manage. One that is resized, restored or restarted
 * is waited for.
 */
import * as z from "zod/mini";
import {
  describeRedshiftClusters,
  pauseCluster,
  resumeCluster,
} from "../../../aws/redshift/cluster.ts";
import { isPaused } from "../../../aws/redshift/pausing.ts";
import { automation } from "../../../sdk/automation.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { schedulesNow } from "../hours-of.ts";
import { ofStacksField } from "../looking.ts";
import { hoursNotes, lookNotes } from "../notes.ts";
import { proposalByHours } from "../scheduled.ts";
import { hoursTagField, mostADayField, recursWithin, schedulesField } from "../schedules.ts";
import {
  redshiftHours,
  redshiftId,
  redshiftIdentifier,
  scheduledClusters,
  seenRunning,
} from "./scheduled.ts";

const stopOf = (id: string) => pauseCluster({ ClusterIdentifier: redshiftIdentifier(id) });
const startOf = (id: string) => resumeCluster({ ClusterIdentifier: redshiftIdentifier(id) });

export default automation({
  id: redshiftHours,
  family: "hours",
  summary: "Pauses clusters of Redshift outside the hours of their schedule, and resumes them",
  on: [sweep("cron(0/15 * * * ? *)")],
  config: z.strictObject({
    schedules: schedulesField,
    tag: hoursTagField,
    leadMinutes: z
      ._default(z.int().check(z.gte(0), z.lte(180)), 15)
      .check(
        z.describe(
          "Minutes before its schedule says on at which a cluster is resumed: it takes some until it answers.",
        ),
      ),
    ofStacks: ofStacksField("clusters"),
    mostADay: mostADayField,
  }),
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  recursWithin,
  remembers: [redshiftHours],
  reads: [describeRedshiftClusters],
  writes: [pauseCluster, resumeCluster],
  lost: [
    "What it held in memory, its cache of results among it: its first queries after it is resumed are slow.",
    "Snapshots, maintenance and resizes of its schedule that fall into the time in which it is paused: Redshift leaves them out.",
  ],

  async *find({ read, only, config, now, regions, remembered, keptOn, note }) {
    const lead = minutes(config.leadMinutes);
    const schedules = schedulesNow(config.schedules, { now, lead, keptOn: await keptOn() });
    const looking = { read, now, config, schedules, remembered };
    // By its name alone one that is gone would be an error.
    const clusters = await Array.fromAsync(read(describeRedshiftClusters({})));
    const present = clusters.filter(({ ClusterStatus }) => ClusterStatus !== "deleting");
    if (only) {
      const asked = new Set(only);
      const named = present.filter((cluster) => asked.has(redshiftId(cluster)));
      yield* await scheduledClusters(named, looking);
      return;
    }
    const { listed } = schedules;
    const asking = present.filter(
      (cluster) =>
        listed.has(redshiftId(cluster)) || cluster.Tags?.some(({ Key }) => Key === config.tag),
    );
    const found = await scheduledClusters(asking, looking);
    const there = new Set(present.map(redshiftId));
    const notes = [
      ...lookNotes({ config, now, regions }, schedules, { there, kind: "cluster of Redshift" }),
      ...found.flatMap((each) => hoursNotes(each, { name: redshiftId(each.cluster) })),
    ];
    for (const text of notes) note(text);
    yield* found;
  },

  target: ({ cluster, managed }) => ({
    id: redshiftId(cluster),
    tags: cluster.Tags ?? [],
    managed,
  }),

  // On its way counts as arrived: undo compares what was decided, not how far it has come.
  state: ({ cluster }) => ({ state: isPaused(cluster) ? "paused" : "running" }),
  becomes: ({ hours }) => ({ state: hours?.period.is === "on" ? "running" : "paused" }),
  counts: ({ cluster }) => !isPaused(cluster),

  restore: {
    by: [resumeCluster, pauseCluster],
    calls: (before, { target }) => (before.state === "running" ? startOf(target) : stopOf(target)),
  },

  propose(found, { now, since }) {
    const id = redshiftId(found.cluster);
    return proposalByHours(seenRunning(found, since), now, {
      stop: () => stopOf(id),
      start: () => startOf(id),
      pricePerMonth: undefined,
    });
  },
});
