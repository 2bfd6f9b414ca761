/** How far a run may go: the unit's mode, or a lesser one. */

import { failures, lastSweep } from "../../ledger/heartbeats.ts";
import { looksAtAll, type Start } from "../../ledger/start.ts";
import { type Mode, mayChange } from "../../settings/mode.ts";
import type { Attempt } from "./attempt.ts";
import type { Looked } from "./find.ts";

export interface ModeNow {
  readonly mode: Mode;
  /** Why it is a lesser one than the unit's. */
  readonly why: string | undefined;
  /** That it looked at too little, if it did. */
  readonly tooFew: string | undefined;
}

/**
 * The unit's mode, or a lesser one and why: where the breaker is open, the run comes too late, or
 * it looked at too little.
 */
export async function modeNow(attempt: Attempt, looked: Looked): Promise<ModeNow> {
  const { start, place, host } = attempt;
  const { mode, breaker } = host.settings;
  const few = await tooFew(attempt, looked);
  if (!mayChange(mode)) return { mode, why: undefined, tooFew: few };
  const failed = await failures(host.store, place);
  const watching = tooOften(failed, breaker, place.unit) ?? tooLate(start, looked.at);
  if (watching) return { mode: "watch", why: watching, tooFew: few };
  if (mode === "act" && few) return { mode: "ask", why: few, tooFew: few };
  return { mode, why: undefined, tooFew: few };
}

function tooOften(failed: number, breaker: number, unit: string): string | undefined {
  if (failed < breaker) return undefined;
  return `after ${failed} failed runs in a row it only watches: mend the cause, then \`npx nightshift resume ${unit}\``;
}

function tooLate({ latest, at }: Start, now: Date): string | undefined {
  if (!latest || now <= latest) return undefined;
  return `it was due at ${at.toISOString()} and comes too late to change anything`;
}

/**
 * Whether a sweep looked at fewer than half of what the last complete one did: a listing that was
 * cut is likelier than an account that has shrunk, so a person is asked, once (rule: caps). Below
 * the cap's floor numbers say nothing.
 * @returns what to say of it
 */
async function tooFew(
  { start, place, host }: Attempt,
  { found }: Looked,
): Promise<string | undefined> {
  if (!looksAtAll(start)) return undefined;
  const last = await lastSweep(host.store, place);
  if (!last || last.found <= host.settings.caps.floor || found * 2 >= last.found) return undefined;
  return `it looked at ${found} things, the last complete sweep at ${last.found}: unless most of them are gone, something was not listed, so nothing is changed without a person. The next sweep goes by this number`;
}
