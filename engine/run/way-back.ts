/** What an id names that can be taken back, by which calls, and what has changed since. */

import { type ActionRecord, actionsOf, type CallData } from "../../ledger/actions.ts";
import { runOf, unitOf } from "../../ledger/ids.ts";
import type { Store } from "../../ledger/store.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { Write } from "../../sdk/call.ts";
import { same, serialise } from "../../sdk/codec.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { isFields } from "../../sdk/fields.ts";

/** Every write that may take back what the automation does: what its undo role is granted. */
export const undoWrites = (unit: AnyAutomation): readonly Write[] => [
  ...new Set([...(unit.undoes ?? []), ...unit.writes.flatMap(({ undoneBy }) => undoneBy)]),
];

/** One of the calls that take an action back. */
export interface CallBack {
  readonly write: Write;
  readonly call: CallData;
}

/** The calls that take an action back, and whether today's code has computed them. */
export interface WayOfUndo {
  readonly calls: readonly CallBack[];
  /** `false`: they stand in the record alone, as the proposal gave them. */
  readonly computed: boolean;
}

/**
 * The calls that take an action back: as the unit restores the recorded state, or by the operation's
 * inverse of the recorded call; as the proposal gave them only where neither is declared.
 * @throws {NotPossible} when there is no way back, or one that the automation does not declare (rule: ledger-no-deputy)
 */
export function wayOfUndo(unit: AnyAutomation, record: ActionRecord, now: Date): WayOfUndo {
  const write = unit.writes.find(({ operation }) => operation === record.call.operation);
  if (!write)
    throw new NotPossible(
      `${unit.id} no longer declares ${record.call.operation}, which ${record.id} made: take it back by hand`,
    );
  const given = unit.restore ? null : record.undo;
  const calls = given ?? computedWay(unit, write, { record, now });
  if (!calls.length)
    throw new NotPossible(
      `${record.id} has no way back: ${unit.id} knows none to ${stateText(record.before)}`,
    );
  return {
    calls: calls.map((call) => declared(unit, record, call)),
    computed: given === null,
  };
}

export const callsBack = (
  unit: AnyAutomation,
  record: ActionRecord,
  now: Date,
): readonly CallBack[] => wayOfUndo(unit, record, now).calls;

function computedWay(
  { restore }: AnyAutomation,
  write: Write,
  { record, now }: { readonly record: ActionRecord; readonly now: Date },
): readonly CallData[] {
  const { target, within, before, call, output } = record;
  if (write.irreversible !== undefined)
    throw new NotPossible(`${record.id} cannot be taken back: ${write.irreversible}`);
  if (write.back === "inverse") return write.invert(call.input, output ?? lostAnswer(record), now);
  const calls = restore?.calls(before, { target, within: within ?? undefined });
  return calls === undefined ? [] : [calls].flat();
}

function declared(
  unit: AnyAutomation,
  { id }: ActionRecord,
  { operation, input }: CallData,
): CallBack {
  const write = undoWrites(unit).find((each) => each.operation === operation);
  if (write) return { write, call: { operation, input } };
  throw new NotPossible(
    `the way back of ${id} is ${operation}, which ${unit.id} does not declare: it is refused`,
  );
}

/** In place of an answer that was lost: many ways back do not ask for it. */
const lostAnswer = ({ id }: ActionRecord): object =>
  new Proxy(
    {},
    {
      get(_, field) {
        throw new NotPossible(
          `the way back of ${id} needs what AWS answered (${String(field)}), and that was lost: take it back by hand`,
        );
      },
    },
  );

/** The actions that an id names: one action, or all of a run that changed something, last first. */
export async function undoable(store: Store, id: string): Promise<readonly ActionRecord[]> {
  const run = runOf(id);
  const all = await actionsOf(store, "unit", unitOf(id), run);
  if (!all.length)
    throw new NotPossible(
      `there is no run or action ${id} that changed anything; \`npx nightshift history\` lists them`,
    );
  const named = id === run ? changedBy(all, run) : [actionIn(all, id)];
  return named.toSorted((a, b) => b.at.getTime() - a.at.getTime());
}

function changedBy(all: readonly ActionRecord[], run: string): readonly ActionRecord[] {
  const changed = all.filter(({ outcome }) => outcome === "applied" || outcome === "begun");
  if (changed.length) return changed;
  throw new NotPossible(`${run} changed nothing, so there is nothing to take back`);
}

function actionIn(all: readonly ActionRecord[], id: string): ActionRecord {
  const action = all.find((record) => record.id === id);
  if (action) return action;
  throw new NotPossible(`${runOf(id)} has no action ${id}; \`npx nightshift history\` lists them`);
}

/** As it is said of a state: `undefined` is a target that is not there. */
const stateText = (state: unknown): string => (state === undefined ? "gone" : serialise(state));

/** What changed since, field by field, in words. */
export function difference(expected: unknown, found: unknown): string {
  if (!isFields(expected) || !isFields(found))
    return `it was ${stateText(expected)} and is ${stateText(found)}`;
  const fieldText = (value: unknown): string => serialise(value ?? null);
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((name) => !same(expected[name], found[name]))
    .map((name) => `${name} was ${fieldText(expected[name])} and is ${fieldText(found[name])}`)
    .join("; ");
}
