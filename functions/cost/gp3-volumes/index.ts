/**
 * Makes gp2 volumes gp3, where that costs less and is never slower: with as many operations and as
 * much throughput as the volume could have at its best moment, its bursts included. So a volume of
 * 171 to 249 GiB stays, because gp3 of the same throughput costs more, and so do the smallest. The
 * volume stays in use meanwhile, and keeps its id and what is on it.
 *
 * AWS lets a volume be modified once in six hours and takes up to a day for it; a volume that is
 * being modified, or was within that time by anybody, is left alone. io1 is changed only where the
 * config names it: gp3 can do as much, but keeps to it 99 % of the time, and io1 99.9 %.
 */
import type { Volume, VolumeModification } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import {
  describeVolumes,
  describeVolumesModifications,
  modifyVolume,
} from "../../../aws/ec2/volume.ts";
import { pricedBy } from "../../../aws/pricing/prices.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { before, hours, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { unjudgedVolumes } from "../volume-cost.ts";
import { asQuickAs, isUnpriced } from "./as-quick.ts";

const reads = [describeVolumes, describeVolumesModifications] as const;
type Read = Reader<typeof reads>;

interface Found {
  readonly volume: Volume;
  /** Its last modification, where AWS still tells it. */
  readonly last?: VolumeModification | undefined;
}

/** A filter takes so many values. */
const filterValues = 200;
/** Between two modifications of one volume. */
const waitOfAws = hours(6);

const isRunning = ({ ModificationState }: VolumeModification): boolean =>
  ModificationState === "modifying" || ModificationState === "optimizing";

/** Where it is on its way, it counts as arrived: AWS shows the old type for a while. */
function typeOf({ volume, last }: Found) {
  const { VolumeType, Iops, Throughput } = volume;
  if (!last || !isRunning(last)) return { VolumeType, Iops, Throughput };
  return {
    VolumeType: last.TargetVolumeType ?? VolumeType,
    Iops: last.TargetIops ?? Iops,
    Throughput: last.TargetThroughput ?? Throughput,
  };
}

/** AWS says one for each volume, the last. */
async function lastOf(read: Read, only: readonly string[] | undefined) {
  const last = new Map<string | undefined, VolumeModification>();
  const asked = only
    ? [...chunks(only, filterValues)].map((Values) => ({
        Filters: [{ Name: "volume-id", Values }],
      }))
    : [{}];
  for (const input of asked)
    for await (const modification of read(describeVolumesModifications(input))) {
      const known = last.get(modification.VolumeId)?.StartTime;
      if (!known || (modification.StartTime && modification.StartTime >= known))
        last.set(modification.VolumeId, modification);
    }
  return last;
}

async function* volumesOf(read: Read, only: readonly string[] | undefined): AsyncGenerator<Volume> {
  if (!only) {
    yield* read(describeVolumes({}));
    return;
  }
  // By filter: one that is gone must not fail the others.
  for (const Values of chunks(only, filterValues))
    yield* read(describeVolumes({ Filters: [{ Name: "volume-id", Values }] }));
}

export default automation({
  id: "gp3-volumes",
  family: "cost",
  summary: "Makes gp2 volumes gp3 where that costs less and is never slower",
  on: [sweep("cron(20 3 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    types: z
      ._default(z.array(z.enum(["gp2", "io1"])).check(z.minLength(1)), ["gp2"])
      .check(
        z.describe(
          "Which types are changed. io1 too where you can do without its steadiness: it keeps its pace 99.9 % of the time, gp3 99 %.",
        ),
      ),
  }),
  reads,
  writes: [modifyVolume],
  lost: [
    "For six hours after a change, and as long as it runs, AWS refuses to change it back: an undo in that time fails and says so; begin it anew later.",
  ],

  async *find({ read, only, region, config, note }): AsyncGenerator<Found> {
    const last = await lastOf(read, only);
    const unjudged = new Set<string>();
    for await (const volume of volumesOf(read, only)) {
      const { VolumeType: type = "", Size: size = 0 } = volume;
      const isAsked = config.types.some((each) => each === type);
      if (isAsked && isUnpriced({ type, size }, region)) unjudged.add(type);
      yield { volume, last: last.get(volume.VolumeId) };
    }
    if (unjudged.size && !only) note(unjudgedVolumes(unjudged));
  },

  target: ({ volume: { VolumeId, Tags, Operator } }) => ({
    id: VolumeId,
    tags: Tags ?? [],
    managed: Operator?.Managed ? (Operator.Principal ?? "an AWS service") : managedBy(Tags),
  }),

  // What gp2 has of both goes by its size, and cannot be asked for.
  state(found) {
    const { VolumeType, Iops, Throughput } = typeOf(found);
    return {
      VolumeType,
      ...((VolumeType === "gp3" || VolumeType === "io1") && Iops && { Iops }),
      ...(VolumeType === "gp3" && Throughput && { Throughput }),
    };
  },

  restore: {
    by: [modifyVolume],
    calls: (state, { target }) => modifyVolume({ VolumeId: target, ...state }),
  },

  propose({ volume, last }, { config, now, region }) {
    const { VolumeId, VolumeType: type, Size: size, Iops, State } = volume;
    if (!VolumeId || !size || !config.types.some((each) => each === type)) return;
    if (State !== "in-use" && State !== "available") return;
    // There is no gp3 on an Outpost, and none that several instances share.
    if (volume.OutpostArn || volume.MultiAttachEnabled) return;
    if (last && (isRunning(last) || !last.StartTime || last.StartTime > before(now, waitOfAws)))
      return;
    const quick = asQuickAs({ type: String(type), size, iops: Iops }, region);
    if (!quick) return;
    const { iops, throughput, saves } = quick;
    return {
      because: `gp3 with ${iops} operations and ${throughput} MiB a second costs less and is never slower than this ${type}${pricedBy(region, "ebs")}`,
      call: modifyVolume({ VolumeId, VolumeType: "gp3", Iops: iops, Throughput: throughput }),
      savesPerMonth: saves,
    };
  },
});
