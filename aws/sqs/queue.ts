import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { read } from "../../sdk/call.ts";

const failures = "nightshift-failures";

/** Of our own failure queue alone. */
export const getQueueUrl = read("sqs:GetQueueUrl", SQSClient, GetQueueUrlCommand, {
  on: failures,
  absent: ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"],
});

export const getQueueAttributes = read(
  "sqs:GetQueueAttributes",
  SQSClient,
  GetQueueAttributesCommand,
  { on: failures },
);
