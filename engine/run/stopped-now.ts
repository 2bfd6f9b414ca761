import { inOneLine } from "../../sdk/errors.ts";
import { stopped } from "../guards/kill-switch.ts";
import type { Workplace } from "./attempt.ts";

/** Why nothing may be changed now, or nothing. Not readable holds (rule: kill-switch). */
export async function stoppedNow({ unit, host }: Pick<Workplace, "unit" | "host">) {
  try {
    return stopped(await host.killSwitch(), unit.id);
  } catch (error) {
    return `the kill switch could not be read, so nothing is changed: ${inOneLine(error)}`;
  }
}
