import { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { AnyAutomation } from "../sdk/automation.ts";
import { digest } from "../sdk/codec.ts";
import { arnsOf } from "../settings/arns.ts";
import { flowFunction, namesOf } from "../settings/names.ts";
import type { UnitSettings } from "../settings/settings.ts";
import { flowFunctionOf } from "./app/flow.ts";
import { accountOf } from "./app/invocation.ts";
import { oneShotTimer } from "./app/one-shot-timer.ts";
import { serve } from "./app/stack.ts";
import { beginOnLambda } from "./begin.ts";
import { lambdaPorts, settingsBeside } from "./lambda.ts";

/** Tells one flow's timers from another's, in as many characters as a schedule's name has room for. */
const shortName = (action: string): string => `flow.${digest(action).slice(0, 32)}`;

/**
 * The function that carries an automation's flows as Lambda loads it, where there are no durable
 * functions.
 * @param folder where the bundle and its `settings.json` lie
 */
export function serveTimedFlows(unit: AnyAutomation, folder: string = import.meta.dirname) {
  const settings = settingsBeside(folder) as UnitSettings;
  const ports = lambdaPorts(flowFunction(unit.id));
  const { clients } = ports;
  const beginFlow = beginOnLambda(clients, settings);
  const { home } = settings;
  return serve(ports, async (payload: unknown, context) => {
    const arns = arnsOf(settings, { account: accountOf(context) });
    const timer = oneShotTimer(clients.get(SchedulerClient, home) as SchedulerClient, {
      scheduleGroup: namesOf(settings).scheduleGroup,
      function: arns.function(flowFunction(unit.id)),
      role: arns.flowTimerRole,
      failures: arns.failures(home),
    });
    const carry = flowFunctionOf(
      {
        ...ports,
        beginFlow,
        wake: (order, at) =>
          timer(
            { name: shortName(order.action), description: "Goes on with a flow", input: order },
            at,
          ),
      },
      unit,
      settings,
    );
    return carry(payload, context);
  });
}
