/**
 * One write of a flow: guards, intent, call and outcome in one step, so that what was asked is never
 * older than the call.
 */
import type { CallData } from "../../ledger/actions.ts";
import { keptFlow, type Written, writtenAt, writtenBy, writtenStep } from "../../ledger/flows.ts";
import type { Step } from "../../ledger/store.ts";
import { type Refusal, refusalIn, type Write } from "../../sdk/call.ts";
import { digest, same } from "../../sdk/codec.ts";
import { Crowded, inDoubt, inOneLine, isDenied, NotPossible } from "../../sdk/errors.ts";
import { type FlowObjection, NoLonger, OwnerKeeps } from "../../sdk/flow.ts";
import type { Reads } from "../../sdk/unit.ts";
import { mayChange } from "../../settings/mode.ts";
import { exemption } from "../guards/exemption.ts";
import { freeze } from "../guards/freeze.ts";
import type { Candidate, GuardContext } from "../guards/guard.ts";
import { killSwitch } from "../guards/kill-switch.ts";
import { heldBy, lastGuards } from "../guards/order.ts";
import { reachOf } from "../run/elsewhere.ts";
import { look, type SeenState } from "../run/find.ts";
import { guardContext } from "../run/guard.ts";
import { lookUntil } from "../run/look-until.ts";
import type { PlannedChange } from "../run/planned-change.ts";
import { reader } from "../run/reader.ts";
import { remembering } from "../run/remembered.ts";
import { send, tokenText, withoutMetadata } from "../run/send.ts";
import { leaseFrom, timeLeft } from "../run/time-left.ts";
import {
  type Answer,
  type Carriage,
  type FlowStop,
  failedStop,
  heldStop,
  superseded,
  tooLong,
} from "./carriage.ts";

import { isOwnDoing, isOwnState } from "./own-doing.ts";

/** A write that a flow asks for. */
export interface FlowWrite {
  /** Which of its writes it is, from 0. */
  readonly position: number;
  readonly call: CallData;
  readonly objection?: FlowObjection<Reads>;
}

/** A write in hand, with its declaration. */
interface Writing {
  readonly carriage: Carriage;
  readonly asked: FlowWrite;
  readonly write: Write;
  /** The same for each attempt at the same effect. */
  readonly token: string;
  /** When it was about to be sent. */
  readonly at: Date;
}

/** Whether it may be sent again when it is not known what became of it. */
export const isHarmlessTwice = ({ token, already, repeatable }: Write): boolean =>
  token !== undefined || already.length > 0 || repeatable === true;

/** The same for each attempt at the same write of the same flow. */
export const writeToken = (action: string, position: number): string => `${action}#${position}`;

/** @throws what may pass by itself: it is done again, and looks first at what this one has done */
export async function writeOnce(carriage: Carriage, asked: FlowWrite): Promise<Answer<unknown>> {
  const { host, underWay, record, flow } = carriage;
  const { call, position } = asked;
  const write = flow.writes.find(({ operation }) => operation === call.operation);
  if (!write)
    throw new NotPossible(`${flow.operation} writes ${call.operation}, which it does not declare`);
  timeLeft(host);
  const earlier = await writtenAt(host.store, underWay.begun, position);
  if (earlier && !same(earlier.call, call))
    return failedStop(
      `its write ${position + 1} was ${earlier.call.operation} and would be ${call.operation} with another input now: another version of it, or another look, so it does not go on`,
    );
  if (earlier?.state === "done") return { answer: earlier.output };
  // What followed went by that answer.
  if (earlier?.state === "refused" && refusalIn(earlier.output) !== undefined)
    return { answer: earlier.output };
  if (earlier?.state === "back")
    return failedStop(`its write ${position + 1} (${call.operation}) has been taken back`);
  const at = earlier?.at ?? host.clock.now();
  const writing = { carriage, asked, write, token: writeToken(record.id, position), at };
  if (earlier?.state === "intended") return sendAgain(writing);
  return (await objections(writing)) ?? sendNow(writing);
}

/** It may have had its effect: it is looked for, and never sent blindly. */
async function sendAgain(writing: Writing): Promise<Answer<unknown>> {
  const { write, asked } = writing;
  const made = await foundByTag(writing);
  if (made !== undefined) return done(writing, made);
  if (!isHarmlessTwice(write))
    return failedStop(
      `whether ${asked.call.operation} had its effect is not known, and a second one could do it twice: look by hand`,
    );
  return (await objections(writing, true)) ?? sendNow(writing);
}

