import { GetAliasCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { durableFlows } from "../engine/flows/durable.ts";
import { workplaceOf } from "../engine/run/attempt.ts";
import type { Clients } from "../engine/run/clients.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import type { Deployed } from "../settings/arns.ts";
import { flowFunction, liveAlias, namesOf } from "../settings/names.ts";
import type { UnitSettings } from "../settings/settings.ts";
import { flowHost, parseFlowOrder } from "./app/flow.ts";
import { beginOnLambda } from "./begin.ts";
import { lambdaPorts, settingsBeside } from "./lambda.ts";

/**
 * Whether the version that runs here is the one that is deployed: an execution goes on with the code
 * and the settings that it began with, whatever was deployed since.
 */
export const isLiveVersion =
  (clients: Clients, unit: string, settings: Deployed, version: string) =>
  async (): Promise<boolean> => {
    const { FunctionVersion } = await clients.get(LambdaClient, settings.home).send(
      new GetAliasCommand({
        FunctionName: namesOf(settings).function(flowFunction(unit)),
        Name: liveAlias,
      }),
    );
    return FunctionVersion === version;
  };

/**
 * The function that carries an automation's flows as Lambda loads it.
 * @param folder where the bundle and its `settings.json` lie
 */
export function serveDurableFlows(unit: AnyAutomation, folder: string = import.meta.dirname) {
  const settings = settingsBeside(folder) as UnitSettings;
  const ports = lambdaPorts(flowFunction(unit.id));
  const { clients } = ports;
  const beginFlow = beginOnLambda(clients, settings);
  const hostFor = flowHost({ ...ports, beginFlow }, unit, settings);
  return durableFlows((payload, context) => ({
    ...workplaceOf(unit, parseFlowOrder(payload).region, hostFor(context)),
    isLive: isLiveVersion(clients, unit.id, settings, context.functionVersion),
  }));
}
