/** Snapshots by hand, of instances and of clusters. What we make and delete bears a name of ours. */
import {
  CreateDBClusterSnapshotCommand,
  CreateDBSnapshotCommand,
  DeleteDBClusterSnapshotCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotAttributesCommand,
  DescribeDBSnapshotAttributesCommand,
  paginateDescribeDBClusterSnapshots,
  paginateDescribeDBSnapshots,
  RDSClient,
  type Tag,
} from "@aws-sdk/client-rds";
import { paged, read, write } from "../../sdk/call.ts";

/** What the names of our snapshots begin with: IAM holds roles to it. */
export const snapshotPrefix = "nightshift-";
const ownSnapshots = `snapshot:${snapshotPrefix}*`;
const ownClusterSnapshots = `cluster-snapshot:${snapshotPrefix}*`;

export const describeDBSnapshots = paged(
  "rds:DescribeDBSnapshots",
  RDSClient,
  paginateDescribeDBSnapshots,
  { items: (page) => page.DBSnapshots, on: ["db:*", "snapshot:*"] },
);

export const describeDBClusterSnapshots = paged(
  "rds:DescribeDBClusterSnapshots",
  RDSClient,
  paginateDescribeDBClusterSnapshots,
  { items: (page) => page.DBClusterSnapshots, on: ["cluster:*", "cluster-snapshot:*"] },
);

const gone = "a deleted snapshot is gone, and with it what only it held";

export const deleteDBSnapshot = write("rds:DeleteDBSnapshot", RDSClient, DeleteDBSnapshotCommand, {
  on: ownSnapshots,
  already: ["DBSnapshotNotFoundFault", "DBSnapshotNotFound"],
  irreversible: gone,
});

export const deleteDBClusterSnapshot = write(
  "rds:DeleteDBClusterSnapshot",
  RDSClient,
  DeleteDBClusterSnapshotCommand,
  {
    on: ownClusterSnapshots,
    already: ["DBClusterSnapshotNotFoundFault", "DBClusterSnapshotNotFound"],
    irreversible: gone,
  },
);

/** A second send is refused for its name, and does not say whose the first was: this tag does. */
const tokenTag = "nightshift:token";

const withToken = (tags: readonly Tag[] | undefined, token: string): Tag[] => [
  ...(tags ?? []),
  { Key: tokenTag, Value: token },
];

const isMadeWith =
  (token: string) =>
  ({ TagList = [] }: { readonly TagList?: Tag[] | undefined }): boolean =>
    TagList.some(({ Key, Value }) => Key === tokenTag && Value === token);

/** Of a database that stands by itself. */
export const createDBSnapshot = write("rds:CreateDBSnapshot", RDSClient, CreateDBSnapshotCommand, {
  on: ["db:*", ownSnapshots],
  also: { "rds:AddTagsToResource": ownSnapshots },
  token: {
    find: describeDBSnapshots,
    tag: (input, token) => ({ ...input, Tags: withToken(input.Tags, token) }),
    asking: (_, { DBSnapshotIdentifier = "" }) => ({
      Filters: [{ Name: "db-snapshot-id", Values: [DBSnapshotIdentifier] }],
    }),
    answer(found, token) {
      const DBSnapshot = found.find(isMadeWith(token));
      return DBSnapshot && { DBSnapshot };
    },
  },
  made: ({ DBSnapshot }) => DBSnapshot?.DBSnapshotIdentifier,
  inverse: [
    deleteDBSnapshot,
    (_, { DBSnapshot }) => ({ DBSnapshotIdentifier: DBSnapshot?.DBSnapshotIdentifier }),
  ],
});

/** Of Aurora, and of a cluster over several zones. */
export const createDBClusterSnapshot = write(
  "rds:CreateDBClusterSnapshot",
  RDSClient,
  CreateDBClusterSnapshotCommand,
  {
    on: ["cluster:*", ownClusterSnapshots],
    also: { "rds:AddTagsToResource": ownClusterSnapshots },
    token: {
      find: describeDBClusterSnapshots,
      tag: (input, token) => ({ ...input, Tags: withToken(input.Tags, token) }),
      asking: (_, { DBClusterSnapshotIdentifier = "" }) => ({
        Filters: [{ Name: "db-cluster-snapshot-id", Values: [DBClusterSnapshotIdentifier] }],
      }),
      answer(found, token) {
        const DBClusterSnapshot = found.find(isMadeWith(token));
        return DBClusterSnapshot && { DBClusterSnapshot };
      },
    },
    made: ({ DBClusterSnapshot }) => DBClusterSnapshot?.DBClusterSnapshotIdentifier,
    inverse: [
      deleteDBClusterSnapshot,
      (_, { DBClusterSnapshot }) => ({
        DBClusterSnapshotIdentifier: DBClusterSnapshot?.DBClusterSnapshotIdentifier,
      }),
    ],
  },
);

/** With whom it is shared. */
export const describeDBSnapshotAttributes = read(
  "rds:DescribeDBSnapshotAttributes",
  RDSClient,
  DescribeDBSnapshotAttributesCommand,
  { on: "snapshot:*", absent: ["DBSnapshotNotFoundFault", "DBSnapshotNotFound"] },
);
export const describeDBClusterSnapshotAttributes = read(
  "rds:DescribeDBClusterSnapshotAttributes",
  RDSClient,
  DescribeDBClusterSnapshotAttributesCommand,
  {
    on: "cluster-snapshot:*",
    absent: ["DBClusterSnapshotNotFoundFault", "DBClusterSnapshotNotFound"],
  },
);
