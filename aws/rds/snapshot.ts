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
export const ownSnapshotArns = `snapshot:${snapshotPrefix}*`;
export const ownClusterSnapshotArns = `cluster-snapshot:${snapshotPrefix}*`;

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
  on: ownSnapshotArns,
  already: ["DBSnapshotNotFoundFault", "DBSnapshotNotFound"],
  irreversible: gone,
});

export const deleteDBClusterSnapshot = write(
  "rds:DeleteDBClusterSnapshot",
  RDSClient,
  DeleteDBClusterSnapshotCommand,
  {
    on: ownClusterSnapshotArns,
    already: ["DBClusterSnapshotNotFoundFault", "DBClusterSnapshotNotFound"],
    irreversible: gone,
  },
);

/** A second send is refused for its name, and does not say whose the first was: this tag does. */
const tokenTag = "nightshift:token";

export const withDatabaseToken = (tags: readonly Tag[] | undefined, token: string): Tag[] => [
  ...(tags ?? []),
  { Key: tokenTag, Value: token },
];

export const isMadeWithToken =
  (token: string) =>
  ({ TagList = [] }: { readonly TagList?: Tag[] | undefined }): boolean =>
    TagList.some(({ Key, Value }) => Key === tokenTag && Value === token);

/** Of a database that stands by itself. */
export const createDBSnapshot = write("rds:CreateDBSnapshot", RDSClient, CreateDBSnapshotCommand, {
  on: ["db:*", ownSnapshotArns],
  also: { "rds:AddTagsToResource": ownSnapshotArns },
  token: {
    find: describeDBSnapshots,
    tag: (input, token) => ({ ...input, Tags: withDatabaseToken(input.Tags, token) }),
    asking: (_, { DBSnapshotIdentifier = "" }) => ({
      Filters: [{ Name: "db-snapshot-id", Values: [DBSnapshotIdentifier] }],
    }),
    answer(found, token) {
      const DBSnapshot = found.find(isMadeWithToken(token));
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
    on: ["cluster:*", ownClusterSnapshotArns],
    also: { "rds:AddTagsToResource": ownClusterSnapshotArns },
    token: {
      find: describeDBClusterSnapshots,
      tag: (input, token) => ({ ...input, Tags: withDatabaseToken(input.Tags, token) }),
      asking: (_, { DBClusterSnapshotIdentifier = "" }) => ({
        Filters: [{ Name: "db-cluster-snapshot-id", Values: [DBClusterSnapshotIdentifier] }],
      }),
      answer(found, token) {
        const DBClusterSnapshot = found.find(isMadeWithToken(token));
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
