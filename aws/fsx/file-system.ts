/** File systems of FSx, volumes of those that have some, and FSx's own backups: read, never written. */
import {
  FSxClient,
  paginateDescribeBackups,
  paginateDescribeDataRepositoryAssociations,
  paginateDescribeFileSystems,
  paginateDescribeVolumes,
} from "@aws-sdk/client-fsx";
import { paged } from "../../sdk/call.ts";

export const describeFsxFileSystems = paged(
  "fsx:DescribeFileSystems",
  FSxClient,
  paginateDescribeFileSystems,
  { items: (page) => page.FileSystems, pageSize: 100 },
);

/** Of ONTAP and of OpenZFS. */
export const describeFsxVolumes = paged("fsx:DescribeVolumes", FSxClient, paginateDescribeVolumes, {
  items: (page) => page.Volumes,
  pageSize: 100,
});

/** Buckets that file systems of Lustre are linked to. */
export const describeDataRepositoryAssociations = paged(
  "fsx:DescribeDataRepositoryAssociations",
  FSxClient,
  paginateDescribeDataRepositoryAssociations,
  { items: (page) => page.Associations, pageSize: 25 },
);

/** Automatic ones, those of people, and AWS Backup's. */
export const describeFsxBackups = paged("fsx:DescribeBackups", FSxClient, paginateDescribeBackups, {
  items: (page) => page.Backups,
  pageSize: 200,
});
