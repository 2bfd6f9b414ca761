/**
 * Takes away what a drill has made and left: because it was stopped, was denied its own clean-up, or
 * died. Only what carries the drill's tag *and* what the ledger says a drill has made: a tag alone
 * deletes nothing. What a drill is still at is left to it, and so is everything of the last hours.
 */
import type { Volume } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { throwAwayRemoval, throwAwayTag } from "../../../aws/ec2/throw-away.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { before, hours, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { driller } from "../drilled.ts";

const remove = throwAwayRemoval();
const reads = [describeVolumes] as const;

/** A filter takes so many values. */
const filterValues = 200;

interface Found {
  readonly volume: Volume;
  /** Whether the ledger says that a drill has made it. */
  readonly isOurs: boolean;
  /** Whether that drill is over. */
  readonly isOver: boolean;
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
  config: z.strictObject({
    hours: z
      ._default(z.int().check(z.gte(0), z.lte(168)), 6)
      .check(z.describe("How old it must be: what is younger is left to its drill.")),
  }),
  remembers: [driller],
  caps: () => ({ changes: 200, percent: 100 }),
  reads,
  writes: [remove],

  async *find({ read, only, madeBy }) {
    for (const volume of await volumesOf(read, only)) {
      const { VolumeId = "" } = volume;
      const action = tagIn(volume, tagOf.action);
      const run = tagIn(volume, tagOf.run);
      const maker =
        action && run && tagIn(volume, throwAwayTag) === action
          ? await madeBy({ unit: driller, run, action }, VolumeId)
          : undefined;
      yield {
        volume,
        isOurs: maker !== undefined,
        isOver: maker?.isOver ?? false,
      } satisfies Found;
    }
  },

  target: ({ volume: { VolumeId, Tags }, isOurs }) => ({
    id: VolumeId,
    tags: Tags ?? [],
    ...(!isOurs && {
      managed: "nobody: its tag says that a drill made it, and the ledger does not",
    }),
  }),
  state: ({ volume: { VolumeType, Size, SnapshotId, State } }) => ({
    VolumeType,
    Size,
    SnapshotId,
    State,
  }),
  becomes: () => null,

  propose({ volume: { VolumeId, State, CreateTime }, isOurs, isOver }, { config, now }) {
    if (!VolumeId || !CreateTime || CreateTime > before(now, hours(config.hours))) return;
    // What somebody has attached is used; `creating` can only be waited for.
    if (State !== "available" && State !== "error") return;
    if (isOurs && !isOver) return;
    return { because: "a drill made it and left it", call: remove({ VolumeId }) };
  },
});
