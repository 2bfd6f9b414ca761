import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { read } from "../../sdk/call.ts";

/** `deployment`: the prefix of the deployment that looks. */
const failures = "{deployment}-failures";

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
