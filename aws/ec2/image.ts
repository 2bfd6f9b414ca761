import {
  EC2Client,
  paginateDescribeImages,
  paginateListImagesInRecycleBin,
} from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

export const describeImages = paged("ec2:DescribeImages", EC2Client, paginateDescribeImages, {
  items: (page) => page.Images,
  pageSize: 1000,
});

/** AWS leaves out those that are disabled unless they are asked for; they need their snapshots too. */
export const everyOwnImage = {
  Owners: ["self"],
  IncludeDisabled: true,
  IncludeDeprecated: true,
};

/** Those of others that were shared with this account by its number. */
export const everySharedImage = {
  ExecutableUsers: ["self"],
  IncludeDisabled: true,
  IncludeDeprecated: true,
};

/** Deregistered, and kept by a retention rule: they come back only while their snapshots are there. */
export const listImagesInRecycleBin = paged(
  "ec2:ListImagesInRecycleBin",
  EC2Client,
  paginateListImagesInRecycleBin,
  { items: (page) => page.Images, pageSize: 500 },
);