async function sendNow(given: Writing): Promise<Answer<unknown>> {
  const { carriage, asked, write, token } = given;
  const { host, underWay } = carriage;
  const writing = { ...given, at: host.clock.now() };
  const { until } = leaseFrom(host.clock.now(), host);
  const lost = await host.store.transact([
    recorded(writing, "intended"),
    keptFlow({ ...underWay, state: "carried", lease: until }),
  ]);
  if (lost.length) return superseded;
  timeLeft(host);
  let output: unknown;
  try {
    output = await send(carriage, { write, input: asked.call.input, token });
  } catch (error) {
    return failureOf(writing, error);
  }
  // What goes wrong from here on is the ledger's, and says nothing of the call: it had its effect.
  return done(writing, withoutMetadata(output));
}

const recorded = (
  { carriage, asked, at }: Writing,
  state: Written["state"],
  output?: unknown,
): Step =>
  writtenStep(carriage.underWay.begun, asked.position, {
    at,
    call: asked.call,
    state,
    ...(output !== undefined && { output }),
  });

async function done(writing: Writing, output: unknown): Promise<Answer<unknown>> {
  await writing.carriage.host.store.transact([recorded(writing, "done", output)]);
  return { answer: output };
}

/** @throws what is in doubt, and can be found again or sent again without harm */
async function failureOf(writing: Writing, error: unknown): Promise<Answer<unknown>> {
  const { carriage, asked, write } = writing;
  if (error instanceof Error && write.already.includes(error.name)) return done(writing, {});
  if (inDoubt(error)) {
    const made = await foundByTag(writing);
    if (made !== undefined) return done(writing, made);
    if (isHarmlessTwice(write)) throw error;
    return failedStop(
      `${inOneLine(error)} (whether ${asked.call.operation} had its effect is not known)`,
    );
  }
  // AWS refused it: it had no effect.
  await carriage.host.store.transact([recorded(writing, "refused")]);
  if (error instanceof Error && write.crowded?.includes(error.name))
    throw new Crowded(`${asked.call.operation}: ${inOneLine(error)}`);
  const exempt = isDenied(error) ? await exemptSince(carriage) : null;
  if (exempt) return exempt;
  const refused = `${asked.call.operation}: ${inOneLine(error)}`;
  if (!write.refusable) return failedStop(refused);
  const answer: Refusal = { refused };
  await carriage.host.store.transact([recorded(writing, "refused", answer)]);
  return { answer };
}

/** Reads lag: what does not show is looked for again, for two minutes (rule: retries-are-deliveries). */
async function foundByTag({ carriage, asked, write, token }: Writing): Promise<unknown> {
  const { token: known } = write;
  if (!known || "field" in known) return undefined;
  const { host, place } = carriage;
  const read = reader([known.find], host.clients, place.region, reachOf(carriage));
  const text = tokenText(token);
  let made: unknown;
  await lookUntil(host, async () => {
    const answer: unknown = read(known.find(known.asking(text, asked.call.input)));
    made = known.answer(await itemsIn(answer), text);
    return made !== undefined;
  });
  return made;
}

async function itemsIn(answer: unknown): Promise<readonly never[]> {
  if (typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer)
    return Array.fromAsync(answer as AsyncIterable<never>);
  const single = await (answer as Promise<never>);
  return single === undefined ? [] : [single];
}

type Stopped = { readonly stop: FlowStop } | undefined;

/**
 * Whether anything speaks against it now: read afresh, all of it.
 * @param sentBefore it may have had its effect: that the target is gone, or no longer wrong, is what that looks like
 */
async function objections(
  { carriage, asked }: Pick<Writing, "carriage" | "asked">,
  sentBefore = false,
): Promise<Stopped> {
  const { stopped, mayBeDone } = await judgedNow(carriage, sentBefore);
  if (stopped) return stopped;
  const { flow, host, record } = carriage;
  const read = reader(flow.reads, host.clients, record.region, reachOf(carriage));
  try {
    const [now, remembered] = [host.clock.now(), remembering(carriage)];
    const why = await asked.objection?.(read, now, remembered, mayBeDone);
    return why ? heldStop("changed", why) : undefined;
  } catch (error) {
    const thrown = stopThrown(error);
    if (thrown) return thrown;
    throw error;
  }
}

/** What a flow's own code throws to say that it is no longer right. */
export function stopThrown(error: unknown): { readonly stop: FlowStop } | undefined {
  if (error instanceof OwnerKeeps) return heldStop("owner", error.message);
  return error instanceof NoLonger ? heldStop("changed", error.message) : undefined;
}

/** Whether the guards and the unit itself let the flow go on. */
export const objectionsNow = async (carriage: Carriage): Promise<Stopped> =>
  (await judgedNow(carriage, false)).stopped;

