/** Carries proposals out: intent and lock, the call, its outcome; one failure does not stop the others. */
import pMap from "p-map";
import type { AnyAutomation } from "../automation.ts";
import type { Write } from "../call.ts";
import { digest } from "../codec.ts";
import { inDoubt, inOneLine, isDenied, TryAgain } from "../errors.ts";
import { exemption } from "../guards/exemption.ts";
import type { GuardContext } from "../guards/guard.ts";
import { heldBy, lastGuards } from "../guards/order.ts";
import { type ActionRecord, intend, settle } from "../ledger/actions.ts";
import type { Place } from "../ledger/keys.ts";
import { after, seconds } from "../time.ts";
import { join, type Sending } from "./batch.ts";
import { attemptSeconds } from "./clients.ts";
import type { Host } from "./host.ts";
import { look, type Work } from "./plan.ts";
import type { Held } from "./result.ts";

/** What is looked at again, locked and sent together. */
const chunkSize = 20;
const concurrency = 4;
/** Beyond the process's end, so that no other attempt begins while this one may still be heard of (rules.md, 15). */
const leaseMargin = seconds(60);

export const leaseOf = (host: Host): Date => after(host.deadline, leaseMargin);

export interface Applied {
  readonly records: readonly ActionRecord[];
  /** What was not begun, by digest. */
  readonly held: ReadonlyMap<string, Held>;
}

/** The same for each attempt of the same run. */
export const actionId = (run: string, work: Pick<Work, "digest">): string => `${run}.${work.digest.slice(0, 10)}`;

export const record = (place: Place, run: string, work: Work, now: Date): ActionRecord => ({
  ...place,
  id: actionId(run, work),
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
    throw new TryAgain("the time that is left does not suffice for another call; the next delivery goes on from here");
}

/** Sends a call. A write without an idempotency token is retried by the SDK for throttling only (rules.md, 14). */
export function send(write: Write, input: object, token: string, host: Host, region: string): Promise<unknown> {
  const field = typeof write.token === "object" ? write.token.field : undefined;
  const client = host.clients.get(write.client, region, "write", field === undefined ? "throttling" : "all");
  return write.send(client, field === undefined ? input : { ...input, [field]: digest(token).slice(0, 36) });
}

export async function apply(unit: AnyAutomation, work: readonly Work[], run: string, place: Place, host: Host, guards: GuardContext): Promise<Applied> {
  const held = new Map<string, Held>();
  const records: ActionRecord[] = [];

  /** What is there now, of one target: whether the same is still proposed. */
  const stillProposed = async (target: string) => (await look(unit, host, place.region, [target])).work.some((one) => one.target === target);

  async function failed(one: Work, mine: ActionRecord, error: unknown): Promise<ActionRecord> {
    const text = inOneLine(error);
    if (isDenied(error)) {
      // The exempt tag is denied by IAM too: a tag that came between our look and the call (rules.md, 20).
      const [fresh] = (await look(unit, host, place.region, [one.target])).work.filter(({ digest: same }) => same === one.digest);
      const why = fresh && (await heldBy(fresh, guards, [exemption]));
      if (why) return { ...mine, outcome: "held", held: why };
    }
    const already = error instanceof Error && one.write.already.includes(error.name);
    // In doubt, or said to be so already: what is there now tells (rules.md, 17).
    if ((already || inDoubt(error)) && !(await stillProposed(one.target))) return { ...mine, outcome: already ? "already" : "applied", verified: true };
    return { ...mine, outcome: "failed", error: inDoubt(error) ? `${text} (whether it had its effect is not known: it still looks undone)` : text };
  }

  async function carryOut({ write, input, of }: Sending<Work & { readonly mine: ActionRecord }>): Promise<void> {
    timeLeft(host);
    try {
      const output = await send(write, input, of.map(({ mine }) => mine.id).join(), host, place.region);
      // Only what the way back needs is kept of an answer: the rest may be large, or none of our business.
      const kept = write.back === "inverse" && of.length === 1 ? { output: withoutMetadata(output) } : {};
      for (const { mine } of of) await conclude({ ...mine, outcome: "applied", ...kept });
    } catch (error) {
      if (error instanceof TryAgain) throw error;
      const [only] = of;
      if (of.length > 1 || !only) for (const one of of) await carryOut({ write, input: one.call.input, of: [one] });
      else await conclude(await failed(only, only.mine, error));
    }
  }

  async function conclude(mine: ActionRecord): Promise<void> {
    await settle(host.store, "unit", mine);
    if (mine.outcome === "held" && mine.held) held.set(mine.digest, mine.held);
    else records.push(mine);
  }

  for (let from = 0; from < work.length; from += chunkSize) {
    timeLeft(host);
    const chunk = work.slice(from, from + chunkSize);
    const fresh = await look(
      unit,
      host,
      place.region,
      chunk.map(({ target }) => target),
    );
    const ready: Work[] = [];
    // Once before every batch (rules.md, 24).
    const switchNow = guards.killSwitch();
    switchNow.catch(() => {});
    const asked: GuardContext = { ...guards, killSwitch: () => switchNow };
    await pMap(
      chunk,
      async (one) => {
        const now = fresh.work.find(({ digest: same }) => same === one.digest);
        const why = now ? await heldBy(now, asked, lastGuards) : changedMeanwhile(fresh.work.some(({ target }) => target === one.target));
        if (why) held.set(one.digest, why);
        else if (now) ready.push(now);
      },
      { concurrency },
    );
    const now = host.clock.now();
    const { begun, lost } = await intend(
      host.store,
      "unit",
      ready.map((one) => record(place, run, one, now)),
      leaseOf(host),
      now,
    );
    for (const one of ready) {
      const why = lost.get(actionId(run, one));
      if (why) held.set(one.digest, why);
    }
    const mine = new Map(begun.map((one) => [one.digest, one]));
    const sendings = join(ready.flatMap((one) => (mine.has(one.digest) ? [{ ...one, mine: mine.get(one.digest) as ActionRecord }] : [])));
    await pMap(sendings, carryOut, { concurrency, stopOnError: false });
  }
  return { records, held };
}

/** What is no longer proposed as it was, is not carried out: each proposal exactly as shown or not at all. */
export const changedMeanwhile = (differently: boolean): Held => ({
  by: "changed",
  why: differently ? "it has changed since it was proposed: look at a new plan" : "it is no longer so, or gone: nothing needs to be done",
});

export function withoutMetadata(output: unknown): unknown {
  if (typeof output !== "object" || output === null) return output;
  const { $metadata: _, ...rest } = output as Record<string, unknown>;
  return rest;
}
