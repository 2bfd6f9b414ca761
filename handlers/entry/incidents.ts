import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { partitionOf } from "../../core/arn.ts";
import type { Store } from "../../core/ledger/store.ts";
import { names } from "../../core/names.ts";
import { ledgerOf } from "../../core/run/host.ts";
import { nameOf } from "../../tell/on-call/name-of.ts";
import { whoIsOn } from "../../tell/on-call/who-is-on.ts";
import type { IncidentsHost } from "../incidents.ts";
import { incidentsHandler } from "../incidents-function.ts";
import { serve } from "../stack.ts";
import { schedulerTimers } from "../timers.ts";
import { accountOf } from "../unit.ts";
import { families } from "./on-call.ts";
import { type Parts, parts, type SharedSettings, settingsBeside } from "./parts.ts";

const own = parts("incidents");
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
  const arn = (service: string, region: string, resource: string) =>
    `arn:${partitionOf(home)}:${service}:${region}:${account}:${resource}`;
  return {
    ...own,
    onCall,
    families: families(units),
    whoIsOn: whoIsOn({ people, onCall }),
    nameOf: nameOf(people),
    store,
    timers: schedulerTimers(own.clients.get(SchedulerClient, home) as SchedulerClient, {
      function: arn("lambda", home, `function:${names.function("incidents")}`),
      role: arn("iam", "", `role/${names.timerRole}`),
      failures: arn("sqs", home, names.failures),
    }),
  };
}
