/**
 * Whether what an event says is over is over: by reading the state anew, never by the event's word
 * (rule: events-close-nothing).
 */

import type { Clients } from "../../engine/run/clients.ts";
import { reader } from "../../engine/run/reader.ts";
import type { SignalTold } from "../../messages/outgoing.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { cut, plain } from "../../sdk/plain.ts";
import type { AnySignal, EventContext, Over } from "../../sdk/signal.ts";
import { after, type Clock, seconds } from "../../sdk/time.ts";
import type { Log } from "./log.ts";

/** How long one invocation may wait for states to follow what events say. */
export const patience = seconds(25);
/** Reads lag: asked again after so many seconds. */
const pauses = [0, 1, 3, 6, 12];

export interface Ending {
  readonly signal: AnySignal;
  readonly detail: unknown;
  readonly context: EventContext;
  readonly message: SignalTold;
  /** EventBridge itself took it from AWS: nobody else can have written it. */
  readonly onBus: boolean;
}

export interface Reading {
  readonly clients: Clients | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** No read begins after that. */
  readonly until: Date;
}

/**
 * Asks the signal, a few times, whether the matter of a message that `closes` is over.
 * @returns the message, `confirmed` or not; where there is no state, by AWS's own word. Where the
 * state does not say so or cannot be read with the doubt among its facts and, unless it is quiet,
 * without `closes`
 */
export async function confirmed(
  ending: Ending,
  { clients, clock, log, until }: Reading,
): Promise<SignalTold> {
  const { signal, detail, context, message } = ending;
  if (!message.closes) return message;
  if (!signal.confirmation) return asSaid(ending);
  if (!clients) return doubted(message, "there is nothing here to read it with");
  try {
    const { reads, over: isOver } = (await signal.confirmation()).default;
    const read = reader(reads, clients, context.region);
    let times = 0;
    for (const pause of pauses) {
      if (pause && after(clock.now(), seconds(pause)) > until) break;
      if (pause) await clock.sleep(seconds(pause));
      times += 1;
      const over: Over = await isOver(detail, { ...context, read, key: message.key });
      if (over === "no state") return asSaid(ending);
      if (typeof over === "object") return asSaid(ending, over.unread);
      if (over) return { ...message, confirmed: true };
    }
    return doubted(
      message,
      `the state, read ${times === 1 ? "once" : `${times} times`}, does not say so`,
    );
  } catch (error) {
    log.warn("Whether something is over could not be read", {
      signal: signal.id,
      messageId: message.id,
      reason: inOneLine(error),
    });
    return doubted(message, `its state could not be read: ${inOneLine(error)}`);
  }
}

/**
 * It goes by who says so.
 * @param unread why there is nothing that could be read, where there is a state
 */
function asSaid({ message, onBus }: Ending, unread?: string): SignalTold {
  if (!onBus) return { ...message, confirmed: false };
  const why = unread ? `as AWS said, not read: ${unread}` : "there is no state to read";
  const facts = { ...message.facts, over: `AWS itself says so; ${why}` };
  return { ...message, confirmed: true, asSaid: true, ...(unread && { unread }), facts };
}

/**
 * What had nothing else to say says it all the same: to be noted with the incident, where one is
 * open.
 */
const doubted = (message: SignalTold, why: string): SignalTold => {
  const doubt = cut(plain(`said to be over, but ${why}`), 500);
  const facts = { ...message.facts, "still open": doubt };
  if (message.quiet) return { ...message, confirmed: false, doubt, facts };
  const { closes: _, ...told } = message;
  return { ...told, doubt, facts };
};
