import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import { type DeployedUnits, familiesOf } from "../../handlers/app/deployed.ts";
import { accountOf, type Invoked } from "../../handlers/app/invocation.ts";
import type { PersonPorts } from "../../handlers/app/ports.ts";
import { arnsOf } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import { nameOf } from "../rota/name-of.ts";
import { whoIsOn } from "../rota/who-is-on.ts";
import { type IncidentsAnswer, incidentsHandler } from "./function.ts";
import { schedulerTimers, type Timers } from "./timers.ts";

/**
 * Keeps incidents.
 * @param timers what wakes them; EventBridge Scheduler where absent
 */
export function incidentsFunction(
  ports: PersonPorts,
  deployed: Pick<DeployedUnits, "settings" | "units">,
  timers?: Timers,
): Invoked<unknown, IncidentsAnswer> {
  const { clients, clock } = ports;
  const { onCall, people, home } = deployed.settings;
  if (!onCall)
    throw new Error(
      "the settings have no onCall, and this is the function of incidents: deploy again",
    );
  const schedules = (account: string): Timers => {
    const arns = arnsOf(deployed.settings, { account });
    return schedulerTimers(clients.get(SchedulerClient, home) as SchedulerClient, {
      function: arns.function("incidents"),
      role: arns.timerRole,
      failures: arns.failures(home),
      scheduleGroup: namesOf(deployed.settings).scheduleGroup,
    });
  };
  const host = {
    ...ports,
    settings: deployed.settings,
    onCall,
    families: familiesOf(deployed),
    whoIsOn: whoIsOn({ people, onCall }),
    nameOf: nameOf(people),
    telling: deployed.settings,
    store: ledgerOf(clients, deployed.settings, clock, logLeftOut(ports.log)),
  };
  return async (payload, context) => {
    const account = accountOf(context);
    const keep = incidentsHandler({ ...host, timers: timers ?? schedules(account) });
    return keep(payload, { account, invocation: context.awsRequestId });
  };
}
