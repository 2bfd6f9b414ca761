import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { ledgerOf } from "../../engine/run/host.ts";
import { serve } from "../../handlers/app/stack.ts";
import { accountOf } from "../../handlers/app/unit.ts";
import { families } from "../../handlers/on-call.ts";
import {
  functionParts,
  type Parts,
  type SharedSettings,
  settingsBeside,
} from "../../handlers/parts.ts";
import type { Store } from "../../ledger/store.ts";
import { arnsOf } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import { incidentsHandler } from "../incidents/function.ts";
import type { IncidentsHost } from "../incidents/service.ts";
import { schedulerTimers } from "../incidents/timers.ts";
import { nameOf } from "../rota/name-of.ts";
import { whoIsOn } from "../rota/who-is-on.ts";

const own = functionParts("incidents");
const beside = settingsBeside(import.meta.dirname) as SharedSettings;
const store = ledgerOf(own.clients, beside.settings, own.clock);

export const handler = serve(own, async (given: unknown, context) =>
  incidentsHandler(hostOf(own, beside, store, accountOf(context)))(given),
);

function hostOf(
  own: Parts,
  { settings, units }: Pick<SharedSettings, "settings" | "units">,
  store: Store,
  account: string,
): IncidentsHost {
  const { onCall, people, home } = settings;
  if (!onCall)
    throw new Error(
      "the settings have no onCall, and this is the function of incidents: deploy again",
    );
  const arns = arnsOf(settings, { account });
  return {
    ...own,
    onCall,
    families: families(units),
    whoIsOn: whoIsOn({ people, onCall }),
    nameOf: nameOf(people),
    store,
    timers: schedulerTimers(own.clients.get(SchedulerClient, home) as SchedulerClient, {
      scheduleGroup: namesOf(settings).scheduleGroup,
      function: arns.function("incidents"),
      role: arns.timerRole,
      failures: arns.failures(home),
    }),
  };
}
