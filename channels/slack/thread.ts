/**
 * Which matter a message belongs to: the first of it stands in the channel, what comes later in
 * that one's thread.
 */

import { runOf } from "../../ledger/ids.ts";
import { keys } from "../../ledger/keys.ts";
import { absent, type Store } from "../../ledger/store.ts";
import { ttlAfter } from "../../ledger/ttl.ts";
import type { IncidentShown } from "../../messages/incident-news.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { type Clock, days } from "../../sdk/time.ts";
import type { SlackPlace } from "./api.ts";
import type { Rendered } from "./rendered.ts";

/** Where a message stands, and how it looked when it was posted. */
export interface Ref extends SlackPlace, Rendered {
  /** The message whose thread it stands in, where it is not the first itself. */
  readonly thread?: string | undefined;
  /** Of a group: all that it has shown. */
  readonly incidents?: readonly IncidentShown[] | undefined;
}

export interface Refs {
  get(matter: string): Promise<Ref | undefined>;
  /** The first stays. @returns false where there is one already */
  put(matter: string, ref: Ref): Promise<boolean>;
  /** What it shows now. */
  replace(matter: string, ref: Ref): Promise<void>;
  /** Its thread is gone: the next message begins anew. */
  forget(matter: string): Promise<void>;
}

/** @param thread as news of incidents name it */
export const ofThread = (thread: string): string => `incident.${thread}`;
const ofRun = (id: string): string => `run.${runOf(id)}`;

/** @returns `of`: the matter that the message goes on with; `own`: the one that it begins, where later ones may go on with it */
export function matterOf(message: Outgoing): {
  readonly of?: string;
  readonly own?: string;
} {
  switch (message.kind) {
    case "incident": {
      const { thread, group } = message.news;
      const matter = ofThread(thread ?? group);
      return { of: matter, own: matter };
    }
    case "run": {
      const { carries, run } = message;
      return { ...(carries && { of: ofRun(carries.plan) }), own: ofRun(run.id) };
    }
    case "undo":
      return { of: ofRun(message.run.id) };
    case "decision": {
      const plan = message.plan ?? message.facts?.plan;
      return plan === undefined ? {} : { of: ofRun(plan) };
    }
    default:
      return {};
  }
}

/**
 * As long as anybody may still undo what is told there, and longer than an incident should take.
 */
const kept = days(60);

/** In the part of the ledger that holds what was told. */
export function refs(store: Store, channel: string, clock: Clock): Refs {
  const key = (matter: string) => keys.told(`thread.${matter}`, channel);
  const item = (matter: string, ref: Ref) => ({
    ...key(matter),
    type: "ref",
    ttl: ttlAfter(clock.now(), kept),
    body: ref,
  });
  return {
    get: async (matter) => (await store.get(key(matter)))?.body as Ref | undefined,
    put: (matter, ref) => store.put(item(matter, ref), absent),
    replace: async (matter, ref) => void (await store.put(item(matter, ref))),
    forget: async (matter) => void (await store.remove(key(matter))),
  };
}
