import { DescribeImageScanFindingsCommand, ECRClient } from "@aws-sdk/client-ecr";
import { read } from "../../sdk/call.ts";

/** An image or a repository that was deleted is absent; one that was not scanned is an error. */
export const describeImageScanFindings = read(
  "ecr:DescribeImageScanFindings",
  ECRClient,
  DescribeImageScanFindingsCommand,
  { on: "repository/*", absent: ["ImageNotFoundException", "RepositoryNotFoundException"] },
);
