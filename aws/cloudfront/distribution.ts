import { CloudFrontClient, paginateListDistributions } from "@aws-sdk/client-cloudfront";
import { paged } from "../../sdk/call.ts";

export const listDistributions = paged(
  "cloudfront:ListDistributions",
  CloudFrontClient,
  paginateListDistributions,
  { items: ({ DistributionList }) => DistributionList?.Items },
);
