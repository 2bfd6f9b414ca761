/** What a drill has found out about a backup, as the ledger says it. */
import * as z from "zod/mini";
import { type SetName, setId } from "../../functions/backup/backup-set.ts";
import { isDenied } from "../../sdk/errors.ts";
import { inWords, seconds } from "../../sdk/time.ts";
import { utcText } from "../io/words.ts";
import { lastDone, type RestorePlace } from "./place.ts";
import { notDrilled } from "./point.ts";

const drilled = z.object({
  output: z.object({ at: z.date(), result: z.string(), seconds: z.number() }),
});

/**
 * Whoever must restore at night may have no right to the ledger: that is said, and holds nobody up.
 * @param driller the unit that drills such backups
 */
export async function drillProof(
  place: RestorePlace,
  driller: string,
  set: SetName,
): Promise<string> {
  try {
    const record = drilled.safeParse(await lastDone(place, driller, setId(set)));
    if (!record.success) return notDrilled;
    const { at, result, seconds: took } = record.data.output;
    return `drilled ${utcText(at)}: ${result}, in ${inWords(seconds(took))}`;
  } catch (error) {
    if (!isDenied(error)) throw error;
    return "not known: you may not read the ledger";
  }
}
