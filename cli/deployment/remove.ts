/** Removes stacks: their protection first, for all of ours have it. */
import {
  DeleteStackCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackDeleteComplete,
} from "@aws-sdk/client-cloudformation";
import type { Clients } from "../../engine/run/clients.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { minutes } from "../../sdk/time.ts";
import { formationIn } from "./stacks.ts";

/** A stack by its place. */
export interface StackPlace {
  readonly name: string;
  readonly region: string;
}

/** A table with a key takes CloudFormation some minutes; roles and functions take fewer. */
const patience = minutes(30);

/**
 * Deletes a stack and waits until it is gone. With whose role: that with which it was deployed.
 * @throws {NotPossible} when CloudFormation could not delete it
 */
export async function removeStack(
  clients: Clients,
  { name, region }: StackPlace,
  say: (line: string) => void,
): Promise<void> {
  const client = formationIn(clients, region);
  say(`removing ${name} in ${region}`);
  await client.send(
    new UpdateTerminationProtectionCommand({
      StackName: name,
      EnableTerminationProtection: false,
    }),
  );
  await client.send(new DeleteStackCommand({ StackName: name }));
  try {
    await waitUntilStackDeleteComplete(
      { client, maxWaitTime: patience.seconds, minDelay: 5, maxDelay: 15 },
      { StackName: name },
    );
  } catch (error) {
    throw new NotPossible(
      `${name} in ${region} could not be removed: ${inOneLine(error)}. Its events in the CloudFormation console say why; mend it, then try again.`,
    );
  }
  say(`removed ${name} in ${region}`);
}
