/** Services of App Runner, and the names of one's own that lead to them. */
import {
  AppRunnerClient,
  paginateDescribeCustomDomains,
  paginateListServices,
} from "@aws-sdk/client-apprunner";
import { paged } from "../../sdk/call.ts";

export const listAppRunnerServices = paged(
  "apprunner:ListServices",
  AppRunnerClient,
  paginateListServices,
  {
    items: ({ ServiceSummaryList }) => ServiceSummaryList,
  },
);

/** Each with where it is to lead to. */
export const describeCustomDomains = paged(
  "apprunner:DescribeCustomDomains",
  AppRunnerClient,
  paginateDescribeCustomDomains,
  {
    items: ({ CustomDomains, DNSTarget }) =>
      CustomDomains?.map((domain) => ({ ...domain, DNSTarget })),
    on: "service/*/*",
  },
);
