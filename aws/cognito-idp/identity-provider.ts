/** Whom user pools let sign people in. */
import {
  CognitoIdentityProviderClient,
  DescribeIdentityProviderCommand,
  paginateListIdentityProviders,
  paginateListUserPools,
} from "@aws-sdk/client-cognito-identity-provider";
import { paged, read } from "../../sdk/call.ts";

/** That Cognito gives at once. It wants to be told how many. */
export const mostPools = 60;

export const listUserPools = paged(
  "cognito-idp:ListUserPools",
  CognitoIdentityProviderClient,
  paginateListUserPools,
  { items: ({ UserPools }) => UserPools, pageSize: mostPools },
);

export const listIdentityProviders = paged(
  "cognito-idp:ListIdentityProviders",
  CognitoIdentityProviderClient,
  paginateListIdentityProviders,
  { items: ({ Providers }) => Providers, on: "userpool/*", pageSize: mostPools },
);

/** With its metadata, where that was uploaded. One that was deleted is absent. */
export const describeIdentityProvider = read(
  "cognito-idp:DescribeIdentityProvider",
  CognitoIdentityProviderClient,
  DescribeIdentityProviderCommand,
  { on: "userpool/*", absent: ["ResourceNotFoundException"] },
);
