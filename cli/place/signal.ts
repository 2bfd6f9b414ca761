/**
 * A signal's run here: through the handler that is deployed, with an outbox that is looked into.
 */

import type { Clients } from "../../engine/run/clients.ts";
import { signalsHandler } from "../../handlers/app/signals.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Log } from "../../sdk/log.ts";
import { plain } from "../../sdk/plain.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import type { Clock } from "../../sdk/time.ts";
import type { UnitSettings } from "../../settings/settings.ts";

/**
 * @param clients read whether what is said to be over is
 * @param put where the messages go; nowhere for a plan
 * @throws {NotPossible} when the signal cannot read the event
 */
export async function runSignalHere(
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
