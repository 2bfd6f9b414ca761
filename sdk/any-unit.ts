import type { AnyAutomation } from "./automation.ts";
import type { AnyReport } from "./report.ts";
import type { AnySignal } from "./signal.ts";
import type { Reads } from "./unit.ts";

/** What it reads. A signal's reads lie with what confirms its ends, and are loaded with that. */
export async function readsOf(unit: AnyUnit): Promise<Reads> {
  if (unit.kind !== "signal") return unit.reads;
  return (await unit.confirmation?.())?.default.reads ?? [];
}

/** Whatever the registry may name, its type parameters forgotten. */
export type AnyUnit = AnyAutomation | AnyReport | AnySignal;
