/**
 * Carries proposals out: intent and lock, the call, its outcome; one failure does not stop the
 * others.
 */
import pMap from "p-map";
import type { ActionRecord } from "../../ledger/actions.ts";
import { actionId } from "../../ledger/ids.ts";
import { beforeSending, intend } from "../../ledger/intents.ts";
import type { Place } from "../../ledger/keys.ts";
import { settle } from "../../ledger/outcomes.ts";
import type { Held } from "../../ledger/result.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { Write } from "../../sdk/call.ts";
import { digest } from "../../sdk/codec.ts";
import { inDoubt, inOneLine, isDenied, TryAgain } from "../../sdk/errors.ts";
import { after, seconds } from "../../sdk/time.ts";
import { exemption } from "../guards/exemption.ts";
import { askedOnce, type GuardContext } from "../guards/guard.ts";
import { heldBy, lastGuards } from "../guards/order.ts";
import { join, type Sending } from "./batch.ts";
import { attemptSeconds } from "./clients.ts";
import type { Host } from "./host.ts";
import { lookUntil } from "./look-until.ts";
import { look, type Work } from "./plan.ts";

/** What is looked at again, locked and sent together. */
const chunkSize = 20;
const concurrency = 4;
/**
 * What was looked at and asked longer ago is looked at and asked again before it is sent (rule:
 * kill-switch).
 */
const sureFor = seconds(30);
/**
 * Beyond the process's end, so that no other attempt begins while this one may still be heard of
 * (rule: leases).
 */
const leaseMargin = seconds(60);

/** A proposal that nothing holds, as of a moment ago, with its lock in hand. */
interface Sure extends Work {
  readonly mine: ActionRecord;
  readonly asked: Date;
}

export const leaseOf = (host: Host): Date => after(host.deadline, leaseMargin);

export interface Applied {
  readonly records: readonly ActionRecord[];
  /** What was not begun, by digest. */
  readonly held: ReadonlyMap<string, Held>;
}

export const record = (place: Place, run: string, work: Work, now: Date): ActionRecord => ({
  ...place,
  id: actionId(run, work.digest),
  run,
  at: now,
  target: work.target,
  within: work.within,
  because: work.because,
  digest: work.digest,
  call: work.call,
  undo: work.undo,
  once: work.once,
  savesPerMonth: work.savesPerMonth,
  before: work.before,
  outcome: "intended",
  verified: null,
  held: null,
  error: null,
});

/** @throws {TryAgain} when less time remains than an attempt may take */
export function timeLeft(host: Host): void {
  if (after(host.clock.now(), seconds(attemptSeconds)) > host.deadline)
    throw new TryAgain(
      "the time that is left does not suffice for another call; the next delivery goes on from here",
    );
}

/**
 * Sends a call. A write without an idempotency token is retried by the SDK for throttling only
 * (rule: retries-are-deliveries).
 */
export function send(
  write: Write,
  input: object,
  token: string,
  host: Host,
  region: string,
): Promise<unknown> {
  const field = typeof write.token === "object" ? write.token.field : undefined;
  const client = host.clients.get(
    write.client,
    region,
    "write",
    field === undefined ? "throttling" : "all",
  );
  return write.send(
    client,
    field === undefined ? input : { ...input, [field]: digest(token).slice(0, 36) },
  );
}

