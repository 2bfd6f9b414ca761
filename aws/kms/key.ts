import {
  DescribeKeyCommand,
  KMSClient,
  paginateListGrants,
  paginateListKeys,
} from "@aws-sdk/client-kms";
import { paged, read } from "../../sdk/call.ts";

export const describeKey = read("kms:DescribeKey", KMSClient, DescribeKeyCommand, { on: "key/*" });

export const listKeys = paged("kms:ListKeys", KMSClient, paginateListKeys, {
  items: ({ Keys }) => Keys,
  pageSize: 1000,
});

/** Who was given a key to use: services that encrypt with it, above all. */
export const listGrants = paged("kms:ListGrants", KMSClient, paginateListGrants, {
  items: ({ Grants }) => Grants,
  on: "key/*",
  pageSize: 100,
});
