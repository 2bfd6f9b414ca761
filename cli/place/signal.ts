/**
 * A signal's run here: through the handler that is deployed, with an outbox that is looked into.
 */

import type { Clients } from "../../engine/run/clients.ts";
import { contextFor } from "../../handlers/app/invocation.ts";
import { noMetrics } from "../../handlers/app/metrics.ts";
import { signalsFunction } from "../../handlers/app/signals-function.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Log } from "../../sdk/log.ts";
import { plain } from "../../sdk/plain.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import { type Clock, minutes } from "../../sdk/time.ts";
import type { UnitSettings } from "../../settings/settings.ts";

/** What a signal's run has around it. */
export interface SignalRun {
  readonly part: UnitSettings;
  /** 12 digits. */
  readonly account: string;
  readonly clock: Clock;
  readonly log: Log;
  /** They read whether what is said to be over is. */
  readonly clients: Clients;
  /** Where the messages go; nowhere where absent, as for a plan. */
  readonly put?: (message: Outgoing) => Promise<void>;
}

/** @throws {NotPossible} when the signal cannot read the event */
export async function runSignalHere(
  signal: AnySignal,
  event: unknown,
  { part, account, clock, log, clients, put = async () => {} }: SignalRun,
): Promise<readonly Outgoing[]> {
  const messages: Outgoing[] = [];
  let unread: string | undefined;
  const heard: Log = {
    ...log,
    warn(message, fields) {
      const { error } = (fields ?? {}) as { error?: unknown };
      if (error) unread = error instanceof Error ? error.message : String(error);
      else log.warn(message, fields);
    },
  };
  const outbox = {
    async put(message: Outgoing) {
      messages.push(message);
      await put(message);
    },
  };
  const tell = signalsFunction(
    { clock, clients, log: heard, metrics: noMetrics },
    [{ signal, settings: part }],
    outbox,
  );
  await tell(event, contextFor("signals", { account, deployed: part, lifetime: minutes(15) }));
  if (unread)
    throw new NotPossible(
      `${signal.id} cannot read the event: ${plain(unread)}. Deployed, such an event is told as it is, by the signal that takes all others`,
    );
  return messages;
}
