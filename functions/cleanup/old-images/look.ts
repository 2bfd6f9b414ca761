/** Images of a region, what uses each of them, and who else decides about it. */
import type { Image } from "@aws-sdk/client-ec2";
import { describeImages, everyOwnImage } from "../../../aws/ec2/image.ts";
import { count } from "../../../sdk/counted.ts";
import { graceTag } from "../../../sdk/grace.ts";
import { before, days } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { referencesTo } from "../../image-references.ts";
import { imageUsers, readsOfImageUsers } from "../../image-users.ts";
import { keptByItself, readsOfKeepers, sharersOfAll } from "./keepers.ts";
import { placesIn, type Series } from "./series.ts";

export const readsOfImages = [describeImages, ...readsOfImageUsers, ...readsOfKeepers] as const;
type Read = Reader<typeof readsOfImages>;

export interface FoundImage {
  readonly image: Image;
  /** Absent: it has no name. */
  readonly series?: Series | undefined;
  /** What uses it, as it reads in "used by …". */
  readonly usedBy?: string | undefined;
  /** Who else decides about it: as it reads in "managed by …". */
  readonly keptBy?: string | undefined;
  /** Too many are older: it is judged another night. */
  readonly waits?: boolean;
}

export interface ImageSearch {
  readonly only: readonly string[] | undefined;
  readonly now: Date;
  readonly config: {
    readonly days: number;
    readonly newest: number;
    readonly series: readonly string[];
  };
  /** Tells what is left for another night. */
  readonly note: (text: string) => void;
}

/** What Image Builder and others name is asked of ten at a time, and who shares one by one. */
export const mostImagesJudged = 2000;

/**
 * As it is before, or between the mark and the end: what somebody else disabled is theirs. Kernels and
 * RAM disks are no images that instances name by themselves.
 */
export const isRetirable = ({ State, Tags = [], ImageType = "machine" }: Image): boolean =>
  ImageType === "machine" &&
  (State === "available" || (State === "disabled" && Tags.some(({ Key }) => Key === graceTag)));

/** AWS says it a day late. */
function launchedLately({ LastLaunchedTime }: Image, since: Date): string | undefined {
  if (!LastLaunchedTime || new Date(LastLaunchedTime) <= since) return undefined;
  return `an instance that was launched from it on ${LastLaunchedTime.slice(0, 10)}`;
}

const oldestFirst = (a: FoundImage, b: FoundImage): number =>
  (a.image.CreationDate ?? "").localeCompare(b.image.CreationDate ?? "");

/** Whether it can be used, and nothing uses it as far as the unit's own reads say. */
const isOpen = ({ image, usedBy }: FoundImage): boolean =>
  usedBy === undefined && isRetirable(image);

async function judged(read: Read, open: readonly FoundImage[], newest: number) {
  const ids = open.flatMap(({ image }) => image.ImageId ?? []);
  const named = await referencesTo(read, ids);
  const known = open.map((each) => ({
    ...each,
    usedBy: named.get(each.image.ImageId ?? ""),
    keptBy: keptByItself(each.image),
  }));
  const isAsked = ({ usedBy, keptBy, series }: FoundImage): boolean =>
    usedBy === undefined && keptBy === undefined && (series?.newer ?? 0) >= newest;
  const asked = known.filter(isAsked);
  const sharers = await sharersOfAll(
    read,
    asked.map(({ image }) => image),
  );
  const sharedBy = new Map(asked.map((each, at) => [each, sharers[at]]));
  return known.map((each) => ({ ...each, keptBy: each.keptBy ?? sharedBy.get(each) }));
}

/** All that is asked about, the oldest that nothing uses first. */
export async function* ownImagesIn(read: Read, search: ImageSearch): AsyncGenerator<FoundImage> {
  const { only, now, config, note } = search;
  const own = await Array.fromAsync(read(describeImages(everyOwnImage)));
  const places = placesIn(own, config.series);
  const asked = only && new Set(only);
  const images = own.filter(({ ImageId = "" }) => !asked || asked.has(ImageId));
  if (images.length === 0) return;
  const users = await imageUsers(read, only);
  const since = before(now, days(config.days));
  const found = images.map((image): FoundImage => {
    const usedBy = users.get(image.ImageId ?? "") ?? launchedLately(image, since);
    return { image, series: places.get(image), usedBy };
  });
  for (const each of found) if (!isOpen(each)) yield each;
  const open = found.filter(isOpen).toSorted(oldestFirst);
  yield* await judged(read, open.slice(0, mostImagesJudged), config.newest);
  const later = open.slice(mostImagesJudged);
  if (later.length)
    note(
      `${count(open.length, "image")} that no instance and no launch template uses: only the oldest ${mostImagesJudged} are judged in a night, the others when those are gone or used.`,
    );
  for (const each of later) yield { ...each, waits: true };
}
