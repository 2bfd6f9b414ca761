import {
  CloudFormationClient,
  DeleteStackCommand,
  paginateDescribeStacks,
  paginateListImports,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import { paged, write } from "../../sdk/call.ts";

/** By id it also finds a stack that has been deleted. */
export const describeStacks = paged(
  "cloudformation:DescribeStacks",
  CloudFormationClient,
  paginateDescribeStacks,
  { items: (page) => page.Stacks, on: "stack/*/*" },
);

/** By id also those of a stack that was deleted within 90 days. */
export const listStackResources = paged(
  "cloudformation:ListStackResources",
  CloudFormationClient,
  paginateListStackResources,
  { items: (page) => page.StackResourceSummaries, on: "stack/*/*" },
);

/** Names of the stacks that import an export; where none does it answers `ValidationError`. */
export const listImports = paged(
  "cloudformation:ListImports",
  CloudFormationClient,
  paginateListImports,
  { items: (page) => page.Imports },
);

/** As `ListImports` answers where there are none: its code says less than its text. */
export const isNotImported = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === "ValidationError" &&
  error.message.includes("is not imported by any stack");

/** As `DescribeStacks` answers for one that was never there, or was deleted long ago. */
export const isNoStack = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === "ValidationError" &&
  error.message.includes("does not exist");

/**
 * CloudFormation deletes what a stack made by the stack's own role, or by one that it is handed with
 * this call: this grant alone deletes no resource. The role that may be handed is the one that the
 * settings name.
 */
export const deleteStack = write(
  "cloudformation:DeleteStack",
  CloudFormationClient,
  DeleteStackCommand,
  {
    on: "stack/*/*",
    token: { field: "ClientRequestToken" },
    also: {
      "iam:PassRole": {
        on: "arn:{partition}:iam::{account}:role/{named_role}",
        when: { StringEquals: { "iam:PassedToService": "cloudformation.amazonaws.com" } },
      },
    },
    irreversible: "what a stack held is deleted with it",
  },
);
