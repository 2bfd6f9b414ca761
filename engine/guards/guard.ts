/** A rule that can hold a proposal. */

import type { Changers } from "../../ledger/changers.ts";
import type { LedgerExemption } from "../../ledger/exemptions.ts";
import type { FlowUnderWay } from "../../ledger/flows.ts";
import type { Hold } from "../../ledger/holds.ts";
import type { KeptByOwner } from "../../ledger/kept.ts";
import type { Place } from "../../ledger/keys.ts";
import type { Setback } from "../../ledger/setbacks.ts";
import type { Start } from "../../ledger/start.ts";
import type { LastChange } from "../../ledger/story.ts";
import type { StandingTag, TagTime } from "../../ledger/tag-times.ts";
import type { UnitSettings } from "../../settings/settings.ts";

/** A proposal as guards see it. */
export interface Candidate {
  readonly target: string;
  readonly within: string | null;
  readonly managed: string | null;
  /** Digest of the state that the call would change. */
  readonly state: string;
  /** The unit's own action that it ends. */
  readonly ends?: string;
  /** When it must be done. */
  readonly due?: Date;
  /**
   * The target's tags; `undefined`: it cannot have any. Rejects when they cannot be read: the guard
   * then holds.
   */
  tags(): Promise<Readonly<Record<string, string>> | undefined>;
  /** The container's. */
  withinTags(): Promise<Readonly<Record<string, string>> | undefined>;
}

export interface GuardContext {
  readonly place: Place;
  readonly settings: UnitSettings;
  readonly start: Start;
  /** Whoever asked for the run, made the call that it answers, or approved it. */
  readonly involved?: readonly string[];
  readonly now: Date;
  /** The ARNs of our own roles, exactly (rule: own-echo). */
  readonly ours: readonly string[];
  /** The value of the kill switch, read again each time. */
  killSwitch(): Promise<string>;
  /** What was undone here, and is left alone for a while. */
  holds(): Promise<readonly Hold[]>;
  /** What people exempted in the ledger, here. */
  exemptions(): Promise<readonly LedgerExemption[]>;
  /** For how long tags have exempted it in all; absent: nobody counts. */
  tagTime?(tag: StandingTag): Promise<TagTime>;
  /** The unit's flows that are not over. */
  flows(): Promise<readonly FlowUnderWay[]>;
  /** What its owner said in a time of grace; absent: the unit gives none. */
  kept?(target: string): Promise<KeptByOwner | undefined>;
  /** How often flows about it have failed one after the other; absent: the unit has none. */
  setback?(target: string): Promise<Setback | undefined>;
  /** The last successful change by this unit, or by another. */
  lastChange(target: string, unit?: string): Promise<LastChange | undefined>;
  /** Which units have ever changed it; nothing where nobody wrote that down. */
  changers(target: string): Promise<Changers | undefined>;
  /** Something that a person must hear of although it holds nothing. */
  note(text: string): void;
}

/**
 * The same for each of several proposals: what is the same for all of them is read once, when the
 * first asks, and so is what several guards ask of one target.
 */
export function askedOnce(context: GuardContext): GuardContext {
  const changes = new Map<string, Promise<LastChange | undefined>>();
  const changers = new Map<string, Promise<Changers | undefined>>();
  return {
    ...context,
    killSwitch: once(() => context.killSwitch()),
    exemptions: once(() => context.exemptions()),
    holds: once(() => context.holds()),
    flows: once(() => context.flows()),
    lastChange(target, unit) {
      const key = JSON.stringify([target, unit]);
      const asked = changes.get(key) ?? context.lastChange(target, unit);
      changes.set(key, asked);
      return asked;
    },
    changers(target) {
      const asked = changers.get(target) ?? context.changers(target);
      changers.set(target, asked);
      return asked;
    },
  };
}

/**
 * Asks all at once what guards would ask one after the other. What cannot be read is no error yet:
 * the guard that asks for it holds.
 */
export async function askAhead(once: GuardContext, targets: readonly string[]): Promise<void> {
  await Promise.allSettled([
    once.killSwitch(),
    once.exemptions(),
    once.holds(),
    once.flows(),
    ...targets.flatMap((target) => [once.lastChange(target), once.changers(target)]),
  ]);
}

/** Asks at most once. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

export interface Guard {
  readonly name: string;
  /** Why it holds the proposal, or nothing. Throwing holds it too. */
  objection(
    candidate: Candidate,
    context: GuardContext,
  ): string | undefined | Promise<string | undefined>;
}
