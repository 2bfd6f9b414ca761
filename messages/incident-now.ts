/** How incidents stand now, where a message about them waited: an old letter must not wake anybody. */

import { keys } from "../ledger/keys.ts";
import type { Store } from "../ledger/store.ts";
import { NotPossible } from "../sdk/errors.ts";
import { incidentId } from "./incident-id.ts";
import type { IncidentNews, IncidentShown } from "./incident-news.ts";
import type { IncidentTold, Outgoing, SignalTold } from "./outgoing.ts";

/** What the ledger holds of an incident, as far as messages show it. */
interface Standing
  extends Pick<IncidentShown, "state" | "openedAt" | "resolvedAt" | "by" | "snoozedUntil"> {
  /** Of its newest event. */
  readonly at?: Date;
}

/** What cannot be read is told as it was: late is better than not at all. */
async function standingOf(store: Store, id: string): Promise<Standing | undefined> {
  try {
    return (await store.get(keys.incident(id)))?.body as Standing | undefined;
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error;
    return undefined;
  }
}

/** As it stands now; what has begun anew since is over as far as this message is about it. */
function brought(shown: IncidentShown, now: Standing | undefined): IncidentShown {
  if (!now) return shown;
  if (now.openedAt > shown.openedAt)
    return { ...shown, state: "resolved", resolvedAt: shown.resolvedAt ?? now.openedAt };
  const { state, by, resolvedAt, snoozedUntil } = now;
  const { by: _, resolvedAt: __, snoozedUntil: ___, ...rest } = shown;
  return {
    ...rest,
    state,
    ...(by !== undefined && { by }),
    ...(resolvedAt && state === "resolved" && { resolvedAt }),
    ...(snoozedUntil && state === "snoozed" && { snoozedUntil }),
  };
}

const isOver = ({ state }: IncidentShown): boolean => state === "resolved";
const isOpen = ({ state }: IncidentShown): boolean => state === "open";

/** Of what it says, that which is still so; nothing where none of it is. */
function stillSo(news: IncidentNews, now: readonly IncidentShown[]): readonly IncidentShown[] {
  switch (news.why) {
    case "resolved":
      return now.filter(isOver);
    // What nobody had taken: whoever has taken it since needs no call.
    case "escalated":
    case "repeat":
      return now.some(isOpen) ? now : [];
    default:
      return now.every(isOver) ? [] : now;
  }
}

/**
 * What incidents could not take is told by itself. Taken meanwhile, it is told as an incident, or
 * over: nobody would end what it begins then.
 */
async function signalAsItStands(store: Store, message: SignalTold): Promise<Outgoing | undefined> {
  if (message.closes || message.key === undefined) return message;
  const now = await standingOf(store, incidentId(message));
  return now?.at && now.at >= message.at ? undefined : message;
}

/** @returns the message as it is true now; nothing where none of it is any more */
export async function asItStands(store: Store, message: Outgoing): Promise<Outgoing | undefined> {
  if (message.kind === "signal") return signalAsItStands(store, message);
  if (message.kind !== "incident") return message;
  const { news } = message;
  const now = await Promise.all(
    news.incidents.map(async (shown) => brought(shown, await standingOf(store, shown.id))),
  );
  const incidents = stillSo(news, now);
  // What was only counted may be open still, but whoever was listed is not called any more.
  const isCountedOnly = news.more && news.why !== "escalated" && news.why !== "repeat";
  if (incidents.length === 0 && news.incidents.length > 0 && !isCountedOnly) return undefined;
  const told: IncidentTold = { ...message, news: { ...news, incidents } };
  return told;
}
