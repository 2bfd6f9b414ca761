/**
 * A flow that ends half way takes back what it wrote, in reverse, and names what is left. What was
 * made before a change that stands, or may stand, is left too: of a volume that may be gone the
 * snapshot is all that there is.
 */
import { type Written, writtenAt, writtenBy, writtenStep } from "../../ledger/flows.ts";
import type { Write } from "../../sdk/call.ts";
import { serialise } from "../../sdk/codec.ts";
import { inDoubt, inOneLine } from "../../sdk/errors.ts";
import { cut } from "../../sdk/plain.ts";
import { stopped } from "../guards/kill-switch.ts";
import { look } from "../run/find.ts";
import { send } from "../run/send.ts";
import { timeLeft } from "../run/time-left.ts";
import type { Carriage } from "./carriage.ts";
import { isHarmlessTwice, writeToken } from "./write-once.ts";

/** What became of what it wrote, in words. */
export interface WrittenBack {
  readonly back: readonly string[];
  readonly left: readonly string[];
}

const longestNamed = 300;

const declared = ({ flow }: Carriage, { call }: Written): Write | undefined =>
  flow.writes.find(({ operation }) => operation === call.operation);

/** `ec2:CreateSnapshot snap-1`: by the id of what was made, where there is one. */
function named(carriage: Carriage, entry: Written): string {
  const { call, output } = entry;
  const made = output === undefined ? undefined : declared(carriage, entry)?.made?.(output);
  const about = made ?? serialise(output ?? call.input);
  return cut(`${call.operation} ${about}`, longestNamed);
}

export async function takeBackWritten(carriage: Carriage): Promise<WrittenBack> {
  const { steps, host, underWay } = carriage;
  const wrote = await steps.once("written", async () =>
    (await writtenBy(host.store, underWay.begun)).map((entry) => ({
      state: entry.state,
      name: named(carriage, entry),
      passing: declared(carriage, entry)?.passing === true,
    })),
  );
  const counts = ({ state, passing }: (typeof wrote)[number]) => state !== "refused" && !passing;
  const names = wrote.filter(counts).map(({ name }) => name);
  const gone = () => steps.once("gone", () => isGone(carriage)).catch(() => true);
  if (names.length && (await gone()))
    return { back: [], left: [...names, "its target is gone, and they may be all that is left"] };
  const back: string[] = [];
  const left: string[] = [];
  for (const [position, entry] of [...wrote.entries()].reverse()) {
    if (!counts(entry)) continue;
    const { state, name } = entry;
    if (state === "back") back.push(name);
    else if (state === "intended") left.push(`${name} (whether it had its effect is not known)`);
    else if (left.length) left.push(name);
    else {
      const why = await steps
        .once(`back ${position}`, () => backOnce(carriage, position))
        .catch((error: unknown) => inOneLine(error));
      if (why === null) back.push(name);
      else left.push(`${name} (${why})`);
    }
  }
  return { back, left: left.reverse() };
}

/** Whether its target is there no more, or cannot be looked at. */
async function isGone(carriage: Carriage): Promise<boolean> {
  const { target } = carriage.record;
  return !(await look(carriage, [target])).states.has(target);
}

/**
 * Asks the kill switch alone, like any undo.
 * @returns why it was not taken back, or nothing
 */
export async function backOnce(carriage: Carriage, position: number): Promise<string | null> {
  const { host, underWay, record, unit } = carriage;
  const entry = await writtenAt(host.store, underWay.begun, position);
  if (!entry || entry.state === "back") return null;
  const write = declared(carriage, entry);
  if (!write) return "this version of the flow does not declare it";
  const calls = write.invert(entry.call.input, entry.output);
  if (!calls.length) return write.irreversible ?? "it has no way back of its own";
  timeLeft(host);
  const stop = await switchNow(carriage);
  if (stop) return stop;
  const at = host.clock.now();
  const token = `${writeToken(record.id, position)}#back`;
  for (const call of calls) {
    const by = write.undoneBy.find(({ operation }) => operation === call.operation);
    if (!by) return `${unit.id} does not declare ${call.operation}`;
    try {
      await send(carriage, { write: by, input: call.input, token });
    } catch (error) {
      const already = error instanceof Error && by.already.includes(error.name);
      if (inDoubt(error) && isHarmlessTwice(by)) throw error;
      if (!already) return inOneLine(error);
    }
  }
  const takenBack = { at, calls: calls.map(({ operation, input }) => ({ operation, input })) };
  const back: Written = { ...entry, state: "back", takenBack };
  await host.store.transact([writtenStep(underWay.begun, position, back)]);
  return null;
}

async function switchNow({ host, unit }: Carriage): Promise<string | undefined> {
  try {
    return stopped(await host.killSwitch(), unit.id);
  } catch (error) {
    return `the kill switch could not be read, so nothing is changed: ${inOneLine(error)}`;
  }
}
