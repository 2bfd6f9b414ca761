/**
 * A look at everything may take longer than an invocation lasts: where it is, is kept between two
 * pages, and the next attempt goes on there. What was proposed on the pages before is looked at again
 * by name, so that nothing is carried out as it was a quarter of an hour ago.
 */

import { keepLook, type LookedSoFar, type LookPosition, lookSoFar } from "../../ledger/looks.ts";
import { looksAtAll } from "../../ledger/start.ts";
import { same } from "../../sdk/codec.ts";
import { after, hours, minutes, seconds } from "../../sdk/time.ts";
import type { Attempt } from "./attempt.ts";
import { type Looked, look } from "./find.ts";
import { NoSuchPosition, type Turning } from "./listings.ts";
import { inPlanOrder } from "./planned-change.ts";
import { OutOfTime } from "./time-left.ts";

/** A page with all that is asked about what is on it takes no longer. */
const pageTakes = seconds(60);

/** So often it is kept although there is time: a process may end before its time. */
const keptEach = minutes(5);

/** What is older than that is looked at anew; no token of AWS is known to end sooner. */
const goodFor = hours(1);

/** What a look has seen since it began, or was gone on with. */
export type SeenSoFar = Pick<LookedSoFar, "found" | "again" | "counting">;

/** Keeps where one look is. */
export class LookKeeper implements Turning {
  readonly from: LookPosition | undefined;
  readonly #attempt: Attempt;
  readonly #earlier: LookedSoFar | undefined;
  #seen: () => SeenSoFar = () => ({ found: 0, again: [], counting: [] });
  #keptAt: Date;
  #here: { readonly position: LookPosition; readonly found: number } | undefined;

  constructor(attempt: Attempt, earlier?: LookedSoFar) {
    this.#attempt = attempt;
    this.#earlier = earlier;
    this.from = earlier?.position;
    this.#keptAt = attempt.host.clock.now();
  }

  /** How many were found before it began. */
  get found(): number {
    return this.#earlier?.found ?? 0;
  }

  /** What that which is measured was true of before it began. */
  get counting(): readonly string[] {
    return this.#earlier?.counting ?? [];
  }

  /** What is looked at again by name. */
  get again(): readonly string[] {
    return this.#earlier?.again ?? [];
  }

  /** @param seen tells what it has seen by now */
  follows(seen: () => SeenSoFar): void {
    this.#seen = seen;
  }

  async turn(position: LookPosition): Promise<void> {
    const { clock, deadline } = this.#attempt.host;
    this.#here = { position, found: this.#seen().found };
    const now = clock.now();
    if (after(now, pageTakes) > deadline) throw new OutOfTime();
    if (after(this.#keptAt, keptEach) <= now) await this.keep();
  }

  /** Keeps it as it is at the last page: what came after that is found again. */
  async keep(): Promise<void> {
    const here = this.#here;
    if (!here || same(here.position, this.from)) return;
    await this.#write(here);
  }

  /** All was looked at; where that took long, an attempt that follows need not do it again. */
  async end(): Promise<void> {
    if (this.#earlier || this.#isLong()) await this.#write({ found: this.#seen().found });
  }

  readonly #isLong = (): boolean => after(this.#keptAt, keptEach) <= this.#attempt.host.clock.now();

  async #write(where: Pick<LookedSoFar, "found" | "position">): Promise<void> {
    const { place, run, holder, host, tally } = this.#attempt;
    const now = host.clock.now();
    const { again, counting } = this.#seen();
    const all = [...new Set([...this.again, ...again])];
    const owner = { unit: place.unit, run, holder };
    await keepLook(host.store, owner, { ...where, at: now, again: all, counting });
    this.#keptAt = now;
    if (tally) tally.settled += 1;
  }
}

/**
 * Looks at what a run is about.
 * @param only the targets to look at; `undefined`: everything, from where an earlier attempt was
 */
export async function lookOn(
  attempt: Attempt,
  only: readonly string[] | undefined,
): Promise<Looked> {
  // Whatever points at a target, what is seen not to be so was not so all the time.
  if (only) return look(attempt, only, { ends: true });
  const record = looksAtAll(attempt.start);
  const earlier = await keptOf(attempt);
  if (!earlier) return lookAnew(attempt, record);
  try {
    return await lookFurther(attempt, earlier, record);
  } catch (error) {
    if (!(error instanceof NoSuchPosition)) throw error;
    return lookAnew(attempt, record);
  }
}

const lookAnew = (attempt: Attempt, record: boolean): Promise<Looked> =>
  lookKept(attempt, record, new LookKeeper(attempt));

async function lookKept(attempt: Attempt, record: boolean, keeper: LookKeeper): Promise<Looked> {
  try {
    return await look(attempt, undefined, { record, keeper });
  } catch (error) {
    if (error instanceof OutOfTime) await keeper.keep();
    throw error;
  }
}

async function keptOf({ number, place, run, host }: Attempt): Promise<LookedSoFar | undefined> {
  if (number === 1) return undefined;
  const kept = await lookSoFar(host.store, place.unit, run);
  return kept && after(kept.at, goodFor) > host.clock.now() ? kept : undefined;
}

async function lookFurther(
  attempt: Attempt,
  earlier: LookedSoFar,
  record: boolean,
): Promise<Looked> {
  const { run, host } = attempt;
  const isThrough = earlier.position === undefined;
  host.log.info("a look goes on where an earlier attempt was", { run, found: earlier.found });
  const rest = isThrough
    ? { at: host.clock.now(), found: earlier.found, changes: [], unjudged: new Map() }
    : await lookKept(attempt, record, new LookKeeper(attempt, earlier));
  if (!earlier.again.length) return { states: new Map(), ...rest };
  const { progress: _, ...quiet } = attempt;
  const named = await look(quiet, earlier.again);
  const changes = new Map([...rest.changes, ...named.changes].map((each) => [each.digest, each]));
  return {
    at: rest.at,
    found: rest.found,
    states: new Map(),
    changes: [...changes.values()].sort(inPlanOrder),
    unjudged: new Map([...rest.unjudged, ...named.unjudged]),
  };
}
