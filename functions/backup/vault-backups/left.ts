/** What has points of ours and is no longer backed up: AWS Backup deletes them in time, to the last. */
import type { Reader } from "../../../sdk/unit.ts";
import { kindOf } from "./kinds.ts";
import { mayBeOurs, newestPoints, type Point, type pointReads, setOfPoint } from "./points.ts";

interface PointsLookedAt {
  readonly read: Reader<typeof pointReads>;
  /** Of all that lies in the vault, by resource. */
  readonly points: ReadonlyMap<string, readonly Point[]>;
  readonly isSelected: (about: string) => boolean;
  /** What lies in another region or account has its points there: here are copies alone. */
  readonly isHere: (about: string) => boolean;
  readonly tag: string;
}

/** So many are told one by one. */
const mostTold = 20;
/** So many points are asked for their tags: a vault may hold those of others who work by hand. */
const mostLookedAt = 200;

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** @returns what to tell, in words that stay the same as long as it is so */
export async function leftVaultTold(looked: PointsLookedAt): Promise<string[]> {
  const { read, points, isSelected, isHere, tag } = looked;
  const others = [...points].flatMap(([about, some]) => {
    const isOther = kindOf(about) !== undefined && isHere(about) && !isSelected(about);
    return isOther ? newestPoints(some, 1).map((newest) => ({ about, newest })) : [];
  });
  const told: string[] = [];
  // Where the newest is a plan's, that plan backs it up.
  const asked = others.filter(({ newest }) => mayBeOurs(newest)).slice(0, mostLookedAt);
  for (const { about, newest } of asked) {
    if (told.length === mostTold) break;
    const set = await setOfPoint(read, newest);
    if (set?.about !== about) continue;
    const end = newest.CalculatedLifecycle?.DeleteAt;
    const ends = end ? `on ${day(end)}` : "at the end of its lifecycle";
    told.push(
      `${about} has left the plan or is gone: its last backup is of the slot ${set.slot}, and AWS Backup deletes that ${ends}, after which there is none. To have it back: the tag ${tag}, or its ARN in the settings.`,
    );
  }
  return told;
}
