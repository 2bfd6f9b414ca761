/** Takes back an undo. */

import { type ActionRecord, actionsOf } from "../../ledger/actions.ts";
import { endHold, holdsAt } from "../../ledger/holds.ts";
import { runOf, undoId, undoneId, unitOf } from "../../ledger/ids.ts";
import { keys } from "../../ledger/keys.ts";
import type { Start, Undone } from "../../ledger/start.ts";
import type { Store } from "../../ledger/store.ts";
import { weighedChunks } from "../../sdk/chunks.ts";
import { digest, serialise } from "../../sdk/codec.ts";
import { count } from "../../sdk/counted.ts";
import { NotPossible } from "../../sdk/errors.ts";

/** What a unit's own run shall do again, guarded anew. */
export interface Again {
  readonly region: string;
  /** Each of them in this region. */
  readonly again: readonly Undone[];
  /** Their undo actions. */
  readonly undone: readonly ActionRecord[];
}

/** So that an order fits into an item and an invocation, whatever the names. */
const mostInOne = 500;
const mostBytes = 150_000;
const weight = (record: ActionRecord): number => Buffer.byteLength(serialise(undoneTarget(record)));

/**
 * What an undo has taken back, by the undo's own records: nothing of it is the unit's word.
 * @param id `<action>.undo` or `<run>.undo`
 * @throws {NotPossible} when there is no such undo
 */
export async function undoneBy(store: Store, id: string): Promise<readonly Again[]> {
  const original = undoneId(id);
  const [unit, run] = [unitOf(original), runOf(original)];
  const undone = (await actionsOf(store, "undo", unit, run)).filter(
    ({ outcome, undoes }) =>
      (outcome === "applied" || outcome === "begun") && (original === run || undoes === original),
  );
  if (!undone.length)
    throw new NotPossible(
      `there is no undo ${undoId(original)} to take back; \`npx nightshift history\` lists them`,
    );
  const byRegion = Map.groupBy(undone, ({ region }) => region);
  return [...byRegion].flatMap(([region, records]) =>
    [...weighedChunks(records, { length: mostInOne, weight, most: mostBytes })].map((some) => ({
      region,
      again: some.map(undoneTarget),
      undone: some,
    })),
  );
}

const undoneTarget = ({ target, within, after }: ActionRecord): Undone => ({
  target,
  within,
  state: digest(after),
});

/**
 * Lifts the undo's holds, and says that it was taken back.
 * @param by who ordered it
 */
export async function liftHolds(
  store: Store,
  { undone }: Again,
  { by, at }: { readonly by: string; readonly at: Date },
): Promise<void> {
  const [first] = undone;
  if (!first) return;
  const holds = await holdsAt(store, first);
  for (const { unit, undoes = "" } of undone) {
    for (const hold of holds) if (hold.action === undoes) await endHold(store, hold, at);
    const marker = { ...keys.undone(unit, undoes), type: "undone", body: { by, at } };
    await store.put({ ...marker, state: "redone" });
  }
}

/** What is ordered of a unit's own function. */
export interface RedoOrder extends Pick<Again, "region" | "again"> {
  /** The same for each delivery of the same order. */
  readonly key: string;
}

/** The run that does it again. */
export const redoStart = (
  { region, again, key }: RedoOrder,
  { by, at }: { readonly by: string; readonly at: Date },
): Start => ({
  kind: "redo",
  key: `redo#${key}`,
  region,
  at,
  by,
  again,
});

/** Where it looks: at what was undone, and in what contains that, where it may have a new id. */
export const undoneTargets = (again: readonly Undone[]): readonly string[] => [
  ...new Set(
    again.flatMap(({ target, within }) => (within === null ? [target] : [target, within])),
  ),
];

/** What came back may have a new id: it is the same state within the same container. */
export const stateKey = ({ target, within, state }: Undone): string =>
  within === null ? `target ${target}` : `within ${within} ${state}`;

/** Something that is proposed, or that an earlier attempt did. */
interface Wanted {
  readonly target: string;
  readonly within: string | null;
  readonly state?: string;
}

const mostNamed = 10;

/**
 * What a redo finds nothing wrong with, so that whoever ordered it reads why nothing was done.
 * @param wanted what is proposed, and what earlier attempts did
 * @param unjudged what is told by itself, by target
 */
export function notDoneAgain(
  { again = [] }: Pick<Start, "again">,
  wanted: readonly Wanted[],
  unjudged: ReadonlyMap<string, unknown>,
): string | undefined {
  const targets = new Set(wanted.map(({ target }) => target));
  const states = new Set(wanted.map((each) => stateKey({ state: "", ...each })));
  const left = again.filter(
    (each) =>
      !targets.has(each.target) && !states.has(stateKey(each)) && !unjudged.has(each.target),
  );
  if (!left.length) return undefined;
  const named = left.slice(0, mostNamed).map(({ target }) => target);
  const more = left.length > named.length ? ` and ${left.length - named.length} more` : "";
  return `Of what was undone, ${count(left.length, "target")} cannot be done again now, as the unit finds nothing wrong there: ${named.join(", ")}${more}. The undo itself may be why: what it started has not been idle since. The hold is lifted, so a later run does it once it is so again.`;
}
