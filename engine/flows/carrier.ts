/** What a flow's own code is given: each answer found again by its place, and never two at once. */

import type { CallData } from "../../ledger/actions.ts";
import { keptFlow, writtenAt } from "../../ledger/flows.ts";
import { holdsAt } from "../../ledger/holds.ts";
import { prolonged } from "../../ledger/intents.ts";
import { post } from "../../messages/outbox.ts";
import { same } from "../../sdk/codec.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Carrier, FlowAsk, Pace } from "../../sdk/flow.ts";
import type { Message } from "../../sdk/message.ts";
import { after, inWords } from "../../sdk/time.ts";
import type { Reads, Writes } from "../../sdk/unit.ts";
import { idsOf } from "../../settings/former-ids.ts";
import { reachOf } from "../run/elsewhere.ts";
import { reader } from "../run/reader.ts";
import { remembering } from "../run/remembered.ts";
import { leaseFrom } from "../run/time-left.ts";
import {
  type Answer,
  type Carriage,
  type FlowStop,
  failedStop,
  flowMargin,
  heldStop,
  keep,
  rememberable,
  superseded,
  tooLong,
} from "./carriage.ts";
import { backOnce } from "./take-back-written.ts";
import { objectionsNow, stopThrown, writeOnce } from "./write-once.ts";

/** Thrown into the flow's code, and again by whatever it asks after that. */
export class FlowStopped extends Error {
  override readonly name = "FlowStopped";
  readonly stop: FlowStop;
  constructor(stop: FlowStop) {
    super("the flow goes no further");
    this.stop = stop;
  }
}

/** A durable execution takes 3,000 operations. */
const mostTurns = 500;

export interface CarrierInUse {
  readonly carrier: Carrier<Reads, Writes>;
  /** Why it stopped, whatever its own code made of that. */
  stopped(): FlowStop | undefined;
}

export function carrierOf(carriage: Carriage): CarrierInUse {
  const { steps, underWay } = carriage;
  let turns = 0;
  const wrote: CallData[] = [];
  let busy = false;
  let ending: FlowStop | undefined;

  const stopAt = (stop: FlowStop): FlowStopped => {
    ending ??= stop;
    return new FlowStopped(ending);
  };

  /** One thing that the flow asks; what stops it stops it for good. */
  async function turn<T>(ask: (at: number) => Promise<Answer<T>>): Promise<T> {
    if (ending) throw stopAt(ending);
    if (busy) throw stopAt(failedStop(twoAtOnce).stop);
    if (turns >= mostTurns) throw stopAt(failedStop(tooManyTurns).stop);
    busy = true;
    const answer = await ask(turns++).finally(() => {
      busy = false;
    });
    if ("stop" in answer) throw stopAt(answer.stop);
    return answer.answer;
  }

  const carrier: Carrier<Reads, Writes> = {
    began: underWay.begun.since,
    carries: { action: underWay.begun.action, run: underWay.begun.run },

    write: ({ operation, input }, objection) =>
      turn((at) => {
        const call = { operation, input };
        const position = wrote.push(call) - 1;
        const asked = { call, position, ...(objection && { objection }) };
        const act = () => writeOnce(carriage, asked);
        return steps.once(`${at} write ${operation}`, act) as Promise<Answer<never>>;
      }),

    takeBack: ({ operation, input }) =>
      turn(async (at) => {
        const position = wrote.findIndex((call) => same(call, { operation, input }));
        if (position < 0) return { answer: null };
        const back = () => backOnce(carriage, position);
        return { answer: await steps.once(`${at} back ${position}`, back) };
      }),

    cameBeyond: (writes) =>
      turn((at) =>
        steps.once(`${at} beyond ${writes}`, async () => ({
          answer: (await writtenAt(carriage.host.store, underWay.begun, writes)) !== undefined,
        })),
      ),

    look: (name, ask) =>
      turn((at) => steps.once(`${at} look ${name}`, () => lookNow(carriage, { name, ask }))),

    until: (name, ask, pace) =>
      turn(async (at) => {
        checkPace(carriage, name, pace);
        const locked = await steps.once(`${at} lock`, () => lockFor(carriage, pace));
        if ("stop" in locked) return locked;
        const asked = () => askNow(carriage, { name, ask, pace });
        const answer = await steps.until(`${at} until ${name}`, asked, pace);
        if (answer !== undefined) return answer;
        throw new NotPossible(`"${name}": not so after ${inWords(pace.atMost)}`);
      }),

    tell: (message) => turn((at) => steps.once(`${at} tell`, () => tellNow(carriage, at, message))),
  };
  return { carrier, stopped: () => ending };
}

const twoAtOnce =
  "it asked for a second thing before the first was answered: await each, so that the answers are found again";
const tooManyTurns = `it asked for more than ${mostTurns} things: wait with \`until\`, not in a loop`;

