/**
 * After so many failed runs in a row an automation only watches. Once the breaker is open, only a
 * person closes it: a run that only watched proves nothing. Attempts of one run are one run, and
 * what is wrong with a target is nobody's failure (rule: caps).
 */

import { countFailure, failures, resetFailures } from "../../ledger/heartbeats.ts";
import { post } from "../../messages/outbox.ts";
import type { Attempt, Runnable } from "./attempt.ts";

/** Whose failures are counted, and what started it. */
type CountedRun = Pick<Attempt<Runnable>, "place" | "host" | "run" | "start">;

/** Runs that a person started do not count. */
const counts = ({ start }: CountedRun): boolean => start.kind === "sweep" || start.kind === "event";

/** @param known how many had failed in a row, where that was read already */
export async function countSuccess(attempt: CountedRun, known?: number): Promise<void> {
  if (!counts(attempt)) return;
  const { place, host } = attempt;
  const failed = known ?? (await failures(host.store, place));
  if (failed > 0 && failed < host.settings.breaker) await resetFailures(host.store, place);
}

/** Counts a failed run; the one that opens the breaker is told. */
export async function countFailed(attempt: CountedRun, why: string): Promise<void> {
  if (!counts(attempt)) return;
  const { place, run, host } = attempt;
  const { unit, account, region } = place;
  const at = host.clock.now();
  const { failed, counted } = await countFailure(host.store, place, { id: run, at });
  if (!counted || failed !== host.settings.breaker) return;
  await host.store.transact([
    post(`unit#${unit}`, {
      id: `${run}.breaker`,
      at: host.clock.now(),
      account,
      region,
      unit,
      kind: "breaker",
      severity: "critical",
      title: `${unit} in ${region} only watches from now on: ${failed} runs in a row have failed`,
      facts: {
        "last error": why,
        "what now": `mend the cause, then \`npx nightshift resume ${unit}\``,
      },
      key: `breaker ${unit} ${account} ${region}`,
    }),
  ]);
}
