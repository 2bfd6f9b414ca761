/** What an undo would do, and whether it may: before anything is done, and before it is shown. */

import type { ActionRecord } from "../../ledger/actions.ts";
import { keys } from "../../ledger/keys.ts";
import { digest } from "../../sdk/codec.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Workplace } from "./attempt.ts";
import { contradictionIn, strayIn } from "./believed.ts";
import { type CallComparison, compareWithHistory } from "./call-history.ts";
import { type CallBack, wayOfUndo } from "./way-back.ts";

/** How far an earlier undo of the same action has come. */
export type UndoneBefore = "intended" | "undone" | "redone" | undefined;

/** One action, as an undo is about to take it back. */
export interface PreparedUndo {
  readonly record: ActionRecord;
  /** Empty where it is refused. */
  readonly calls: readonly CallBack[];
  readonly before: UndoneBefore;
  readonly standing: CallComparison;
}

type Preparing = Pick<Workplace, "unit" | "host">;

/** Judges each record by itself, then all that are left by CloudTrail. */
export async function prepareUndo(
  records: readonly ActionRecord[],
  preparing: Preparing,
): Promise<readonly PreparedUndo[]> {
  const ways = records.map((record) => wayOf(record, preparing));
  const markers = await undoneBefore(
    records.map((record) => ({ record })),
    preparing,
  );
  const open = records.filter((record, at) => {
    const ended = markers[at] === "undone" || markers[at] === "redone";
    return !ended && !ways[at]?.refused && record.outcome === "applied";
  });
  const compared = await compareWithHistory(open, preparing);
  return records.map((record, at) => {
    const { calls = [], refused, recorded = false } = ways[at] ?? {};
    const before = markers[at];
    const standing = standingOf({ refused, recorded, compared: compared.get(record.id) });
    return { record, calls, before, standing };
  });
}

interface Way {
  readonly calls?: readonly CallBack[];
  readonly refused?: string;
  /** The way back is the record's word alone. */
  readonly recorded?: boolean;
}

function wayOf(record: ActionRecord, preparing: Preparing): Way {
  const { unit } = preparing;
  // It has no outcome yet that could be compared: it stops, and takes back what it wrote itself.
  if (record.outcome === "begun") return {};
  if (record.outcome !== "applied")
    return { refused: `${record.id} is ${record.outcome}: there is nothing to take back` };
  try {
    const way = wayOfUndo(unit, record, preparing.host.clock.now());
    const wrong = contradictionIn(record, preparing) ?? strayIn(record, way);
    if (wrong) return { refused: refusal(record, wrong) };
    return { calls: way.calls, recorded: !way.computed };
  } catch (error) {
    if (error instanceof NotPossible) return { refused: error.message };
    return { refused: refusal(record, `its way back cannot be computed: ${String(error)}`) };
  }
}

const refusal = ({ id }: ActionRecord, why: string): string =>
  `${id} is not what a run has written: ${why}. It is refused, and nothing is changed; decide by hand`;

function standingOf({
  refused,
  recorded,
  compared,
}: {
  readonly refused: string | undefined;
  readonly recorded: boolean;
  readonly compared: CallComparison | undefined;
}): CallComparison {
  if (refused !== undefined) return { is: "refused", why: refused };
  // It has its undo already, and that is what will be said.
  if (!compared) return { is: "confirmed", why: "" };
  if (compared.is === "confirmed" && recorded)
    return {
      is: "unknown",
      why: `${compared.why}; the way back is what the ledger says, as the unit has no \`restore\``,
    };
  return compared;
}

/** @returns for each action, in their order, how far an undo of it has come */
export async function undoneBefore(
  actions: readonly { readonly record: Pick<ActionRecord, "unit" | "id"> }[],
  { host }: Pick<Preparing, "host">,
): Promise<readonly UndoneBefore[]> {
  const markers = actions.map(({ record: { unit, id } }) => keys.undone(unit, id));
  const reads = await host.store.getAll(markers);
  return reads.map((read) => {
    if ("error" in read) throw read.error;
    return read.item?.state as UndoneBefore;
  });
}

/** Of all that an undo shows: a person who confirms it confirms this and nothing else. */
export const shownDigest = (prepared: readonly PreparedUndo[]): string =>
  digest(
    prepared.map(({ record, calls }) => [
      record.id,
      record.target,
      record.within,
      calls.map(({ call }) => call),
      record.before,
      record.after,
    ]),
  );
