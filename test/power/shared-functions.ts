/**
 * Tell, decide, watchdog and incidents in this process, each with clients of its own role; they
 * start each other through AWS.
 */
import { deployedOf } from "../../cli/bundle/shared.ts";
import type { Configured } from "../../cli/bundle/units.ts";
import type { Clients } from "../../engine/run/clients.ts";
import { app } from "../../handlers/app/app.ts";
import { contextFor, type Invoked } from "../../handlers/app/invocation.ts";
import { noMetrics } from "../../handlers/app/metrics.ts";
import type { Composition } from "../../handlers/app/ports.ts";
import { calling } from "../../handlers/calling.ts";
import type { Decision } from "../../ledger/decisions.ts";
import { incidentsFunction } from "../../oncall/incidents/incidents-function.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import { after, type Clock, hours, minutes, systemClock } from "../../sdk/time.ts";
import { deployedUnit } from "../../testing/night/functions.ts";
import { knownPeople } from "../../testing/signatures.ts";

export const quiet = { info() {}, warn() {}, error() {} };

/** The watchdog leaves young messages to the stream: it looks from an hour later. */
const inAnHour: Clock = { ...systemClock, now: () => after(systemClock.now(), hours(1)) };

/** Groups are overdue by the watchdog's clock. */
const incidents: Composition<unknown, unknown> = (ports, deployed) => {
  const now = incidentsFunction(ports, deployed);
  const later = incidentsFunction({ ...ports, clock: inAnHour }, deployed);
  return (payload, context) =>
    fieldsOf(payload).kind === "overdue" ? later(payload, context) : now(payload, context);
};

export function sharedFunctions(
  configured: Configured,
  account: string,
  clientsOf: (id: string) => Clients,
) {
  const { settings } = configured;
  const deployed = deployedOf(configured);
  const people = knownPeople(systemClock);
  /** It looks an hour after it has looked: what it said then is no longer left to the stream. */
  let looks = 1;
  const watching: Clock = {
    ...systemClock,
    now: () => after(systemClock.now(), hours(looks)),
  };
  const functions = app({
    settings,
    enabled: Object.keys(deployed.units),
    unit: (id) => deployedUnit(deployed, id),
    deployed: async () => deployed,
    features: { incidents },
    ports(name) {
      const clients = clientsOf(name);
      return {
        clients,
        clock: name === "watchdog" ? watching : systemClock,
        log: quiet,
        metrics: noMetrics,
        identify: people.identify,
        ...calling(clients, settings),
        assume() {
          throw new Error("Nothing is taken back here.");
        },
      };
    },
  });
  const called =
    <E, R>(name: string, made: () => Promise<Invoked<E, R>>) =>
    async (payload: E): Promise<R> => {
      const handle = await made();
      return handle(
        payload,
        contextFor(name, { account, deployed: settings, lifetime: minutes(15) }),
      );
    };
  return {
    tell: called("tell", functions.tell),
    async decide(by: string, order: Pick<Decision, "plan" | "verdict">) {
      const signed = await people.sign(by, { deployed: settings, account, to: "decide" }, order);
      return called("decide", functions.decide)({ body: JSON.stringify(signed) });
    },
    async watch(payload: Parameters<Awaited<ReturnType<typeof functions.watchdog>>>[0]) {
      const watched = await called("watchdog", functions.watchdog)(payload);
      looks += 1;
      return watched;
    },
    incidents: called("incidents", () => functions.feature("incidents")),
  };
}
