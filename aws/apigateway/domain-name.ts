import { APIGatewayClient, paginateGetDomainNames } from "@aws-sdk/client-api-gateway";
import { paged } from "../../sdk/call.ts";

/** Custom names of REST, HTTP and WebSocket APIs: both versions of the API keep the same ones. */
export const getDomainNames = paged(
  "apigateway:GetDomainNames",
  APIGatewayClient,
  paginateGetDomainNames,
  {
    action: "apigateway:GET",
    on: "arn:{partition}:apigateway:{region}::/domainnames",
    items: ({ items }) => items,
    pageSize: 500,
  },
);
