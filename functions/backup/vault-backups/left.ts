/** What has points of ours and is no longer backed up: AWS Backup deletes them in time, to the last. */
import type { Reader } from "../../../sdk/unit.ts";
import { kindOf } from "./kinds.ts";
import { newestPoints, type Point, type pointReads, setOfPoint } from "./points.ts";

interface PointsLookedAt {
  readonly read: Reader<typeof pointReads>;
  /** Of all that lies in the vault, by resource. */
  readonly points: ReadonlyMap<string, readonly Point[]>;
  readonly isSelected: (about: string) => boolean;
  readonly tag: string;
}

/** So many are told one by one, and looked at. */
const mostTold = 20;

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** @returns what to tell, in words that stay the same as long as it is so */
export async function leftVaultTold(looked: PointsLookedAt): Promise<string[]> {
  const { read, points, isSelected, tag } = looked;
  const others = [...points].filter(([about]) => kindOf(about) !== undefined && !isSelected(about));
  const told: string[] = [];
  for (const [about, some] of others.slice(0, mostTold)) {
    const [newest] = newestPoints(some, 1);
    const set = newest && (await setOfPoint(read, newest));
    if (!newest || set?.about !== about) continue;
    const end = newest.CalculatedLifecycle?.DeleteAt;
    const ends = end ? `on ${day(end)}` : "at the end of its lifecycle";
    told.push(
      `${about} has left the plan or is gone: its last backup is of the slot ${set.slot}, and AWS Backup deletes that ${ends}, after which there is none. To have it back: the tag ${tag}, or its ARN in the settings.`,
    );
  }
  return told;
}
