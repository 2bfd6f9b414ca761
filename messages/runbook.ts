/** Where what to look at and do about a message is written, as an address that opens anywhere. */
import type { Outgoing } from "./outgoing.ts";

/** What to look at and do about what a unit tells: each has a section there. */
export const runbookOf = (unit: string): string => `docs/runbooks.md#${unit}`;

/** Of what an automation or report says; a signal names its own, and the rest has none. */
const ofItsUnit: ReadonlySet<Outgoing["kind"]> = new Set(["run", "report", "breaker"]);

function pathOf({ runbook, kind, unit }: Outgoing): string | undefined {
  return runbook ?? (ofItsUnit.has(kind) ? runbookOf(unit) : undefined);
}

/**
 * A message as it is told, with the address of its runbook.
 * @param runbooks the settings' own; where absent the message stays as it is
 */
export function withRunbook(message: Outgoing, runbooks: string | undefined): Outgoing {
  const path = runbooks === undefined ? undefined : pathOf(message);
  return path === undefined ? message : { ...message, runbook: runbookAddress(path, runbooks) };
}

/**
 * The address of a runbook: where `runbooks` holds `{unit}`, that page; where it names a page, the
 * unit's section of it; else `runbooks.md` in that folder.
 * @param path `docs/runbooks.md#<unit>`, as signals name it, or an address, which stays as it is
 */
export function runbookAddress(path: string, runbooks: string | undefined): string {
  const [, unit] = /^docs\/runbooks\.md#(.+)$/.exec(path) ?? [];
  if (unit === undefined || runbooks === undefined) return path;
  if (runbooks.includes("{unit}")) return runbooks.replaceAll("{unit}", encodeURIComponent(unit));
  if (/\.\w+$/.test(new URL(runbooks).pathname)) return `${runbooks}#${unit}`;
  return `${runbooks.replace(/\/$/, "")}/runbooks.md#${unit}`;
}
