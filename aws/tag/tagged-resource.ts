/** Resources of many services by their tags, in one region. */
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { paged } from "../../sdk/call.ts";

/** What has no tag and never had one is not among them; what is deleted may be for a while. */
export const getResources = paged(
  "tag:GetResources",
  ResourceGroupsTaggingAPIClient,
  paginateGetResources,
  { items: (page) => page.ResourceTagMappingList, pageSize: 100 },
);
