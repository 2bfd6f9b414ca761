/** What the targets of several undos are like now: looked at together. */
import type { FieldChange } from "../../ledger/result.ts";
import { same } from "../../sdk/codec.ts";
import type { Workplace } from "./attempt.ts";
import { type Looked, look } from "./find.ts";
import { lookUntil } from "./look-until.ts";
import { stateChangesOf } from "./shown-change.ts";
import type { TakingBack } from "./taking-back.ts";

type States = Looked["states"];

/** Of each, what was seen, or why it cannot be. */
export type SeenStates = ReadonlyMap<TakingBack, States | Error>;

const placesOf = ({ record: { target, within }, made }: TakingBack): readonly string[] => [
  target,
  ...(within === null ? [] : [within]),
  ...made,
];

/** One that cannot be looked at is in nobody else's way. */
export async function seenStates(
  workplace: Workplace,
  takings: readonly TakingBack[],
): Promise<SeenStates> {
  if (!takings.length) return new Map();
  try {
    const { states } = await look(workplace, [...new Set(takings.flatMap(placesOf))]);
    return new Map(takings.map((taking) => [taking, states]));
  } catch (error) {
    const [only, ...others] = takings;
    if (only && !others.length) return new Map([[only, asError(error)]]);
    const each = await Promise.all(takings.map((taking) => seenStates(workplace, [taking])));
    return new Map(each.flatMap((seen) => [...seen]));
  }
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

/**
 * What comes back may have a new id: it is restored when what was made, or something in the same
 * container, is as the target was.
 */
export function isRestored(
  { record, made }: Pick<TakingBack, "record" | "made">,
  states: States | Error | undefined,
): boolean {
  if (!states || states instanceof Error) return false;
  const { target, within, before } = record;
  return states.entries().some(([id, found]) => {
    const isIt = id === target || made.includes(id) || (within !== null && found.within === within);
    return isIt && same(found.state, before);
  });
}

/** What is there of what was taken back: itself, or what it has become. */
function cameBack(
  { record: { target }, made }: Pick<TakingBack, "record" | "made">,
  states: States,
): readonly [id: string, state: unknown] | undefined {
  const id = [target, ...made].find((each) => states.has(each));
  return id === undefined ? undefined : [id, states.get(id)?.state];
}

/** In what it came back otherwise than the record says that it was. Nothing where it is not there yet. */
export function differencesOf(
  taking: Pick<TakingBack, "record" | "made">,
  states: States | Error | undefined,
): readonly FieldChange[] {
  if (!states || states instanceof Error) return [];
  const [id, state] = cameBack(taking, states) ?? [];
  if (id === undefined) return [];
  const { target, before } = taking.record;
  const renamed = id === target ? [] : [{ field: "id", before: target, after: id }];
  return [...renamed, ...(same(state, before) ? [] : stateChangesOf(before, state))];
}

/**
 * Looks again at those that are not restored, as long as there is time (rule: reads-lag).
 * @param seen absent: nothing was looked at yet
 */
export async function seenUntilRestored(
  workplace: Workplace,
  takings: readonly TakingBack[],
  seen: SeenStates = new Map(),
): Promise<SeenStates> {
  const all = new Map(seen);
  const open = () => takings.filter((taking) => !isRestored(taking, all.get(taking)));
  if (seen.size && !open().length) return all;
  await lookUntil(workplace.host, async () => {
    for (const [taking, states] of await seenStates(workplace, open())) all.set(taking, states);
    return !open().length;
  });
  return all;
}
