/** File systems of EFS, and whether EFS has AWS Backup back them up by itself: read, never written. */
import {
  DescribeBackupPolicyCommand,
  EFSClient,
  paginateDescribeFileSystems,
} from "@aws-sdk/client-efs";
import { paged, read } from "../../sdk/call.ts";

const fileSystem = "file-system/*";

export const describeElasticfilesystemFileSystems = paged(
  "elasticfilesystem:DescribeFileSystems",
  EFSClient,
  paginateDescribeFileSystems,
  { items: (page) => page.FileSystems, on: fileSystem, pageSize: 100 },
);

/** Nothing where it never had one, or is gone. */
export const describeBackupPolicy = read(
  "elasticfilesystem:DescribeBackupPolicy",
  EFSClient,
  DescribeBackupPolicyCommand,
  { on: fileSystem, absent: ["PolicyNotFound", "FileSystemNotFound"] },
);
