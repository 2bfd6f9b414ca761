/** What the units of this family say to one another: by tags on snapshots, which anybody may write. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { setSizeTag } from "../../aws/ec2/snapshot.ts";
import { legalHoldTag } from "../../aws/ec2/snapshot-keepers.ts";

/** Makes the sets, and is believed by its records alone. */
export const maker = "volume-backups";
/** Deletes them again, when their retention no longer asks for them. */
export const pruner = "prune-backups";

export const tagOf = {
  unit: "nightshift:unit",
  /** The instance or volume that it is a backup of. */
  about: "nightshift:backup-of",
  slot: "nightshift:slot",
  keep: "nightshift:keep",
  action: "nightshift:action",
  run: "nightshift:run",
  size: setSizeTag,
  hold: legalHoldTag,
} as const;

type Tagged = Pick<Snapshot, "Tags">;

export const tagIn = ({ Tags = [] }: Tagged, key: string): string | undefined =>
  Tags.find(({ Key }) => Key === key)?.Value;

/** Those that say that they are ours. */
export const oursByTag = {
  OwnerIds: ["self"],
  Filters: [{ Name: `tag:${tagOf.unit}`, Values: [maker] }],
};

/** What a set is called as a target: an instance or volume, and the slot that it was made in. */
export interface SetName {
  readonly about: string;
  readonly slot: string;
}

export const setId = ({ about, slot }: SetName): string => `${about}@${slot}`;

export function setNameOf(id: string): SetName | undefined {
  const [about, slot, ...more] = id.split("@");
  return about && slot && !more.length ? { about, slot } : undefined;
}

export const setNameIn = (snapshot: Tagged): SetName | undefined => {
  const about = tagIn(snapshot, tagOf.about);
  const slot = tagIn(snapshot, tagOf.slot);
  return about && slot ? { about, slot } : undefined;
};

/** Of one set: as many as were to be made, and none that failed. */
export function isWhole(snapshots: readonly Snapshot[]): boolean {
  const size = Number(snapshots[0] && (tagIn(snapshots[0], tagOf.size) ?? 1));
  const alive = snapshots.filter(({ State }) => State !== "error");
  return alive.length > 0 && alive.length >= size;
}

/** And all that was written by then is in it. */
export const isGood = (snapshots: readonly Snapshot[]): boolean =>
  isWhole(snapshots) && snapshots.every(({ State }) => State === "completed" || State === "error");

/** All that says that it belongs to one set. */
export interface BackupSet extends SetName {
  readonly snapshots: readonly Snapshot[];
}

export function setsIn(snapshots: readonly Snapshot[]): BackupSet[] {
  const named = snapshots.flatMap((snapshot) => {
    const name = setNameIn(snapshot);
    return name ? [{ name, snapshot }] : [];
  });
  return [...Map.groupBy(named, ({ name }) => setId(name)).values()].map((members) => ({
    ...(members[0] as (typeof members)[number]).name,
    snapshots: members.map(({ snapshot }) => snapshot),
  }));
}