function checkPace({ flow }: Carriage, name: string, { every, atMost }: Pace): void {
  if (!(every.seconds >= 1))
    throw new NotPossible(
      `"${name}" is to be asked every ${every.seconds} seconds: 1 is the least`,
    );
  if (!(atMost.seconds >= every.seconds && atMost.seconds <= flow.longest.seconds))
    throw new NotPossible(
      `"${name}" may take ${inWords(atMost)}: it must be at least its \`every\`, and at most the flow's \`longest\`, ${inWords(flow.longest)}`,
    );
}

interface Asked<T> {
  readonly name: string;
  readonly ask: FlowAsk<Reads, T>;
}

async function lookNow<T>(carriage: Carriage, { name, ask }: Asked<T>): Promise<Answer<T>> {
  const late = tooLong(carriage);
  if (late) return failedStop(late);
  return answered(name, () => askedOf(carriage, ask));
}

/** Nothing as long as there is no answer. */
async function askNow<T>(
  carriage: Carriage,
  { name, ask, pace }: Asked<T | undefined> & { readonly pace: Pace },
): Promise<Answer<T> | undefined> {
  const { host, steps } = carriage;
  const late = tooLong(carriage);
  if (late) return failedStop(late);
  if (!(await keep(carriage, after(host.clock.now(), steps.quietFor(pace.every)))))
    return superseded;
  const undone = await undoneMeanwhile(carriage);
  if (undone) return undone;
  const stop = pace.judged && (await objectionsNow(carriage));
  if (stop) return (await keptBySomebody(carriage, { name, ask }, stop)) ?? stop;
  const seen = await answered(name, () => askedOf(carriage, ask));
  if ("stop" in seen) return seen;
  return seen.answer === undefined ? undefined : { answer: seen.answer };
}

/**
 * Whoever keeps a target is heard, also where what they did leaves nothing to propose: else it would
 * begin again with the next sweep. What is gone nobody keeps.
 */
async function keptBySomebody<T>(
  carriage: Carriage,
  { name, ask }: Asked<T | undefined>,
  { stop }: { readonly stop: FlowStop },
): Promise<{ readonly stop: FlowStop } | undefined> {
  if (stop.kind !== "held" || stop.held.by !== "changed" || stop.gone) return undefined;
  const seen = await answered(name, () => askedOf(carriage, ask));
  return "stop" in seen && seen.stop.kind === "held" && seen.stop.held.by === "owner"
    ? seen
    : undefined;
}

const readerOf = ({ flow, host, place, unit }: Carriage) =>
  reader(flow.reads, host.clients, place.region, reachOf({ unit, host }));

const askedOf = <T>(carriage: Carriage, ask: FlowAsk<Reads, T>): Promise<T> =>
  ask(readerOf(carriage), carriage.host.clock.now(), remembering(carriage));

async function answered<T>(name: string, ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    const answer = await ask();
    return { answer: answer === undefined ? answer : rememberable(name, answer) };
  } catch (error) {
    const thrown = stopThrown(error);
    if (thrown) return thrown;
    throw error;
  }
}

/** The same again is one message: it has the same id. */
async function tellNow(
  { host, place, record, underWay }: Carriage,
  turn: number,
  { tags = {}, ...message }: Message,
): Promise<Answer<Date>> {
  const at = host.clock.now();
  const { routedTags = [] } = host.settings;
  const routed = Object.entries(tags).filter(([name]) => routedTags.includes(name));
  const { account, region, unit } = place;
  const lost = await host.store.transact([
    keptFlow({ ...underWay, state: "carried", lease: leaseFrom(at, host).until }),
    post(`unit#${unit}`, {
      ...message,
      facts: { because: record.because, ...message.facts },
      ...(routed.length && { tags: Object.fromEntries(routed) }),
      id: `${record.id}.told${turn}`,
      at,
      account,
      region,
      unit,
      kind: "report",
      flow: record.id,
    }),
  ]);
  return lost.length ? superseded : { answer: at };
}

/** Before each wait the target's lock is the flow's for longer than that. */
async function lockFor(carriage: Carriage, { atMost }: Pace): Promise<Answer<null>> {
  const { host, record } = carriage;
  const until = after(after(host.clock.now(), atMost), flowMargin);
  const lost = await host.store.transact([prolonged(record, until)]);
  return lost.length
    ? heldStop("lock", "the lock of its target is another's by now")
    : { answer: null };
}

/** An undo leaves a hold: a flow need not come to its next write to see that. */
async function undoneMeanwhile({ host, place, record }: Carriage) {
  for (const unit of idsOf(place.unit, host.settings)) {
    const holds = await holdsAt(host.store, { ...place, unit });
    const hold = holds.find(({ action }) => action === record.id);
    if (hold) return heldStop("hold", `${hold.by} has taken it back`);
  }
  return undefined;
}
