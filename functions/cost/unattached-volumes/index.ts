/**
 * Deletes volumes that nothing has been attached to for weeks, once a last snapshot holds all that
 * was on them. A volume costs the same whether it is used or not; its snapshot costs less, and
 * brings it back as it was. Only what saves by that is proposed. How long a volume has been
 * unattached is measured, because AWS does not say it; a use between two looks shows in the
 * volume's metrics, and begins the time anew.
 */
import type { Volume } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { createSnapshot, describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import { createVolume, deleteVolume, describeVolumes } from "../../../aws/ec2/volume.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { flow } from "../../../sdk/flow.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { before, days, hours, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { savesPerMonth } from "./volume-price.ts";

const reads = [describeVolumes, getMetricData] as const;
type Read = Reader<typeof reads>;
const readsOfFlow = [...reads, describeSnapshots] as const;

type Tag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** Without those that only AWS can write. */
const ownTags = (tags: readonly Tag[] | undefined) =>
  (tags ?? [])
    .filter(({ Key }) => !Key?.startsWith("aws:"))
    .map(({ Key, Value }) => ({ Key, Value }))
    .sort((a, b) => (String(a.Key) < String(b.Key) ? -1 : 1));

/** What makes the volume again from its snapshot. */
function specOf(volume: Volume) {
  const { AvailabilityZone, VolumeType, Size, Iops, Throughput, Encrypted, KmsKeyId } = volume;
  // Types with a fixed number of operations refuse to be given one.
  const paced = VolumeType === "io1" || VolumeType === "io2" || VolumeType === "gp3";
  return {
    AvailabilityZone,
    VolumeType,
    Size,
    Encrypted,
    ...(paced && Iops && { Iops }),
    ...(VolumeType === "gp3" && Throughput && { Throughput }),
    ...(Encrypted && KmsKeyId && { KmsKeyId }),
    ...(volume.MultiAttachEnabled && { MultiAttachEnabled: true }),
    Tags: ownTags(volume.Tags),
  };
}

interface Reap {
  readonly VolumeId: string;
  readonly spec: ReturnType<typeof specOf>;
}

/** Queries that a call takes. */
const queriesPerCall = 500;

const usesOf = (Id: string, VolumeId: string | undefined) => ({
  Id,
  MetricStat: {
    Metric: {
      Namespace: "AWS/EBS",
      MetricName: "VolumeReadOps",
      Dimensions: [{ Name: "VolumeId", Value: VolumeId }],
    },
    Period: 300,
    Stat: "SampleCount",
  },
});

/** Those that were attached at some time since: only then do they have metrics. */
async function usedSince(
  read: Read,
  volumes: readonly (string | undefined)[],
  since: Date,
  now: Date,
): Promise<ReadonlySet<string | undefined>> {
  const used = new Set<string | undefined>();
  for (const some of chunks(volumes, queriesPerCall)) {
    const MetricDataQueries = some.map((id, at) => usesOf(`v${at}`, id));
    const data = read(getMetricData({ MetricDataQueries, StartTime: since, EndTime: now }));
    for await (const { Id = "", Values = [] } of data)
      if (Values.length) used.add(some[Number(Id.slice(1))]);
  }
  return used;
}

const byId = (name: string, ids: readonly string[]) => ({
  Filters: [{ Name: name, Values: [...ids] }],
});

async function stateOfSnapshot(read: Reader<typeof readsOfFlow>, id: string): Promise<string> {
  const found = await Array.fromAsync(read(describeSnapshots(byId("snapshot-id", [id]))));
  return found[0]?.State ?? "gone";
}

/** Room for our own, among the fifty that a resource takes. */
const mostTags = 46;

function snapshotOf({ VolumeId, spec }: Reap) {
  const Tags = [
    ...spec.Tags.slice(0, mostTags),
    { Key: "nightshift:volume", Value: VolumeId },
    { Key: "nightshift:unit", Value: "unattached-volumes" },
  ];
  return createSnapshot({
    VolumeId,
    Description: `The last of ${VolumeId}, which nothing was attached to`,
    TagSpecifications: [{ ResourceType: "snapshot", Tags }],
  });
}

/** Deletes a volume once a last snapshot holds all that was on it. */
export const reapVolume = flow({
  id: "reap-volume",
  reads: readsOfFlow,
  writes: [createSnapshot, deleteVolume],
  longest: hours(72),

  async carry(reap: Reap, { write, until, began }) {
    const { VolumeId } = reap;
    const { SnapshotId = "" } = await write(snapshotOf(reap));
    const state = await until(
      "the snapshot is complete",
      async (read) => {
        const now = await stateOfSnapshot(read, SnapshotId);
        return now === "pending" ? undefined : now;
      },
      { every: minutes(5), atMost: hours(48) },
    );
    if (state !== "completed") throw new Error(`its last snapshot ${SnapshotId} is ${state}`);
    await write(deleteVolume({ VolumeId }), async (read, now) => {
      const kept = await stateOfSnapshot(read, SnapshotId);
      if (kept !== "completed") return `its last snapshot ${SnapshotId} is ${kept}`;
      // What was written after the snapshot had begun is not in it.
      const used = await usedSince(read, [VolumeId], before(began, minutes(5)), now);
      return used.size ? `${VolumeId} was attached since its last snapshot began` : undefined;
    });
    return { SnapshotId };
  },

  inverse: [
    createVolume,
    ({ spec: { Tags, ...spec } }, { SnapshotId }) => ({
      ...spec,
      SnapshotId,
      ...(Tags.length && { TagSpecifications: [{ ResourceType: "volume" as const, Tags }] }),
    }),
  ],
});

interface Found {
  readonly volume: Volume;
  /** It had something attached within the last days. */
  readonly used: boolean;
}

/** Longer than between two nightly looks. */
const lookBack = days(2);

/** A filter takes so many values. */
const filterValues = 200;

async function volumesOf(read: Read, only: readonly string[] | undefined): Promise<Volume[]> {
  if (!only) return Array.fromAsync(read(describeVolumes({})));
  const found: Volume[] = [];
  for (const ids of chunks(only, filterValues))
    for await (const volume of read(describeVolumes(byId("volume-id", ids)))) found.push(volume);
  return found;
}

export default automation({
  id: "unattached-volumes",
  family: "cost",
  summary: "Deletes volumes that nothing is attached to, once a last snapshot holds them",
  on: [sweep("cron(30 2 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(365)), 14)
      .check(z.describe("How long nothing must have been attached.")),
  }),
  reads,
  writes: [reapVolume],
  lost: [
    "A volume that comes back has a new id, and reads slowly until all of it has come from its snapshot, which stays.",
  ],

  async *find({ read, only, now }) {
    const volumes = await volumesOf(read, only);
    const unattached = volumes.filter(({ State }) => State === "available");
    const ids = unattached.map(({ VolumeId }) => VolumeId);
    const used = await usedSince(read, ids, before(now, lookBack), now);
    for (const volume of volumes) yield { volume, used: used.has(volume.VolumeId) } satisfies Found;
  },
  target: ({ volume: { VolumeId, Tags, Operator } }) => ({
    id: VolumeId,
    tags: Tags ?? [],
    managed: Operator?.Managed ? (Operator.Principal ?? "an AWS service") : managedBy(Tags),
  }),
  state({ volume }) {
    const { Tags, ...spec } = specOf(volume);
    return { ...spec, tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) };
  },
  becomes: () => null,
  counts: ({ volume: { State }, used }) => State === "available" && !used,

  propose({ volume }, { config, now, since }) {
    const { VolumeId, Size = 0, VolumeType = "" } = volume;
    if (!VolumeId || !since || since > before(now, days(config.days))) return;
    // On an Outpost a snapshot may not leave it.
    if (volume.State !== "available" || volume.OutpostArn) return;
    const saves = savesPerMonth(VolumeType, Size, volume.Iops, volume.Throughput);
    if (saves <= 0) return;
    return {
      because: `nothing has been attached to it since ${since.toISOString().slice(0, 10)}`,
      savesPerMonth: saves,
      call: reapVolume({ VolumeId, spec: specOf(volume) }),
    };
  },
});
