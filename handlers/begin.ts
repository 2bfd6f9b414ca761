/** How work that waits is begun on AWS. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { FlowOrder } from "../engine/flows/order.ts";
import type { Clients } from "../engine/run/clients.ts";
import { digest } from "../sdk/codec.ts";
import { flowFunction, liveAlias, namesOf } from "../settings/names.ts";
import type { UnitSettings } from "../settings/settings.ts";
import type { FlowPorts } from "./app/ports.ts";

/** Where flows are begun, and how they are carried there. */
type DeployedFlows = Pick<UnitSettings, "home" | "deployment">;

/** A name has at most 64 characters, without full stops: an action's id may have more. */
const executionName = ({ action, attempt }: FlowOrder): string =>
  `${digest(action).slice(0, 40)}-${attempt}`;

/**
 * A durable execution is begun by a qualified name and has a name of its own: the same twice is one.
 * @param clients with the rights of the function that begins it
 */
export const beginOnLambda =
  (clients: Clients, settings: DeployedFlows): NonNullable<FlowPorts["beginFlow"]> =>
  async (unit, order) => {
    const durable = settings.deployment.flows !== "timers";
    await clients.get(LambdaClient, settings.home).send(
      new InvokeCommand({
        FunctionName: namesOf(settings).function(flowFunction(unit)),
        InvocationType: "Event",
        Payload: Buffer.from(JSON.stringify(order)),
        ...(durable && { Qualifier: liveAlias, DurableExecutionName: executionName(order) }),
      }),
    );
  };
