/**
 * Keeps from being told what is muted, and what comes in quiet hours; nothing of it without a
 * trace.
 */

import type { Store } from "../ledger/store.ts";
import { digest } from "../sdk/codec.ts";
import { cut } from "../sdk/plain.ts";
import { worstSeverityFirst } from "../sdk/severity.ts";
import { before, type Clock, minutes } from "../sdk/time.ts";
import { endOfMute } from "../settings/route.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { QuietUntil } from "./feature-at-run.ts";
import type { KeptMessage } from "./outbox.ts";
import { post } from "./outbox.ts";
import { type IncidentTold, type MessageHeld, type Outgoing, runIn } from "./outgoing.ts";
import { type FamilyOf, mutedBy } from "./routes.ts";
import {
  recordMuted,
  recordWithheld,
  released,
  releasedUpTo,
  untoldMessage,
  type Withheld,
  withheldBy,
} from "./withheld.ts";

/** @returns why a message is not told now, after that was recorded; nothing: it is told */
export type Withhold = (
  kept: KeptMessage,
  channels: readonly string[],
) => Promise<"muted" | "withheld" | undefined>;

export interface WithholdParts {
  readonly settings: Pick<ParsedSettings, "mutes">;
  readonly quiet: QuietUntil;
  readonly familyOf: FamilyOf;
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
}

export const withholding =
  ({ settings, quiet, familyOf, store, clock }: WithholdParts): Withhold =>
  async (kept, channels) => {
    const now = clock.now();
    const { message } = kept;
    const held = isDecided(message) ? message.held : heldNow(message);
    if (!held) return undefined;
    const { mute, until } = held;
    const untold = untoldMessage(kept);
    if (mute) {
      await recordMuted(store, { ...untold, mute }, now);
      return "muted";
    }
    const asks = Boolean(runIn(message)?.plan);
    const begins = isDecided(message) && message.news.why === "opened";
    await recordWithheld(store, { ...untold, until, channels, asks, begins }, now);
    return "withheld";

    function heldNow(about: Outgoing): MessageHeld | undefined {
      const by = mutedBy(about, settings.mutes, now, familyOf);
      const end = by && endOfMute(by.until);
      if (by && end) {
        const { owner, reason } = by;
        return { until: end, mute: { until: by.until, owner, reason } };
      }
      const ends = quiet(about, now);
      return ends && { until: ends };
    }
  };

/** Whoever keeps incidents has looked at mutes and quiet hours already, incident by incident. */
const isDecided = (message: Outgoing): message is IncidentTold =>
  message.kind === "incident" && message.to !== undefined;

/** Read and told at once. */
const mostTogether = 500;
/** So many are named, the rest is counted. */
const mostNamed = 25;
const worstFirst = (some: readonly Withheld[]): Withheld[] =>
  some.toSorted(
    (a, b) => worstSeverityFirst(a.severity, b.severity) || a.at.getTime() - b.at.getTime(),
  );

function quietTitle([worst, ...others]: readonly Withheld[]): string {
  if (others.length === 0) return `While it was quiet: ${worst?.title}`;
  const which = worst?.severity === "info" ? "" : `, the worst: ${worst?.title}`;
  return `While it was quiet ${others.length + 1} things happened${which}`;
}

function together(
  some: readonly Withheld[],
  { account, home }: { readonly account: string; readonly home: string },
  now: Date,
): Outgoing {
  const sorted = worstFirst(some);
  const [worst] = sorted;
  const named = sorted
    .slice(0, mostNamed)
    .map(({ at, unit, region, title }, nth): [string, string] => [
      `${nth + 1}. ${at.toISOString().slice(0, 16).replace("T", " ")} UTC, ${unit} in ${region}`,
      cut(title, 300),
    ]);
  return {
    id: `quiet.${digest(some.map(({ id }) => id).sort()).slice(0, 32)}`,
    at: now,
    account,
    region: home,
    unit: "tell",
    kind: "digest",
    severity: worst?.severity ?? "info",
    title: quietTitle(sorted),
    facts: {
      ...Object.fromEntries(named),
      ...(some.length > mostNamed && { "not listed": `${some.length - mostNamed} more` }),
      "what now":
        "`npx nightshift history` shows what was done; `npx nightshift incident list` what is still open",
    },
    to: worst?.channels ?? [],
  };
}

/** Who withholds writes it down by then, so that nothing is added behind what was told already. */
const writtenDown = minutes(2);

/**
 * Tells what was withheld until now: together, in one message for all that would have gone to the
 * same channels; what waits for a decision by itself. The beginning of an incident is not told here:
 * it is told where it goes on. To be called now and then, as the watchdog
 * is.
 * @param again hands messages to tell anew
 * @returns how many were withheld
 */
export async function releaseWithheld(
  store: Store,
  place: { readonly account: string; readonly home: string },
  again: (messages: readonly KeptMessage[]) => Promise<void>,
  now: Date,
): Promise<number> {
  for (let count = 0; ; ) {
    const since = await releasedUpTo(store);
    const due = await withheldBy(store, before(now, writtenDown), since, mostTogether);
    const last = due.at(-1);
    if (!last) return count;
    const asking = due.filter(({ asks }) => asks);
    // Twice is better than not at all, and channels know what they have told.
    if (asking.length)
      await again((await Promise.all(asking.map((one) => messagesAt(store, one)))).flat());
    const rest = Map.groupBy(
      due.filter(({ asks, begins }) => !asks && !begins),
      ({ channels }) => channels.toSorted().join(" "),
    );
    const lost = await store.transact([
      ...[...rest.values()].map((some) => post("watch", together(some, place, now))),
      released(last, since),
    ]);
    // Another is at it.
    if (lost.length) return count;
    count += due.length;
  }
}

/** By a query: who releases may read outboxes that way alone. */
async function messagesAt(
  store: Store,
  { pk, sk }: Pick<KeptMessage, "pk" | "sk">,
): Promise<KeptMessage[]> {
  const found = await Array.fromAsync(store.query(pk, { prefix: sk, limit: 1 }));
  return found.flatMap((item) =>
    item.sk === sk ? [{ pk, sk, message: item.body as Outgoing }] : [],
  );
}
