/**
 * The function of incidents: what tell, its own timers, the watchdog, Slack and the command line
 * start it with. Only they may.
 */

import * as z from "zod/mini";
import { type Bringing, type Hearing, personBehind } from "../../handlers/app/person.ts";
import { handToIncidents, type SignalsOrder } from "../../messages/incident-orders.ts";
import { isPosted } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { decode, encode } from "../../sdk/codec.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import type { Act } from "./machine.ts";
import { createIncidents, type Incidents, type IncidentsHost } from "./service.ts";
import type { Head } from "./store.ts";

const text = z.string().check(z.minLength(1), z.maxLength(2_000));
const act = {
  kind: z.literal("act"),
  id: text,
  incident: text,
  others: z.optional(z.array(text).check(z.maxLength(100))),
};
const payload = z.union([
  /** `messages`: in the codec's form. */
  z.object({
    kind: z.literal("signals"),
    messages: z.array(z.unknown()),
    told: z.optional(z.array(text)),
  }),
  z.object({ kind: z.literal("timer"), group: text }),
  z.object({ kind: z.literal("overdue") }),
  z.object({ ...act, verb: z.literal("ack") }),
  z.object({ ...act, verb: z.literal("snooze"), until: text }),
  z.object({ ...act, verb: z.literal("resolve"), reason: text }),
  z.object({ ...act, verb: z.literal("note"), text }),
]);

export type IncidentsPayload = z.input<typeof payload>;
export type IncidentsAnswer =
  | { readonly failed: readonly string[] }
  | { readonly woken: number }
  | { readonly incident: unknown };

/**
 * What says that something is over, having read its state, ends an incident: that is believed only
 * of what lies in the outbox, where whoever merely invokes this function cannot put it.
 */
async function believed(
  { store, log }: Pick<IncidentsHost, "store" | "log">,
  encoded: readonly unknown[],
): Promise<Outgoing[]> {
  const messages = encoded.map((one) => decode(one) as Outgoing);
  return concurrently(
    messages,
    async (message) => {
      const ends = message.closes && "confirmed" in message && message.confirmed === true;
      if (!ends || (await isPosted(store, message))) return message;
      log.warn("A message that would end an incident lies in no outbox", { messageId: message.id });
      return { ...message, confirmed: false };
    },
    { concurrency: 10 },
  );
}

/** With what it takes to know who acts. */
export type HearingIncidents = IncidentsHost & Pick<Hearing, "settings" | "identify">;

/**
 * @param bringing of the invocation
 * @returns what Lambda calls; throws `NotPossible` for an act that cannot be, or whose person is not proven
 */
export function incidentsHandler(host: HearingIncidents) {
  const incidents = createIncidents(host);
  const hearing: Hearing = {
    ...host,
    name: "incidents",
    partition: "incident",
    believes: ["slack"],
  };
  const takeSignals = async ({ messages, told }: Pick<SignalsOrder, "messages" | "told">) =>
    incidents.take(await believed(host, messages), new Set(told));
  return async (given: unknown, bringing: Bringing): Promise<IncidentsAnswer> => {
    const parsed = payload.safeParse(given);
    if (!parsed.success)
      throw new NotPossible(
        "incidents are started with signals, a timer, overdue or an act; this is none of them",
      );
    const order = parsed.data;
    switch (order.kind) {
      case "signals":
        return { failed: [...(await takeSignals(order))] };
      case "timer":
        await incidents.wake(order.group);
        return { woken: 1 };
      case "overdue":
        return { woken: await incidents.overdue() };
      case "act": {
        const { kind: _, ...rest } = order;
        // Delivered twice it is one: an act stands under its id in the timeline.
        const { by } = await personBehind(hearing, given, bringing);
        const act: Act =
          rest.verb === "snooze" ? { ...rest, by, until: new Date(rest.until) } : { ...rest, by };
        return { incident: encode(await incidents.act(act)) };
      }
    }
  };
}

/** The order that asks for an act: who asks is proven beside it. */
export function orderOfAct({ by: _, ...act }: Act): IncidentsPayload {
  const until = act.verb === "snooze" ? { until: act.until.toISOString() } : {};
  return { kind: "act", ...act, ...until } as IncidentsPayload;
}

/** The function of incidents, for whoever invokes it and waits. */
export const remoteIncidents = (
  invoke: (order: IncidentsPayload) => Promise<unknown>,
): Pick<Incidents, "take" | "act"> => ({
  take: handToIncidents(({ messages, told = [] }) =>
    invoke({ kind: "signals", messages: [...messages], told: [...told] }),
  ),
  act: async (done) => decode(fieldsOf(await invoke(orderOfAct(done))).incident) as Head,
});
