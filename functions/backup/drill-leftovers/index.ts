/**
 * Takes away what a drill has made and left: because it was stopped, was denied its own clean-up, or
 * died. Only what carries the drill's tag *and* what the ledger says a drill has made: a tag alone
 * deletes nothing. What a drill is still at is left to it, and so is everything of the last hours.
 */
import type { Instance, Tag, Volume } from "@aws-sdk/client-ec2";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { throwAwayRemoval, throwAwayTag } from "../../../aws/ec2/throw-away.ts";
import { throwAwayInstanceTermination } from "../../../aws/ec2/throw-away-instance.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import {
  leftoverConfig as config,
  isLeftBehind,
  type LeftoverStanding,
  leftBehind,
  notMadeByDrill,
  standingOfLeftover,
} from "../drill-leftover.ts";
import { driller } from "../drilled.ts";

const remove = throwAwayRemoval();
const terminate = throwAwayInstanceTermination();
const reads = [describeInstances, describeVolumes] as const;
type Read = Reader<typeof reads>;

/** A filter takes so many values. */
const filterValues = 200;

/** A volume that was restored, or the instance that it was read on. */
interface Made {
  readonly id: string;
  readonly kind: "volume" | "instance";
  readonly tags: readonly Tag[];
  readonly madeAt: Date | undefined;
  /** As EC2 says it. */
  readonly state: string | undefined;
  readonly of: string | undefined;
}

interface Found extends LeftoverStanding, Made {}

const ofVolume = (volume: Volume): Made => ({
  id: volume.VolumeId ?? "",
  kind: "volume",
  tags: volume.Tags ?? [],
  madeAt: volume.CreateTime,
  state: volume.State,
  of: volume.SnapshotId,
});

const ofInstance = (instance: Instance): Made => ({
  id: instance.InstanceId ?? "",
  kind: "instance",
  tags: instance.Tags ?? [],
  madeAt: instance.LaunchTime,
  state: instance.State?.Name,
  of: instance.ImageId,
});

const oursByTag = { Name: "tag-key", Values: [throwAwayTag] };

/** @returns filters that find all that is asked for; without `only` one that finds everything */
function filtersOf(name: string, prefix: string, only: readonly string[] | undefined) {
  if (!only) return [[oursByTag]];
  const ids = only.filter((id) => id.startsWith(prefix));
  return [...chunks(ids, filterValues)].map((some) => [
    oursByTag,
    { Name: name, Values: [...some] },
  ]);
}

/** Instances first: a volume that one of them has is free when that is gone. */
async function* madeBefore(read: Read, only: readonly string[] | undefined): AsyncIterable<Made> {
  for (const Filters of filtersOf("instance-id", "i-", only))
    for await (const instance of read(describeInstances({ Filters }))) yield ofInstance(instance);
  for (const Filters of filtersOf("volume-id", "vol-", only))
    for await (const volume of read(describeVolumes({ Filters }))) yield ofVolume(volume);
}

/** What EC2 has taken away, or is about to, shows for an hour. */
const isEnding = ({ state }: Made): boolean => state === "terminated" || state === "shutting-down";

export default automation({
  id: "drill-leftovers",
  family: "backup",
  summary: "Takes away what restore drills made and left, by tag and ledger",
  on: [sweep("cron(50 * * * ? *)", { window: minutes(10) })],
  config,
  remembers: [driller],
  caps: () => ({ changes: 200, percent: 100 }),
  reads,
  writes: [remove, terminate],

  async *find(search) {
    for await (const made of madeBefore(search.read, search.only)) {
      if (made.kind === "instance" && isEnding(made)) continue;
      const action = tagIn({ Tags: [...made.tags] }, tagOf.action);
      const run = tagIn({ Tags: [...made.tags] }, tagOf.run);
      const isNamed = action && run && tagIn({ Tags: [...made.tags] }, throwAwayTag) === action;
      const asked = isNamed ? { unit: driller, run, action } : undefined;
      const standing = await standingOfLeftover(asked, made.id, search);
      yield { ...made, ...standing } satisfies Found;
    }
  },

  target: ({ id, tags, ...standing }) => ({
    id,
    tags: [...tags],
    ...notMadeByDrill(standing, "tag"),
  }),
  state: ({ kind, of, state }) => ({ kind, of, state }),
  becomes: () => null,

  propose({ id, kind, state, madeAt, ...standing }, looking) {
    if (!isLeftBehind(standing, madeAt, looking)) return;
    if (kind === "instance") return { because: leftBehind, call: terminate({ InstanceIds: [id] }) };
    // What somebody has attached is used; `creating` can only be waited for.
    if (state !== "available" && state !== "error") return;
    return { because: leftBehind, call: remove({ VolumeId: id }) };
  },
});
