import type { Changers } from "../../ledger/changers.ts";

/**
 * Those among some units that may have changed a target: whoever has not been heard of there need
 * not be asked. Where nobody wrote that down, each of them may.
 */
export const othersThatChanged = (
  among: readonly string[],
  changers: Changers | undefined,
): readonly string[] => (changers ? among.filter((id) => changers.units.includes(id)) : among);
