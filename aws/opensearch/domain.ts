/** Domains of OpenSearch Service, those of Elasticsearch among them. IAM knows it as `es`. */
import {
  DescribeDomainsCommand,
  ListDomainNamesCommand,
  OpenSearchClient,
} from "@aws-sdk/client-opensearch";
import { read } from "../../sdk/call.ts";

/** All of the region, in one answer. */
export const listDomainNames = read("es:ListDomainNames", OpenSearchClient, ListDomainNamesCommand);

/** At most five names. One that is gone is left out of the answer. */
export const describeDomains = read(
  "es:DescribeDomains",
  OpenSearchClient,
  DescribeDomainsCommand,
  {
    on: "domain/*",
  },
);
