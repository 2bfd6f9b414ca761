import {
  EC2Client,
  paginateDescribeLaunchTemplates,
  paginateDescribeLaunchTemplateVersions,
} from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

export const describeLaunchTemplates = paged(
  "ec2:DescribeLaunchTemplates",
  EC2Client,
  paginateDescribeLaunchTemplates,
  { items: (page) => page.LaunchTemplates, pageSize: 200 },
);

/** Of one template all: whatever starts instances may name an old version. */
export const describeLaunchTemplateVersions = paged(
  "ec2:DescribeLaunchTemplateVersions",
  EC2Client,
  paginateDescribeLaunchTemplateVersions,
  { items: (page) => page.LaunchTemplateVersions, pageSize: 200 },
);
