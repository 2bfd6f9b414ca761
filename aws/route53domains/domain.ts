import { paginateListDomains, Route53DomainsClient } from "@aws-sdk/client-route-53-domains";
import { paged } from "../../sdk/call.ts";

/** Registrations of this account. The service is in the partition's first region alone. */
export const listDomains = paged(
  "route53domains:ListDomains",
  Route53DomainsClient,
  paginateListDomains,
  {
    items: ({ Domains }) => Domains,
  },
);
