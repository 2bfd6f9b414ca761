/** What is wrong with a form that leaves a target alone, beside the input that it is about. */
import type { Clock } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { latestExemption, type UnitsShown } from "./exempt-until.ts";
import { exemptInputs } from "./modals.ts";
import type { SentForm } from "./sent-form.ts";

export interface WrongInput {
  readonly input: string;
  /** For whoever filled it in. */
  readonly text: string;
}

interface Judging {
  readonly clock: Pick<Clock, "now">;
  readonly units: UnitsShown;
  readonly settings: Pick<ParsedSettings, "longestSecurityExemption">;
}

/** @param unit whose targets are left alone */
export function wrongInput(
  { target, until, reason }: Pick<SentForm, "target" | "until" | "reason">,
  unit: string,
  { clock, units, settings }: Judging,
): WrongInput | undefined {
  const now = clock.now();
  const latest = latestExemption(unit, units, settings, now);
  if (!Number.isInteger(target) || target < 0)
    return { input: exemptInputs.target, text: "Choose a target" };
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(until);
  if (!isDay || until < now.toISOString().slice(0, 10) || until > latest)
    return { input: exemptInputs.until, text: `Give a day from today to ${latest}` };
  if (!reason) return { input: exemptInputs.reason, text: "Whoever reads it later must know" };
  return undefined;
}
