/** How our functions start each other on AWS. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Clients } from "../engine/run/clients.ts";
import { NotPossible } from "../sdk/errors.ts";
import { isFields } from "../sdk/fields.ts";
import type { Deployed } from "../settings/arns.ts";
import { namesOf } from "../settings/names.ts";
import type { CallingPorts } from "./app/ports.ts";

type Calling = Pick<CallingPorts, "invoke" | "ask">;

/**
 * @param clients with the rights of the function that starts others
 * @param deployed where our functions run, and how they are called
 */
export const calling = (clients: Clients, deployed: Deployed): Calling => ({
  async invoke(name, payload) {
    const { StatusCode } = await clients.get(LambdaClient, deployed.home).send(
      new InvokeCommand({
        FunctionName: namesOf(deployed).function(name),
        InvocationType: "Event",
        Payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
    if (StatusCode !== 202)
      throw new NotPossible(
        `${namesOf(deployed).function(name)} did not take the order: status ${StatusCode}`,
      );
  },

  async ask(name, payload) {
    const { Payload, FunctionError } = await clients.get(LambdaClient, deployed.home).send(
      new InvokeCommand({
        FunctionName: namesOf(deployed).function(name),
        Payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
    const answer: unknown = Payload?.length
      ? JSON.parse(Buffer.from(Payload).toString())
      : undefined;
    if (!FunctionError) return answer;
    throw failureOf(namesOf(deployed).function(name), answer, FunctionError);
  },
});

/** @param answer what Lambda says of an error, where it says something */
function failureOf(name: string, answer: unknown, kind: string): Error {
  const { errorType, errorMessage } = isFields(answer) ? answer : {};
  const message = typeof errorMessage === "string" ? errorMessage : kind;
  // To ask again would be answered the same.
  if (errorType === "NotPossible") return new NotPossible(message);
  return new Error(`${name} failed: ${message}`);
}
