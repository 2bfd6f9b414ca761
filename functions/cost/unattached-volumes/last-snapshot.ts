/** The story that a last snapshot tells by its tags: whose it is, why it was taken, and until when. */
import { createSnapshot } from "../../../aws/ec2/snapshot.ts";
import { after, days } from "../../../sdk/time.ts";
import type { VolumeSpec } from "./volume-spec.ts";

/** What takes last snapshots. */
export const taker = "unattached-volumes";

export const storyTag = {
  unit: "nightshift:unit",
  volume: "nightshift:volume",
  taken: "nightshift:taken",
  because: "nightshift:because",
  action: "nightshift:action",
  run: "nightshift:run",
  /** The day from which on nobody needs it; absent: it stays. */
  expires: "nightshift:expires",
} as const;

/** Room for the story and for the token that it is found again by, among the fifty of a resource. */
const mostTags = 50 - Object.keys(storyTag).length - 1;

export interface LastSnapshot {
  readonly VolumeId: string;
  readonly spec: VolumeSpec;
  /** The day since which nothing is attached to it. */
  readonly since: string;
  /** How many days it is to stay; 0: for good. */
  readonly keepDays: number;
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** @param by what takes it, and when that began */
export function lastSnapshotOf(
  { VolumeId, spec, since, keepDays }: LastSnapshot,
  by: { readonly action: string; readonly run: string; readonly began: Date },
) {
  const because = `nothing was attached since ${since}`;
  const story = {
    [storyTag.unit]: taker,
    [storyTag.volume]: VolumeId,
    [storyTag.taken]: dayOf(by.began),
    [storyTag.because]: because,
    [storyTag.action]: by.action,
    [storyTag.run]: by.run,
    ...(keepDays > 0 && { [storyTag.expires]: dayOf(after(by.began, days(keepDays))) }),
  };
  const own = spec.Tags.filter(({ Key = "" }) => !(Key in story)).slice(0, mostTags);
  const Tags = [...own, ...Object.entries(story).map(([Key, Value]) => ({ Key, Value }))];
  return createSnapshot({
    VolumeId,
    Description: `The last of ${VolumeId}: ${because}`,
    TagSpecifications: [{ ResourceType: "snapshot", Tags }],
  });
}
