/**
 * Commands that run on throw-away instances, and on no other: IAM lets none be sent to an instance
 * without the tag. The document is AWS's own for a shell script.
 */
import {
  GetCommandInvocationCommand,
  paginateDescribeInstanceInformation,
  paginateListCommands,
  SendCommandCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { paged, read, write } from "../../sdk/call.ts";
import { throwAwayTag } from "../ec2/throw-away.ts";

/** Whether its agent is there. One that has not come yet is in no answer. */
export const describeInstanceInformation = paged(
  "ssm:DescribeInstanceInformation",
  SSMClient,
  paginateDescribeInstanceInformation,
  { items: (page) => page.InstanceInformationList },
);

/** SSM remembers them for thirty days. */
export const listCommands = paged("ssm:ListCommands", SSMClient, paginateListCommands, {
  items: (page) => page.Commands,
});

/** One that was only just sent is not known yet. Of its output the first 24,000 characters. */
export const getCommandInvocation = read(
  "ssm:GetCommandInvocation",
  SSMClient,
  GetCommandInvocationCommand,
  { on: "*", absent: ["InvocationDoesNotExist"] },
);

/**
 * Of one instance. SSM knows no idempotency field: it is found again by its comment. AWS's own
 * documents belong to no account, and nobody else's name begins with `AWS-`.
 */
/* @__NO_SIDE_EFFECTS__ */
export const throwAwayCommand = () =>
  write("ssm:SendCommand", SSMClient, SendCommandCommand, {
    on: "arn:{partition}:ec2:{region}:{account}:instance/*",
    when: { StringLike: { [`aws:ResourceTag/${throwAwayTag}`]: "*" } },
    also: { "ssm:SendCommand": "arn:{partition}:ssm:{region}:*:document/{named_drill_script}" },
    token: {
      find: listCommands,
      tag: (input, token) => ({ ...input, Comment: token }),
      asking: (_, { InstanceIds }) => ({ InstanceId: InstanceIds?.[0] }),
      answer(found, token) {
        const sent = found.find(({ Comment }) => Comment === token);
        return sent && { Command: sent };
      },
    },
    refusable: true,
    made: ({ Command }) => Command?.CommandId,
    passing: true,
    irreversible: "it only reads, and what it ran on is taken away",
  });
