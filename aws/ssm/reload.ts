/**
 * Lets servers read their certificate again, by a document of the account's own that the settings
 * name: no shell of AWS's, and no words of ours. IAM lets it be sent to instances with the tag, and to
 * no others.
 */
import { SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { write } from "../../sdk/call.ts";

/** Which certificates an instance serves: the last parts of their secrets' names, by spaces. */
export const servesTag = "nightshift:certificates";

/** One after the other is told, and nobody more when one has failed. */
export const carefully = { MaxConcurrency: "20%", MaxErrors: "0" } as const;

export const sendCommand = write("ssm:SendCommand", SSMClient, SendCommandCommand, {
  on: "arn:{partition}:ec2:{region}:{account}:instance/*",
  when: { StringLike: { "aws:ResourceTag/nightshift:certificates": "*" } },
  also: { "ssm:SendCommand": "document/{named_reload_document}" },
  batch: { by: "InstanceIds", max: 50 },
  repeatable: true,
  irreversible:
    "servers then show what the secret holds: where that is taken back, they are told to read it again",
});
