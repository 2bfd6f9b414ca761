/** Snapshots of volumes, whoever made them. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import { arnOf } from "../../../sdk/arn.ts";
import { isWhole, maker, setId, setNameIn, tagIn, tagOf } from "../backup-set.ts";
import { snapshotMaker } from "../snapshot-maker.ts";
import type { LookingPlace } from "./place.ts";

export const snapshotReads = [describeSnapshots] as const;

const drilledTag = "nightshift:drilled";

export const volumeArn = (
  { region, account }: { readonly region: string; readonly account: string },
  id: string,
): string => arnOf({ service: "ec2", region, account, resource: `volume/${id}` });

/** A copy says that it is of a volume that there is nowhere. */
const isCopy = ({ VolumeId }: Snapshot): boolean => !VolumeId || VolumeId === "vol-ffffffff";

/** Why it brings nothing back; nothing where it does. */
function fault({ SnapshotId, State, StateMessage }: Snapshot, isOfWholeSet: boolean) {
  if (State !== "completed")
    return `${SnapshotId} is in the state ${State}${StateMessage ? ` (${StateMessage})` : ""}`;
  return isOfWholeSet ? undefined : `${SnapshotId} is of a set that is not whole`;
}

function shelve(snapshot: Snapshot, place: LookingPlace, isOfWholeSet: boolean): void {
  const { VolumeId = "", StartTime: at, State, StorageTier } = snapshot;
  if (!at || isCopy(snapshot) || State === "pending") return;
  const arn = volumeArn(place, VolumeId);
  const why = fault(snapshot, isOfWholeSet);
  if (why !== undefined) {
    place.shelf.reject(arn, { at, why });
    return;
  }
  const tier = StorageTier === "archive" ? ", in the archive tier" : "";
  place.shelf.put(arn, { at, by: `${snapshotMaker(snapshot).name}${tier}` });
  const drilled = tagIn(snapshot, drilledTag);
  if (drilled !== undefined) place.shelf.drilled(arn, at, drilled);
}

/** Parts of a set of ours bring back nothing that fits together: they count when it is whole. */
export async function readSnapshots(place: LookingPlace<typeof snapshotReads>): Promise<void> {
  const sets = new Map<string, Snapshot[]>();
  for await (const snapshot of place.read(describeSnapshots({ OwnerIds: ["self"] }))) {
    const name = tagIn(snapshot, tagOf.unit) === maker ? setNameIn(snapshot) : undefined;
    if (!name) shelve(snapshot, place, true);
    else {
      const members = sets.get(setId(name)) ?? [];
      sets.set(setId(name), members);
      members.push(snapshot);
    }
  }
  for (const members of sets.values()) {
    const isUsable = isWhole(members) && members.every(({ State }) => State !== "error");
    for (const snapshot of members) shelve(snapshot, place, isUsable);
  }
}
