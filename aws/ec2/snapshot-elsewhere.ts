/** Snapshots of other regions: looked at there, and deleted there. */
import { readElsewhere, writeElsewhere } from "../../sdk/elsewhere.ts";
import {
  deleteSnapshot,
  describeLockedSnapshots,
  describeSnapshotAttribute,
  describeSnapshots,
} from "./snapshot.ts";

export const describeSnapshotsElsewhere = readElsewhere(describeSnapshots);

export const describeLockedSnapshotsElsewhere = readElsewhere(describeLockedSnapshots);

export const describeSnapshotAttributeElsewhere = readElsewhere(describeSnapshotAttribute);

export const deleteSnapshotElsewhere = writeElsewhere(deleteSnapshot, {
  irreversible: "a deleted snapshot is gone, and with it what only it held",
});
