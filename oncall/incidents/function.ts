/**
 * The function of incidents: what tell, its own timers, the watchdog, Slack and the command line
 * start it with. Only they may.
 */
import * as z from "zod/mini";
import { handToIncidents } from "../../messages/incident-orders.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { decode, encode } from "../../sdk/codec.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import type { Act } from "./machine.ts";
import { createIncidents, type Incidents, type IncidentsHost } from "./service.ts";
import type { Head } from "./store.ts";

const text = z.string().check(z.minLength(1), z.maxLength(2_000));
const act = { kind: z.literal("act"), id: text, incident: text, by: text };
const payload = z.union([
  /** `messages`: in the codec's form. */
  z.object({ kind: z.literal("signals"), messages: z.array(z.unknown()) }),
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

/** @returns what Lambda calls; throws `NotPossible` for an act that cannot be */
export function incidentsHandler(host: IncidentsHost) {
  const incidents = createIncidents(host);
  return async (given: unknown): Promise<IncidentsAnswer> => {
    const parsed = payload.safeParse(given);
    if (!parsed.success)
      throw new NotPossible(
        "incidents are started with signals, a timer, overdue or an act; this is none of them",
      );
    const order = parsed.data;
    switch (order.kind) {
      case "signals":
        return {
          failed: [...(await incidents.take(order.messages.map((one) => decode(one) as Outgoing)))],
        };
      case "timer":
        await incidents.wake(order.group);
        return { woken: 1 };
      case "overdue":
        return { woken: await incidents.overdue() };
      case "act": {
        const { kind: _, ...rest } = order;
        const done: Act = rest.verb === "snooze" ? { ...rest, until: new Date(rest.until) } : rest;
        return { incident: encode(await incidents.act(done)) };
      }
    }
  };
}

/** The function of incidents, for whoever invokes it and waits. */
export const remoteIncidents = (
  invoke: (order: IncidentsPayload) => Promise<unknown>,
): Pick<Incidents, "take" | "act"> => ({
  take: handToIncidents(({ messages }) => invoke({ kind: "signals", messages: [...messages] })),
  async act(done) {
    const until = done.verb === "snooze" ? { until: done.until.toISOString() } : {};
    const answer = await invoke({ kind: "act", ...done, ...until } as IncidentsPayload);
    return decode(fieldsOf(answer).incident) as Head;
  },
});
