/**
 * Deletes volumes that nothing has been attached to for weeks, once a last snapshot holds all that
 * was on them. A volume costs the same whether it is used or not; its snapshot costs less, and
 * brings it back as it was. Only what saves by that is proposed; where a
 * price is not known, a person is asked. How long a volume has been
 * unattached is measured, because AWS does not say it; a use between two looks shows in the
 * volume's metrics, and begins the time anew. Before that the volume is marked and its owner told:
 * they have days to keep it.
 */
import type { Volume } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { pricedBy } from "../../../aws/pricing/prices.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { grace } from "../../../sdk/grace.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { priceUnknown } from "../../../sdk/saving.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { taker } from "./last-snapshot.ts";
import { reapVolume, volumeMark } from "./reap-volume.ts";
import { usedSince } from "./used-since.ts";
import { savesPerMonth } from "./volume-price.ts";
import { specOf } from "./volume-spec.ts";

const reads = [describeVolumes, getMetricData] as const;
type Read = Reader<typeof reads>;

interface Found {
  readonly volume: Volume;
  /** It had something attached within the last days. */
  readonly used: boolean;
}

/** Longer than between two nightly looks. */
const lookBack = days(2);

const byId = (Values: readonly string[]) => ({
  Filters: [{ Name: "volume-id", Values: [...Values] }],
});

/** A filter takes so many values. */
const filterValues = 200;

async function volumesOf(read: Read, only: readonly string[] | undefined): Promise<Volume[]> {
  if (!only) return Array.fromAsync(read(describeVolumes({})));
  const found: Volume[] = [];
  for (const ids of chunks(only, filterValues))
    for await (const volume of read(describeVolumes(byId(ids)))) found.push(volume);
  return found;
}

/** Days. */
const mostGrace = 90;

/** A newer one may have more to it than is known here, and would not come back as it was. */
const knownTypes: ReadonlySet<string | undefined> = new Set([
  ...["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"],
]);

const savedBy = (volume: Volume, region: string): number | undefined => {
  const { Size: size = 0, VolumeType: type = "", Iops: iops, Throughput: throughput } = volume;
  return savesPerMonth({ type, size, iops, throughput }, region);
};

export default automation({
  id: taker,
  family: "cost",
  summary: "Deletes volumes that nothing is attached to, once a last snapshot holds them",
  on: [sweep("cron(30 2 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(365)), 14)
      .check(z.describe("How long nothing must have been attached.")),
    grace: z
      ._default(z.int().check(z.gte(0), z.lte(mostGrace)), 7)
      .check(
        z.describe(
          "How many days its owner has to keep it, once it is marked and they are told; 0: none.",
        ),
      ),
    keepSnapshot: z
      ._default(z.int().check(z.gte(0), z.lte(3650)), 365)
      .check(
        z.describe(
          "How many days its last snapshot is to stay: its tag `nightshift:expires` names the day, from which on `expired-snapshots` asks whether to delete it. 0: no such tag, and it stays.",
        ),
      ),
  }),
  grace: grace({
    span: ({ grace }) => days(grace),
    atMost: days(mostGrace),
    mark: volumeMark,
  }),
  reads,
  writes: [reapVolume],
  lost: [
    "A volume that comes back from its snapshot has a new id, and reads slowly until all of it has been read once; the snapshot stays. When its time is over and `expired-snapshots` has deleted it, nothing brings the volume back. One that the Recycle Bin still has comes back as it was, with its id.",
  ],

  async *find({ read, only, now }) {
    const volumes = await volumesOf(read, only);
    const unattached = volumes.filter(({ State }) => State === "available");
    const ids = unattached.map(({ VolumeId }) => VolumeId);
    const used = await usedSince(read, ids, { since: before(now, lookBack), now });
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

  propose({ volume }, { config, now, region, since }) {
    const { VolumeId } = volume;
    if (!VolumeId || !since || since > before(now, days(config.days))) return;
    // On an Outpost a snapshot may not leave it.
    if (volume.State !== "available" || volume.OutpostArn) return;
    const saves = savedBy(volume, region);
    if (saves === 0 || !knownTypes.has(volume.VolumeType)) return;
    const day = since.toISOString().slice(0, 10);
    const keepDays = config.keepSnapshot;
    return {
      because: `nothing has been attached to it since ${day}${pricedBy(region, "ebs")}`,
      savesPerMonth: saves ?? "unknown",
      // Volumes of some types cost less than a snapshot of them: a person decides.
      ...(saves === undefined && {
        asks: `whether its last snapshot costs less than it does is not known: ${priceUnknown}`,
      }),
      call: reapVolume({ VolumeId, spec: specOf(volume), since: day, keepDays }),
    };
  },
});
