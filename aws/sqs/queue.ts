import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { read } from "../../core/call.ts";
import { names } from "../../core/names.ts";

/** Of our own failure queue alone. */
export const getQueueUrl = read("sqs:GetQueueUrl", SQSClient, GetQueueUrlCommand, {
  on: names.failures,
  absent: ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"],
});

export const getQueueAttributes = read(
  "sqs:GetQueueAttributes",
  SQSClient,
  GetQueueAttributesCommand,
  { on: names.failures },
);
