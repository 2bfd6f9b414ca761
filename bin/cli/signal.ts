/**
 * A signal's run here: through the handler that is deployed, with an outbox that is looked into.
 */

import { NotPossible } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { plain } from "../../core/plain.ts";
import type { Clients } from "../../core/run/clients.ts";
import type { Outgoing } from "../../core/run/result.ts";
import type { UnitSettings } from "../../core/settings.ts";
import type { AnySignal } from "../../core/signal.ts";
import type { Clock } from "../../core/time.ts";
import { signalsHandler } from "../../handlers/signals.ts";

/**
 * @param clients read whether what is said to be over is
 * @param put where the messages go; nowhere for a plan
 * @throws {NotPossible} when the signal cannot read the event
 */
export async function hear(
  signal: AnySignal,
  part: UnitSettings,
  event: unknown,
  account: string,
  clock: Clock,
  log: Log,
  clients: Clients,
  put: (message: Outgoing) => Promise<void> = async () => {},
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
  await signalsHandler({
    signals: [{ signal, settings: part }],
    outbox,
    log: heard,
    clock,
    account,
    clients,
  })(event);
  if (unread)
    throw new NotPossible(
      `${signal.id} cannot read the event: ${plain(unread)}. Deployed, such an event is told as it is, by the signal that takes all others`,
    );
  return messages;
}
