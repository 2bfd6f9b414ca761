/** What could not be judged: held and told, while the others go on. */

import type { Held, UnjudgedTarget, UnjudgedTargets } from "../../ledger/result.ts";
import { CannotJudge, inOneLine } from "../../sdk/errors.ts";

/** So many are named; the rest is counted. */
const mostNamed = 50;

/** By target. */
export type Unjudged = ReadonlyMap<string, UnjudgedTarget>;

export function unjudgedTargets(unjudged: Unjudged): UnjudgedTargets | undefined {
  if (!unjudged.size) return undefined;
  return { count: unjudged.size, targets: [...unjudged.values()].slice(0, mostNamed) };
}

/** What holds a change whose target can no longer be judged. */
export const heldUnjudged = (found: UnjudgedTarget | undefined): Held | undefined =>
  found && { by: "unjudged", why: `it cannot be judged now, so it stays as it is: ${found.why}` };

/** Collects them while a run looks. */
export class Judging {
  readonly unjudged = new Map<string, UnjudgedTarget>();
  #broken: unknown;
  #judged = 0;

  /**
   * Carries out what judges one thing.
   * @returns what it answers; nothing where it cannot be judged
   */
  judge<T>(where: Omit<UnjudgedTarget, "why">, act: () => T): T | undefined {
    try {
      const answer = act();
      this.#judged += 1;
      return answer;
    } catch (error) {
      if (!(error instanceof CannotJudge)) this.#broken ??= error;
      this.unjudged.set(where.target, { ...where, why: inOneLine(error) });
      return undefined;
    }
  }

  /**
   * One odd thing is held. Where everything was looked at, nothing of it could be judged, and not
   * because it cannot be read, the automation itself is broken.
   * @throws the first error
   */
  endOfAll(): void {
    const nothing = this.#judged === 0 && this.unjudged.size > 1;
    if (nothing && this.#broken !== undefined) throw this.#broken;
  }
}
