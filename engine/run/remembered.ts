/** What an automation last did to a target: from the ledger, never from a tag. */
import { type ActionRecord, actionById, isDone } from "../../ledger/actions.ts";
import { eachWritten } from "../../ledger/flows.ts";
import { keys } from "../../ledger/keys.ts";
import { lastChange } from "../../ledger/story.ts";
import type { ActionAsked, AskedOf, Maker, Remembered } from "../../sdk/automation.ts";
import { leavesOf } from "../../sdk/leaves.ts";
import { idsOf } from "../../settings/former-ids.ts";
import type { Workplace } from "./attempt.ts";

/** Who asks, and where: an automation, or a report of one region. */
interface Asker extends Pick<Workplace, "place" | "ended"> {
  readonly unit: Pick<Workplace["unit"], "id" | "remembers">;
  readonly host: Pick<Workplace["host"], "store" | "settings">;
}

function assertNamed({ id, remembers }: Asker["unit"], asked: string): void {
  if (!remembers?.includes(asked))
    throw new Error(`${id} asks what ${asked} did, and does not name it in \`remembers\``);
}

/**
 * What was sent and never answered may have made it: then the tag that names the action is believed.
 * @returns what `find` asks by
 * @throws for a unit that it does not name among `remembers`
 */
export const makersOf =
  ({ unit, place, host: { store } }: Workplace) =>
  async ({ unit: asked, run, action }: ActionAsked, id: string): Promise<Maker | undefined> => {
    assertNamed(unit, asked);
    const record = await actionById(store, "unit", { unit: asked, run, id: action });
    if (!record || record.account !== place.account || record.region !== place.region)
      return undefined;
    const isOver = record.outcome !== "begun" && record.outcome !== "intended";
    for await (const { state, output } of eachWritten(store, { unit: asked, run, action })) {
      const isAnswered = leavesOf(output).some(({ text }) => text === id);
      if (isAnswered || state === "intended") return { isOver };
    }
    return undefined;
  };

const asRemembered = ({ id: action, unit, run, ...record }: ActionRecord): Remembered => {
  const { at, call, output, before, after } = record;
  return { unit, action, run, at, call, output, before, after };
};

/**
 * @returns what `find` asks by
 * @throws for a unit that it does not name among `remembers`
 */
export const remembering =
  ({ unit, place, host, ended }: Asker) =>
  async ({ unit: asked, target }: AskedOf): Promise<Remembered | undefined> => {
    assertNamed(unit, asked);
    if (ended && asked === ended.unit && target === ended.target) return asRemembered(ended);
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
    return { ...asRemembered(record), unit: asked };
  };
