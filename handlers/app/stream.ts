import type { DynamoDBStreamEvent } from "aws-lambda";
import type { KeptMessage } from "../../messages/outbox.ts";
import { serialise } from "../../sdk/codec.ts";

/** Messages of the outbox as the table's stream hands them to tell, each as old as it is. */
export const asStream = (messages: readonly KeptMessage[]): DynamoDBStreamEvent => ({
  Records: messages.map(({ pk, sk, message }) => ({
    eventName: "INSERT",
    dynamodb: {
      SequenceNumber: message.id,
      ApproximateCreationDateTime: Math.floor(message.at.getTime() / 1000),
      NewImage: {
        pk: { S: pk },
        sk: { S: sk },
        type: { S: "message" },
        body: { S: serialise(message) },
      },
    },
  })),
});
