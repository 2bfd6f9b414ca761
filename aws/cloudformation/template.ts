/** What stacks are made of, for backups of it. */
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import { read } from "../../sdk/call.ts";

const stack = "stack/*/*";

/** One page of those that are there, nested ones among them, for whoever goes on at `NextToken` later. */
/* @__NO_SIDE_EFFECTS__ */
export const stacksPage = () =>
  read("cloudformation:DescribeStacks", CloudFormationClient, DescribeStacksCommand, { on: stack });

/** As a stack that is gone is told, by a code that says less than its text. */
const isGone = /does not exist/;

/** As it was handed in, or as macros left it. Ask by id: a stack of that name may be another by then. */
/* @__NO_SIDE_EFFECTS__ */
export const stackTemplate = () =>
  read("cloudformation:GetTemplate", CloudFormationClient, GetTemplateCommand, {
    on: stack,
    absent: ["ValidationError"],
    says: isGone,
  });

/** Without a body where it has none. */
/* @__NO_SIDE_EFFECTS__ */
export const stackPolicy = () =>
  read("cloudformation:GetStackPolicy", CloudFormationClient, GetStackPolicyCommand, {
    on: stack,
    absent: ["ValidationError"],
    says: isGone,
  });
