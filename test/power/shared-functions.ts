/**
 * Tell, decide and watchdog in this process, put together as their entry points do it, each with
 * clients of its own role.
 */

import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SNSClient } from "@aws-sdk/client-sns";
import { sns } from "../../channels/sns/sns.ts";
import { watchedOf } from "../../cli/bundle/shared.ts";
import type { Configured } from "../../cli/bundle/units.ts";
import type { Clients } from "../../engine/run/clients.ts";
import { ledgerOf } from "../../engine/run/host.ts";
import { decideHandler } from "../../handlers/app/decide.ts";
import { tellHandler } from "../../handlers/app/tell.ts";
import { checksOf } from "../../handlers/app/watch/checks.ts";
import { lookingWith } from "../../handlers/app/watch/deployment.ts";
import { watchdogHandler } from "../../handlers/app/watchdog.ts";
import { answering, invoker, orderer } from "../../handlers/parts.ts";
import { alreadyTold, expire, type KeptMessage, markTold } from "../../messages/outbox.ts";
import { incidentsHandler, remoteIncidents } from "../../oncall/incidents/function.ts";
import { schedulerTimers } from "../../oncall/incidents/timers.ts";
import { whoIsOn } from "../../oncall/rota/who-is-on.ts";
import { serialise } from "../../sdk/codec.ts";
import { after, type Clock, hours, systemClock } from "../../sdk/time.ts";
import { shared } from "../../settings/names.ts";
import { names } from "../../testing/deployed.ts";

export const quiet = { info() {}, warn() {}, error() {} };

/** The watchdog leaves young messages to the stream: it looks from an hour later. */
const inAnHour: Clock = { ...systemClock, now: () => after(systemClock.now(), hours(1)) };

export function sharedFunctions(
  configured: Configured,
  account: string,
  clientsOf: (id: string) => Clients,
) {
  const { settings, units } = configured;
  const { home } = settings;
  const telling = clientsOf("tell");
  const told = ledgerOf(telling, settings, systemClock);
  const topic = `arn:aws:sns:${settings.home}:${account}:${names.topic}`;
  const tell = tellHandler({
    log: quiet,
    clock: systemClock,
    told: {
      already: (message, channel) => alreadyTold(told, message, channel),
      mark: async (message, channel) =>
        void (await markTold(told, message, channel, systemClock.now())),
    },
    incidents: remoteIncidents(answering(telling, settings, "incidents")),
    channels: [
      sns(telling.get(SNSClient, settings.home) as SNSClient, topic, {
        timeZone: settings.timeZone,
      }),
    ],
    routes: settings.routes,
    expire: (key) => expire(told, key, systemClock.now()),
  });
  const deciding = clientsOf("decide");
  const decide = decideHandler({
    settings,
    store: ledgerOf(deciding, settings, systemClock),
    clock: systemClock,
    log: quiet,
    invoke: orderer(deciding, settings),
  });
  const watching = clientsOf("watchdog");
  const watched = ledgerOf(watching, settings, inAnHour);
  const reporting = units.filter(({ kind }) => kind !== "signal").map(({ id }) => id);
  const functions = [...reporting, ...shared].map(names.function);
  const watch = watchdogHandler({
    units: units.map(({ id }) => id),
    reporting,
    place: { account, home },
    checks: checksOf(
      { account, settings, watched: watchedOf(configured), functions },
      watched,
      lookingWith(watching),
      inAnHour,
    ),
    store: watched,
    clock: inAnHour,
    log: quiet,
    invoke: orderer(watching, settings),
    overdue: async () =>
      void (await answering(watching, settings, "incidents")({ kind: "overdue" })),
    tell: (messages: readonly KeptMessage[]) =>
      invoker(watching, settings)("tell", {
        Records: messages.map(({ pk, sk, message }) => ({
          eventName: "INSERT",
          dynamodb: {
            SequenceNumber: message.id,
            NewImage: {
              pk: { S: pk },
              sk: { S: sk },
              type: { S: "message" },
              body: { S: serialise(message) },
            },
          },
        })),
      }),
  });

  const keeping = clientsOf("incidents");
  const arn = (service: string, region: string, resource: string) =>
    `arn:aws:${service}:${region}:${account}:${resource}`;
  const { onCall } = settings;
  if (!onCall) throw new Error("The night's settings have on-call.");
  const host = {
    onCall,
    families: Object.fromEntries(units.map(({ id, family }) => [id, family])),
    whoIsOn: whoIsOn(settings),
    store: ledgerOf(keeping, settings, systemClock),
    clock: systemClock,
    log: quiet,
    timers: schedulerTimers(keeping.get(SchedulerClient, home) as SchedulerClient, {
      scheduleGroup: names.scheduleGroup,
      function: arn("lambda", home, `function:${names.function("incidents")}`),
      role: arn("iam", "", `role/${names.timerRole}`),
      failures: arn("sqs", home, names.failures),
    }),
  };
  const [now, later] = [incidentsHandler(host), incidentsHandler({ ...host, clock: inAnHour })];
  /** Groups are overdue by the watchdog's clock. */
  const incidents = (given: unknown) =>
    (given as { kind: string }).kind === "overdue" ? later(given) : now(given);

  return { tell, decide, watch, incidents };
}