interface Judged {
  readonly stopped: Stopped;
  /** What was sent before seems to have had its effect. */
  readonly mayBeDone: boolean;
}

async function judgedNow(carriage: Carriage, sentBefore: boolean): Promise<Judged> {
  const early = await stopsAnyway(carriage);
  if (early) return { stopped: early, mayBeDone: false };
  const now = await targetNow(carriage);
  if (!now.change && sentBefore)
    return { stopped: await stoppedAtLeast(carriage), mayBeDone: true };
  return { stopped: await stoppedBy(carriage, now), mayBeDone: false };
}

/** Whatever its target is like. */
async function stopsAnyway(carriage: Carriage): Promise<Stopped> {
  const { host } = carriage;
  const { mode } = host.settings;
  if (!(await carriage.isLive())) return { stop: { kind: "superseded", redeployed: true } };
  if (!mayChange(mode)) return heldStop(mode, `the mode is ${mode} now: it changes nothing more`);
  const late = tooLong(carriage);
  return late ? failedStop(late) : undefined;
}

async function stoppedBy(carriage: Carriage, { change, seen, own }: TargetNow): Promise<Stopped> {
  const { record } = carriage;
  const candidate = change ?? own;
  if (!candidate && !seen) {
    const held = { by: "changed", why: `${record.target} is gone` };
    return { stop: { kind: "held", held, gone: true } };
  }
  if (!candidate) return heldStop("changed", "it is no longer proposed as it was when this began");
  const held = await heldBy(candidate, contextOf(carriage), lastGuards);
  return held ? { stop: { kind: "held", held } } : undefined;
}

interface TargetNow {
  /**
   * As it was proposed when the flow began, but for what the flow itself changed; nothing where it is
   * not proposed so any more.
   */
  readonly change: PlannedChange | undefined;
  /** Whether the target is there. */
  readonly seen: boolean;
  /** Nothing is proposed any more, because of what the flow itself wrote: the target as guards see it. */
  readonly own?: Candidate;
}

async function targetNow(carriage: Carriage): Promise<TargetNow> {
  const { target, call } = carriage.record;
  const { changes, states } = await look(carriage, [target]);
  const seen = states.has(target);
  const asBegun = changes.find((each) => each.digest === carriage.record.digest);
  const others = changes.filter(
    (each) => each.target === target && each.call.operation === call.operation,
  );
  if (asBegun) return { change: asBegun, seen };
  const wrote = await ownWrites(carriage);
  const change = others.find((each) => isOwnDoing(call.input, each.call.input, wrote));
  const now = states.get(target);
  if (!now || changes.some((each) => each.target === target)) return { change, seen };
  const { before } = carriage.record;
  const isOwn = isOwnState(before, now.state, wrote);
  return { change, seen, ...(isOwn && { own: candidateOf(target, now) }) };
}

/** Those that may have had their effect. */
async function ownWrites({ host, underWay }: Carriage): Promise<CallData[]> {
  const wrote = await writtenBy(host.store, underWay.begun);
  return wrote.filter(({ state }) => state !== "refused").map((written) => written.call);
}

const candidateOf = (
  target: string,
  { state, within, managed, ...tags }: SeenState,
): Candidate => ({
  target,
  within,
  managed,
  state: digest(state),
  ...tags,
});

const contextOf = (carriage: Carriage): GuardContext => {
  const { host, underWay } = carriage;
  const note = (text: string): void => host.log.info("a guard notes", { text });
  return guardContext(
    { ...carriage, involved: carriage.record.involved ?? [] },
    { start: underWay.begun.start, now: host.clock.now(), note },
  );
};

/** Whether anything may be changed at all: of a target that cannot be looked at any more. */
async function stoppedAtLeast(carriage: Carriage): Promise<Stopped> {
  const { target, within } = carriage.record;
  const unseen: Candidate = {
    target,
    within,
    managed: null,
    state: "",
    tags: async () => undefined,
    withinTags: async () => undefined,
  };
  const held = await heldBy(unseen, contextOf(carriage), [killSwitch, freeze, exemption]);
  return held ? { stop: { kind: "held", held } } : undefined;
}

/** The exempt tag is denied by IAM too: a tag that came at the last moment (rule: denied-is-held). */
async function exemptSince(carriage: Carriage): Promise<{ readonly stop: FlowStop } | null> {
  const { change } = await targetNow(carriage);
  const held = change && (await heldBy(change, contextOf(carriage), [exemption]));
  return held ? { stop: { kind: "held", held } } : null;
}
