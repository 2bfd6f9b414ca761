/**
 * The guards, in the order in which they are asked; the first that holds is named. The cap comes
 * after them, for all that is left.
 */

import type { Held } from "../../ledger/result.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { afterSetbacks } from "./after-setbacks.ts";
import { afterUndo } from "./after-undo.ts";
import { coolDown } from "./cool-down.ts";
import { exemption } from "./exemption.ts";
import { freeze } from "./freeze.ts";
import type { Candidate, Guard, GuardContext } from "./guard.ts";
import { ownersNo } from "./kept.ts";
import { killSwitch } from "./kill-switch.ts";
import { loop } from "./loop.ts";
import { managed } from "./managed.ts";
import { ownEcho } from "./own-echo.ts";
import { underWay } from "./under-way.ts";

export const guards: readonly Guard[] = [
  killSwitch,
  freeze,
  ownEcho,
  underWay,
  exemption,
  managed,
  afterUndo,
  ownersNo,
  afterSetbacks,
  coolDown,
  loop,
];
/**
 * Asked again right before a change: what may have been said, or done by another run, meanwhile.
 */
export const lastGuards: readonly Guard[] = [
  killSwitch,
  freeze,
  exemption,
  managed,
  afterUndo,
  ownersNo,
  coolDown,
  loop,
];

/** @returns what holds it, or nothing. A guard that cannot be evaluated holds. */
export async function heldBy(
  candidate: Candidate,
  context: GuardContext,
  asked: readonly Guard[] = guards,
): Promise<Held | null> {
  for (const { name, objection } of asked) {
    try {
      const why = await objection(candidate, context);
      if (why) return { by: name, why };
    } catch (error) {
      return {
        by: name,
        why: `it could not be evaluated, so nothing is changed: ${inOneLine(error)}`,
      };
    }
  }
  return null;
}
