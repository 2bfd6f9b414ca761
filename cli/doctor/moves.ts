/** What the settings would move at once if they were deployed now. */
import type { Clients } from "../../engine/run/clients.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { movesSeen, unknownText } from "../deployment/moves.ts";
import { deployedStacks } from "../deployment/stacks.ts";
import { type DoctorCheck, ill, noteCheck, well } from "./check.ts";

/** What is not known is said: as a problem where AWS refused, else as a note. */
export async function movesCheck(
  clients: Clients,
  settings: ParsedSettings,
  at: Date,
): Promise<DoctorCheck> {
  const check = "moves at once";
  const { stacks } = await deployedStacks(clients, settings);
  const { moves = [], unknown } = await movesSeen(clients, { settings, stacks, at });
  if (unknown?.failed)
    return ill(check, unknownText(unknown), "look with credentials that may read the home stack");
  if (unknown)
    return noteCheck(
      check,
      unknownText(unknown),
      "nothing: the next deployment keeps what the one after it is compared with",
    );
  if (!moves.length) return well(check, "nothing, if these settings were deployed now");
  return noteCheck(
    check,
    moves.map(({ what }) => what).join("; "),
    moves.map(({ remedy }) => remedy).join("\n"),
  );
}
