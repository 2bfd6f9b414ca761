/** What an automation last did to a target: from the ledger, never from a tag. */
import { actionById, isDone } from "../../ledger/actions.ts";
import { keys } from "../../ledger/keys.ts";
import { lastChange } from "../../ledger/story.ts";
import type { AskedOf, Remembered } from "../../sdk/automation.ts";
import { idsOf } from "../../settings/former-ids.ts";
import type { Workplace } from "./attempt.ts";

/**
 * @returns what `find` asks by
 * @throws for a unit that it does not name among `remembers`
 */
export const remembering =
  ({ unit, place, host }: Workplace) =>
  async ({ unit: asked, target }: AskedOf): Promise<Remembered | undefined> => {
    if (!unit.remembers?.includes(asked))
      throw new Error(`${unit.id} asks what ${asked} did, and does not name it in \`remembers\``);
    const { store, settings } = host;
    const ids = asked === unit.id ? idsOf(asked, settings) : [asked];
    const found = await Promise.all(
      ids.map(async (id) => {
        const change = await lastChange(store, { ...place, unit: id, target });
        return change ? [{ ...change, unit: id }] : [];
      }),
    );
    const [last] = found.flat().sort((a, b) => b.at.getTime() - a.at.getTime());
    if (!last) return undefined;
    const { run, action } = last;
    const record = await actionById(store, "unit", { unit: last.unit, run, id: action });
    if (!record || !isDone(record)) return undefined;
    // Taken back, or about to be; what was done again since is an action of its own.
    if (await store.get(keys.undone(last.unit, action))) return undefined;
    const { at, call, output, before, after } = record;
    return { unit: asked, action, run, at, call, output, before, after };
  };
