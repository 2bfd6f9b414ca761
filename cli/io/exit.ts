/** Exit codes: what scripts and schedulers go by. */
import type { RunResult } from "../../ledger/result.ts";

export const exit = {
  done: 0,
  failed: 1,
  /** A wrong verb, unit, option, config, settings or event. */
  usage: 2,
  /** Something is held, or waits for a person. */
  held: 3,
} as const;

const worstFirst = [exit.usage, exit.failed, exit.held];

/** Of several codes the one that counts: 2, else 1, else 3, else 0. */
export const worstExit = (codes: readonly number[]): number =>
  worstFirst.find((code) => codes.includes(code)) ?? exit.done;

/** The worst that a run has to say. */
export function exitOf(runs: readonly Pick<RunResult, "outcome" | "actions">[]): number {
  const has = (...outcomes: string[]) =>
    runs.some(
      ({ outcome, actions }) =>
        outcomes.includes(outcome) || actions.some((action) => outcomes.includes(action.outcome)),
    );
  if (has("failed")) return exit.failed;
  return has("held", "waiting") ? exit.held : exit.done;
}