export async function apply(
  unit: AnyAutomation,
  work: readonly Work[],
  run: string,
  place: Place,
  host: Host,
  guards: GuardContext,
): Promise<Applied> {
  const held = new Map<string, Held>();
  const records: ActionRecord[] = [];

  for (let from = 0; from < work.length; from += chunkSize) {
    timeLeft(host);
    const now = host.clock.now();
    const intents = work.slice(from, from + chunkSize).map((one) => record(place, run, one, now));
    const { begun, lost } = await intend(
      { store: host.store, writer: "unit", lease: { from: now, until: leaseOf(host) } },
      intents,
    );
    for (const { id, digest: same } of intents) {
      const why = lost.get(id);
      if (why) held.set(same, why);
    }
    const sure = await stillSo(begun);
    await beforeSending(
      host.store,
      sure.map(({ mine }) => mine),
    );
    await allOf(join(sure), carryOut);
  }
  return { records, held };

  /**
   * Looked at with the lock in hand: whoever else acts on these targets has done so before, or does
   * not at all.
   * @param sent a call may have had its effect already: what is no longer proposed is done
   */
  async function stillSo(begun: readonly ActionRecord[], sent = false): Promise<Sure[]> {
    if (!begun.length) return [];
    const targets = begun.map(({ target }) => target);
    const fresh = await look(unit, host, place.region, targets);
    // Once a batch (rule: kill-switch).
    const context = askedOnce({ ...guards, now: fresh.at });
    const asked = async (mine: ActionRecord) => {
      const now = fresh.work.find(({ digest: same }) => same === mine.digest);
      const differently = fresh.work.some(({ target }) => target === mine.target);
      const why = now ? await heldBy(now, context, lastGuards) : changedMeanwhile(differently);
      if (now && !why) return [{ ...now, mine: { ...mine, before: now.before } }];
      const done = sent && !now && !differently;
      await conclude(
        done
          ? { ...mine, outcome: "applied", verified: true }
          : { ...mine, outcome: "held", held: why },
      );
      return [];
    };
    const sure = (await pMap(begun, asked, { concurrency })).flat();
    return sure.map((one) => ({ ...one, asked: host.clock.now() }));
  }

  async function carryOut({ write, input, of }: Sending<Sure>): Promise<void> {
    timeLeft(host);
    const mine = of.map((one) => one.mine);
    // It had to wait for others that were in doubt.
    if (of.some(({ asked }) => after(asked, sureFor) < host.clock.now()))
      return allOf(join(await stillSo(mine)), carryOut);
    let output: unknown;
    try {
      output = await send(write, input, mine.map(({ id }) => id).join(), host, place.region);
    } catch (error) {
      const [only] = of;
      if (of.length === 1 && only) return conclude(await failed(only, error));
      // Together they failed: what had its effect all the same is done, the rest is asked about
      // again and tried one by one.
      const sent = inDoubt(error);
      if (sent) await stillProposed(of.map(({ target }) => target));
      return allOf(await stillSo(mine, sent), (one) =>
        carryOut({ write: one.write, input: one.call.input, of: [one] }),
      );
    }
    // Only what the way back needs is kept of an answer: the rest may be large, or none of our
    // business.
    const kept =
      write.back === "inverse" && of.length === 1 ? { output: withoutMetadata(output) } : {};
    for (const one of mine) await conclude({ ...one, outcome: "applied", ...kept });
  }

  async function failed({ mine, write }: Sure, error: unknown): Promise<ActionRecord> {
    const text = inOneLine(error);
    if (isDenied(error)) {
      // The exempt tag is denied by IAM too: a tag that came between our look and the call
      // (rule: denied-is-held).
      const [fresh] = (await look(unit, host, place.region, [mine.target])).work.filter(
        ({ digest: same }) => same === mine.digest,
      );
      const why = fresh && (await heldBy(fresh, guards, [exemption]));
      if (why) return { ...mine, outcome: "held", held: why };
    }
    const already = error instanceof Error && write.already.includes(error.name);
    // In doubt, or said to be so already: what is there now tells (rule: already-is-read).
    if ((already || inDoubt(error)) && !(await stillProposed([mine.target])).size)
      return { ...mine, outcome: already ? "already" : "applied", verified: true };
    return {
      ...mine,
      outcome: "failed",
      error: inDoubt(error)
        ? `${text} (whether it had its effect is not known: it still looks undone)`
        : text,
    };
  }

  /**
   * The targets that still have something proposed. Reads lag: what does not show yet is looked for
   * again (rule: retries-are-deliveries).
   */
  async function stillProposed(targets: readonly string[]): Promise<ReadonlySet<string>> {
    let left = new Set(targets);
    await lookUntil(host, async () => {
      const { work: now } = await look(unit, host, place.region, [...left]);
      const proposed = new Set(now.map(({ target }) => target));
      left = left.intersection(proposed);
      return left.size === 0;
    });
    return left;
  }

  async function conclude(mine: ActionRecord): Promise<void> {
    await settle(host.store, "unit", mine);
    if (mine.outcome === "held" && mine.held) held.set(mine.digest, mine.held);
    else records.push(mine);
  }
}

/**
 * One failure does not stop the others; that the time has run out is no failure, unless something
 * else failed too.
 */
async function allOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  await pMap(items, (item) => act(item).catch((error: unknown) => void errors.push(error)), {
    concurrency,
  });
  const [first] = errors;
  if (first !== undefined) throw errors.find((error) => !(error instanceof TryAgain)) ?? first;
}

/**
 * What is no longer proposed as it was, is not carried out: each proposal exactly as shown or not
 * at all.
 */
export const changedMeanwhile = (differently: boolean): Held => ({
  by: "changed",
  why: differently
    ? "it has changed since it was proposed: look at a new plan"
    : "it is no longer so, or gone: nothing needs to be done",
});

export function withoutMetadata(output: unknown): unknown {
  if (typeof output !== "object" || output === null) return output;
  const { $metadata: _, ...rest } = output as Record<string, unknown>;
  return rest;
}
