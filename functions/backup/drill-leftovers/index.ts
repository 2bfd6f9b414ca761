/**
 * Takes away what a drill has made and left: because it was stopped, was denied its own clean-up, or
 * died. Only what carries the drill's tag *and* what the ledger says a drill has made: a tag alone
 * deletes nothing. What a drill is still at is left to it, and so is everything of the last hours.
 */
import type { Volume } from "@aws-sdk/client-ec2";
import { throwAwayRemoval, throwAwayTag } from "../../../aws/ec2/throw-away.ts";
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
const reads = [describeVolumes] as const;

/** A filter takes so many values. */
const filterValues = 200;

interface Found extends LeftoverStanding {
  readonly volume: Volume;
}

const oursByTag = { Name: "tag-key", Values: [throwAwayTag] };

async function volumesOf(
  read: Reader<typeof reads>,
  only: readonly string[] | undefined,
): Promise<Volume[]> {
  if (!only) return Array.fromAsync(read(describeVolumes({ Filters: [oursByTag] })));
  const found: Volume[] = [];
  for (const Values of chunks(only, filterValues)) {
    const Filters = [oursByTag, { Name: "volume-id", Values: [...Values] }];
    for await (const volume of read(describeVolumes({ Filters }))) found.push(volume);
  }
  return found;
}

export default automation({
  id: "drill-leftovers",
  family: "backup",
  summary: "Takes away what restore drills made and left, by tag and ledger",
  on: [sweep("cron(50 * * * ? *)", { window: minutes(10) })],
  config,
  remembers: [driller],
  caps: () => ({ changes: 200, percent: 100 }),
  reads,
  writes: [remove],

  async *find(search) {
    for (const volume of await volumesOf(search.read, search.only)) {
      const { VolumeId = "" } = volume;
      const action = tagIn(volume, tagOf.action);
      const run = tagIn(volume, tagOf.run);
      const isNamed = action && run && tagIn(volume, throwAwayTag) === action;
      const asked = isNamed ? { unit: driller, run, action } : undefined;
      const standing = await standingOfLeftover(asked, VolumeId, search);
      yield { volume, ...standing } satisfies Found;
    }
  },

  target: ({ volume: { VolumeId, Tags }, ...standing }) => ({
    id: VolumeId,
    tags: Tags ?? [],
    ...notMadeByDrill(standing, "tag"),
  }),
  state: ({ volume: { VolumeType, Size, SnapshotId, State } }) => ({
    VolumeType,
    Size,
    SnapshotId,
    State,
  }),
  becomes: () => null,

  propose({ volume: { VolumeId, State, CreateTime }, ...standing }, looking) {
    if (!VolumeId || !isLeftBehind(standing, CreateTime, looking)) return;
    // What somebody has attached is used; `creating` can only be waited for.
    if (State !== "available" && State !== "error") return;
    return { because: leftBehind, call: remove({ VolumeId }) };
  },
});
