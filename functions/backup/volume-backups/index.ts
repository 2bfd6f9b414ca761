/**
 * Takes a backup of volumes in each slot: all volumes of an instance at one moment, which is
 * crash-consistent over all of them, or a single volume. What is backed up says a tag or a list.
 * A slot has one set, whatever is delivered twice, and a set counts when all its snapshots are
 * complete: until then a flow waits for it, and takes back what has failed. Each snapshot says by
 * tags what it is of, when and by which action it was made, and how long sets are kept, which
 * `prune-backups` goes by.
 */
import type { Instance, Snapshot, Volume } from "@aws-sdk/client-ec2";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { count } from "../../../sdk/counted.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { isWhole, maker, oursByTag, setId, setNameIn, setNameOf, tagOf } from "../backup-set.ts";
import { keepInWords } from "../retention.ts";
import { slotAt } from "../slot.ts";
import { backUpVolumes } from "./back-up.ts";
import { volumePlan } from "./config.ts";
import { leftOf } from "./left.ts";
import { type Protected, protectedIn } from "./protected.ts";

const reads = [describeInstances, describeVolumes, describeSnapshots] as const;
type Read = Reader<typeof reads>;

/** A filter takes so many values. */
const filterValues = 200;

interface Found extends Protected {
  readonly slot: string;
  /** What there is of this slot. */
  readonly snapshots: readonly Snapshot[];
}

type Sets = ReadonlyMap<string, readonly Snapshot[]>;

async function madeBy(
  read: Read,
  Filters: typeof oursByTag.Filters,
  sets: Map<string, Snapshot[]>,
) {
  for await (const snapshot of read(describeSnapshots({ ...oursByTag, Filters }))) {
    const name = setNameIn(snapshot);
    if (!name) continue;
    const members = sets.get(setId(name)) ?? [];
    sets.set(setId(name), members);
    members.push(snapshot);
  }
}

/** What there is of some slots, by set. */
async function madeIn(read: Read, slots: readonly string[]): Promise<Sets> {
  const sets = new Map<string, Snapshot[]>();
  for (const Values of chunks(slots, filterValues))
    await madeBy(read, [...oursByTag.Filters, { Name: `tag:${tagOf.slot}`, Values }], sets);
  return sets;
}

/** What there is of all slots, by set. */
async function madeEver(read: Read): Promise<Sets> {
  const sets = new Map<string, Snapshot[]>();
  await madeBy(read, oursByTag.Filters, sets);
  return sets;
}

const isRoot = ({ RootDeviceName }: Instance, { Attachments = [] }: Volume): boolean =>
  Attachments.some(({ Device }) => Device !== undefined && Device === RootDeviceName);

/** The volumes that its set is to hold. */
const included = ({ volumes, without }: Protected): readonly Volume[] =>
  volumes.filter(({ VolumeId = "" }) => !without.includes(VolumeId));

export default automation({
  id: maker,
  family: "backup",
  summary: "Backs up volumes in each slot: an instance's all at one moment, or single ones",
  on: [sweep("cron(5 * * * ? *)", { window: minutes(10) })],
  config: volumePlan,
  exemptByName: true,
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  reads,
  writes: [backUpVolumes],
  lost: ["A snapshot that an undo deletes is gone, and with it what only it held."],

  remembers: [maker],

  async *find({ read, only, config: chosen, now, region, regions, remembered, note }) {
    const asked = only?.flatMap((id) => setNameOf(id) ?? []);
    const current = slotAt(now, chosen).name;
    const slots = [...new Set(asked?.map(({ slot }) => slot) ?? [current])];
    const abouts = asked && [...new Set(asked.map(({ about }) => about))];
    const [all, made] = await Promise.all([
      protectedIn({ read, chosen, only: abouts }),
      only ? madeIn(read, slots) : madeEver(read),
    ]);
    const plan = { all, made, chosen, place: { region, regions }, remembered };
    if (!only) for (const words of await leftOf(read, plan)) note(words);
    const slotsOf = ({ about }: Protected) =>
      asked ? asked.filter((each) => each.about === about).map(({ slot }) => slot) : [current];
    for (const each of all)
      for (const slot of slotsOf(each))
        yield {
          ...each,
          slot,
          snapshots: made.get(setId({ about: each.about, slot })) ?? [],
        } satisfies Found;
  },

  target: ({ about, slot, tags }) => ({
    id: setId({ about, slot }),
    tags: {},
    within: { id: about, tags },
  }),

  name({ about, slot, tags }) {
    const name = tags.find(({ Key }) => Key === "Name")?.Value;
    return `${name ? `${name} (${about})` : about}, ${slot}`;
  },

  state: ({ slot, snapshots }) => ({
    slot,
    snapshots: snapshots
      .filter(({ State }) => State !== "error")
      .map(({ SnapshotId, VolumeId }) => `${SnapshotId} of ${VolumeId}`)
      .sort(),
  }),

  becomes: (found) => ({
    slot: found.slot,
    snapshots: included(found).map(({ VolumeId }) => `one of ${VolumeId}`),
  }),

  propose(found, { config: { keep } }) {
    const { about, slot, instance, snapshots } = found;
    const volumes = included(found);
    if (!volumes.length || isWhole(snapshots)) return;
    const root = instance && found.volumes.find((volume) => isRoot(instance, volume));
    const name = found.tags.find(({ Key }) => Key === "Name")?.Value;
    return {
      because: `it has no whole backup of the slot ${slot}: ${count(volumes.length, "volume")}, ${snapshots.length} made`,
      call: backUpVolumes({
        about,
        slot,
        volumes: volumes.map(({ VolumeId = "" }) => VolumeId).sort(),
        without: found.without.filter((id) => id !== root?.VolumeId).toSorted(),
        withoutRoot: found.without.includes(root?.VolumeId ?? ""),
        ofInstance: instance !== undefined,
        keep: { ...keep },
        ...(name !== undefined && { name }),
        keepText: keepInWords(keep),
      }),
    };
  },
});
