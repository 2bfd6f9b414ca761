/** What an id names that can be taken back, by which calls, and what has changed since. */

import { type ActionRecord, actionsOf, type CallData } from "../../ledger/actions.ts";
import { runOf, unitOf } from "../../ledger/ids.ts";
import type { Store } from "../../ledger/store.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { Write } from "../../sdk/call.ts";
import { same, serialise } from "../../sdk/codec.ts";
import { NotPossible } from "../../sdk/errors.ts";

/** Every write that may take back what the automation does: what its undo role is granted. */
export const undoWrites = (unit: AnyAutomation): readonly Write[] => [
  ...new Set([...(unit.undoes ?? []), ...unit.writes.flatMap(({ undoneBy }) => undoneBy)]),
];

/**
 * The calls that take an action back, computed from the recorded call and today's code.
 * @throws {NotPossible} when there is no way back, or one that the automation does not declare (rule: ledger-no-deputy)
 */
export function callsBack(
  unit: AnyAutomation,
  record: ActionRecord,
): readonly { readonly write: Write; readonly call: CallData }[] {
  const write = unit.writes.find(({ operation }) => operation === record.call.operation);
  if (!write)
    throw new NotPossible(
      `${unit.id} no longer declares ${record.call.operation}, which ${record.id} made: take it back by hand`,
    );
  if (write.irreversible !== undefined && !record.undo)
    throw new NotPossible(`${record.id} cannot be taken back: ${write.irreversible}`);
  const calls = record.undo ?? write.invert(record.call.input, record.output ?? unheard(record));
  if (!calls.length) throw new NotPossible(`${record.id} has no way back`);
  const allowed = undoWrites(unit);
  return calls.map(({ operation, input }) => {
    const by = allowed.find((one) => one.operation === operation);
    if (!by)
      throw new NotPossible(
        `the way back of ${record.id} is ${operation}, which ${unit.id} does not declare: it is refused`,
      );
    return { write: by, call: { operation, input } };
  });
}

/** In place of an answer that was lost: many ways back do not ask for it. */
const unheard = ({ id }: ActionRecord): object =>
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
  const [unit, run] = [unitOf(id), runOf(id)];
  const all = await actionsOf(store, "unit", unit, run);
  const named =
    id === run
      ? all.filter(({ outcome }) => outcome === "applied")
      : all.filter((one) => one.id === id);
  if (!all.length)
    throw new NotPossible(
      `there is no run or action ${id} that changed anything; \`npx nightshift history\` lists them`,
    );
  if (!named.length)
    throw new NotPossible(
      id === run
        ? `${id} changed nothing, so there is nothing to take back`
        : `${run} has no action ${id}; \`npx nightshift history\` lists them`,
    );
  return named.toSorted((a, b) => b.at.getTime() - a.at.getTime());
}

/** What changed since, field by field, in words. */
export function difference(expected: unknown, found: unknown): string {
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isRecord(expected) || !isRecord(found))
    return `it was ${expected === undefined ? "gone" : serialise(expected)} and is ${found === undefined ? "gone" : serialise(found)}`;
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((name) => !same(expected[name], found[name]))
    .map(
      (name) =>
        `${name} was ${serialise(expected[name] ?? null)} and is ${serialise(found[name] ?? null)}`,
    )
    .join("; ");
}
