/** How far a run may go: the unit's mode, or a lesser one. */

import { looksAtAll, type Start } from "../../ledger/start.ts";
import { type Mode, mayChange } from "../../settings/mode.ts";
import type { Attempt } from "./attempt.ts";
import type { Looked } from "./find.ts";
import type { Standing } from "./standing.ts";

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
export function modeNow(
  attempt: Attempt,
  looked: Looked,
  { swept, failed }: Pick<Standing, "swept" | "failed">,
): ModeNow {
  const { start, place, host } = attempt;
  const { mode, breaker } = host.settings;
  const few = tooFew(attempt, looked, swept);
  if (!mayChange(mode)) return { mode, why: undefined, tooFew: few };
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
function tooFew(
  { start, host }: Attempt,
  { found }: Looked,
  last: Standing["swept"],
): string | undefined {
  if (!looksAtAll(start)) return undefined;
  if (!last || last.found <= host.settings.caps.floor || found * 2 >= last.found) return undefined;
  return `it looked at ${found} things, the last complete sweep at ${last.found}: unless most of them are gone, something was not listed, so nothing is changed without a person. The next sweep goes by this number`;
}
