import type { PlanPart } from "../../ledger/result.ts";
import { count } from "../../sdk/counted.ts";

/** `part 1 of 40 (500 changes, the worst parts first)` */
export const partText = ({ number, of, changes }: PlanPart): string =>
  `part ${number} of ${of} (${count(changes, "change")}, the worst parts first)`;
