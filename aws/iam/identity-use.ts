/** Roles and users of IAM, and when each was used last. IAM answers in one region of a partition. */
import {
  GetAccessKeyLastUsedCommand,
  IAMClient,
  paginateGetAccountAuthorizationDetails,
  paginateListAccessKeys,
  paginateListUsers,
} from "@aws-sdk/client-iam";
import { paged, read } from "../../sdk/call.ts";

/** Roles alone, where it is asked so: the one listing that says when each was used last. */
export const getAccountAuthorizationDetails = paged(
  "iam:GetAccountAuthorizationDetails",
  IAMClient,
  paginateGetAccountAuthorizationDetails,
  { items: (page) => page.RoleDetailList, pageSize: 200, global: true },
);

export const listUsers = paged("iam:ListUsers", IAMClient, paginateListUsers, {
  items: (page) => page.Users,
  global: true,
});

export const listAccessKeys = paged("iam:ListAccessKeys", IAMClient, paginateListAccessKeys, {
  items: (page) => page.AccessKeyMetadata,
  global: true,
  on: "arn:{partition}:iam::{account}:user/*",
});

export const getAccessKeyLastUsed = read(
  "iam:GetAccessKeyLastUsed",
  IAMClient,
  GetAccessKeyLastUsedCommand,
  { on: "arn:{partition}:iam::{account}:user/*", global: true },
);
