/** What a record of the ledger can hold: said of a change before anything of it is done. */

import { serialise } from "../../sdk/codec.ts";
import { CannotJudge } from "../../sdk/errors.ts";

/**
 * DynamoDB takes 400 KB an item. A change's record has its call, its way back and the state before;
 * the state after comes to it, which may be as large, and up to 100 KB of what a flow gave.
 */
const mostRecorded = 120_000;

/** What a record keeps of a change, whatever its size. */
export interface RecordedParts {
  readonly operation: string;
  readonly input: object;
  readonly before: unknown;
  readonly undo: unknown;
}

const sizeOf = (value: unknown): number =>
  value === undefined ? 0 : Buffer.byteLength(serialise(value));

const inKilobytes = (bytes: number): string => `${Math.ceil(bytes / 1000)} KB`;

/**
 * @throws {CannotJudge} where the record would not fit: names the target, the largest field and its
 * size. It is held and told, and the others go on.
 */
export function assertRecordable(target: string, recorded: RecordedParts): void {
  const { operation, input, before, undo } = recorded;
  const all = sizeOf(input) + sizeOf(before) + sizeOf(undo);
  if (all <= mostRecorded) return;
  const fields = [
    ...fieldsOf("call", input),
    ...fieldsOf("state", before),
    ["undo", sizeOf(undo)] as const,
  ];
  const [[field, size] = ["call", all]] = fields.toSorted(([, a], [, b]) => b - a);
  throw new CannotJudge(
    `what ${operation} of ${target} is recorded with is ${inKilobytes(all)}, ${inKilobytes(size)} of it in \`${field}\`, and the ledger keeps at most ${inKilobytes(mostRecorded)} of one change: nothing is done. Let the unit propose less at once, or a name in place of the whole`,
  );
}

function fieldsOf(of: string, value: unknown): (readonly [field: string, size: number])[] {
  if (typeof value !== "object" || value === null) return [[of, sizeOf(value)]];
  return Object.entries(value).map(([name, each]) => [`${of}.${name}`, sizeOf(each)] as const);
}
