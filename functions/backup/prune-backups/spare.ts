/** Snapshots of volumes as pieces of their sets. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { setNameIn, tagIn, tagOf } from "../backup-set.ts";
import type { Piece } from "../sparing.ts";

export const pruner = "prune-backups";

function stateOf({ State }: Snapshot): Piece["state"] {
  if (State === "error") return "failed";
  return State === "completed" ? "complete" : "making";
}

export const piecesOf = (snapshots: readonly Snapshot[]): Piece[] =>
  snapshots.flatMap((snapshot) => {
    const set = setNameIn(snapshot);
    if (!set) return [];
    return [
      {
        id: snapshot.SnapshotId ?? "",
        set,
        resource: set.about,
        state: stateOf(snapshot),
        size: Number(tagIn(snapshot, tagOf.size) ?? 1),
        action: tagIn(snapshot, tagOf.action),
      },
    ];
  });
