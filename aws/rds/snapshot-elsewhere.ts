/** Snapshots of databases in other regions: looked at there, and deleted there. */
import { readElsewhere, writeElsewhere } from "../../sdk/elsewhere.ts";
import {
  deleteDBClusterSnapshot,
  deleteDBSnapshot,
  describeDBClusterSnapshotAttributes,
  describeDBClusterSnapshots,
  describeDBSnapshotAttributes,
  describeDBSnapshots,
} from "./snapshot.ts";

export const describeDBSnapshotsElsewhere = readElsewhere(describeDBSnapshots);
export const describeDBClusterSnapshotsElsewhere = readElsewhere(describeDBClusterSnapshots);

export const describeDBSnapshotAttributesElsewhere = readElsewhere(describeDBSnapshotAttributes);
export const describeDBClusterSnapshotAttributesElsewhere = readElsewhere(
  describeDBClusterSnapshotAttributes,
);

const gone = "a deleted snapshot is gone, and with it what only it held";

export const deleteDBSnapshotElsewhere = writeElsewhere(deleteDBSnapshot, { irreversible: gone });
export const deleteDBClusterSnapshotElsewhere = writeElsewhere(deleteDBClusterSnapshot, {
  irreversible: gone,
});
