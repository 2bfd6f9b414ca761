/** What AWS carries between functions: when each comes again, and when it is given up. */

import type { Attributes } from "../../../testing/memory/condition.ts";

/** Redeliveries that AWS makes though nothing went wrong. */
export interface Redelivery {
  /**
   * A batch of the stream comes again, whole, though it was taken; or what was written last comes
   * first, for only within a partition there is an order.
   */
  readonly stream?: "twice" | "apart";
  /** A letter comes again though it was taken, or the newest comes first. */
  readonly letters?: "twice" | "reversed";
  /** An asynchronous invocation comes again though it ended well. */
  readonly invocations?: "twice";
  /** A schedule starts its target twice, ten minutes late, or never. */
  readonly timers?: "twice" | "late" | "never";
}

/** What became of an invocation. */
export type Came =
  | { readonly is: "answered"; readonly answer: unknown }
  | { readonly is: "failed"; readonly error: unknown }
  | { readonly is: "died" };

const seconds = 1000;
const minutes = 60 * seconds;

/** As lib/ deploys them. */
const batch = 10;
const streamTries = 20;
const hidden = 6 * minutes;
const mostReceives = 100;
/** Lambda tries an asynchronous invocation again after one minute, and after two more. */
const waits = [1 * minutes, 2 * minutes];

/** A carrier of deliveries, whose time is in milliseconds since 1970. */
export interface Carrier {
  /** When something is to be delivered next; `Infinity`: nothing is. */
  next(): number;
  /** Delivers what comes first. */
  deliver(now: number): Promise<void>;
}

export interface StreamRecord {
  readonly nth: number;
  readonly at: number;
  readonly item: Attributes;
}

/** The table's stream, with one shard. */
export class Stream implements Carrier {
  readonly #waiting: StreamRecord[] = [];
  readonly #hand: (records: readonly StreamRecord[]) => Promise<Came>;
  readonly #lost: string[];
  readonly #redelivery: Redelivery["stream"];
  #count = 0;
  #tries = 0;
  #size = batch;
  #notBefore = 0;

  constructor(
    hand: (records: readonly StreamRecord[]) => Promise<Came>,
    lost: string[],
    { stream }: Redelivery,
  ) {
    this.#hand = hand;
    this.#lost = lost;
    this.#redelivery = stream;
  }

  add(item: Attributes, at: number): void {
    this.#count += 1;
    this.#waiting.push({ nth: this.#count, at, item });
    if (this.#redelivery === "apart" && !this.#tries) this.#waiting.sort(newestPartitionFirst);
  }

  next(): number {
    const [first] = this.#waiting;
    return first ? Math.max(first.at, this.#notBefore) : Number.POSITIVE_INFINITY;
  }

  async deliver(now: number): Promise<void> {
    const records = this.#waiting.slice(0, this.#size);
    const came = await this.#hand(records);
    const taken = takenOf(came, records);
    this.#waiting.splice(0, taken);
    if (taken === records.length) {
      if (this.#redelivery === "twice") await this.#hand(records);
      return this.#begin(batch);
    }
    if (taken > 0) return this.#begin(batch);
    this.#tries += 1;
    this.#notBefore = now + Math.min(60, 2 ** this.#tries) * seconds;
    if (came.is !== "answered") this.#size = Math.max(1, Math.ceil(records.length / 2));
    if (this.#tries <= streamTries) return;
    this.#lost.push(`a record of the stream: ${records[0]?.item.sk?.S}`);
    this.#waiting.shift();
    this.#begin(batch);
  }

  #begin(size: number): void {
    this.#tries = 0;
    this.#size = size;
    this.#notBefore = 0;
  }
}

const newestPartitionFirst = (a: StreamRecord, b: StreamRecord): number =>
  a.item.pk?.S === b.item.pk?.S ? a.nth - b.nth : b.nth - a.nth;

/** How many of a batch need not come again: up to the first that failed. */
function takenOf(came: Came, records: readonly StreamRecord[]): number {
  if (came.is !== "answered") return 0;
  const failed = new Set(failuresIn(came.answer));
  const first = records.findIndex(({ nth }) => failed.has(String(nth)));
  return first < 0 ? records.length : first;
}

export const failuresIn = (answer: unknown): string[] =>
  (
    answer as { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] }
  ).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

export interface Lying {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly sent: number;
  visible: number;
  receives: number;
  /** It was taken, and is received once more all the same. */
  again: boolean;
}

/** Queues that feed one function, a batch of one queue at a time. */
export class Queues implements Carrier {
  readonly lying = new Map<string, Lying>();
  readonly #hand: (letters: readonly Lying[]) => Promise<Came>;
  readonly #lost: string[];
  readonly #redelivery: Redelivery["letters"];
  #count = 0;

  constructor(
    hand: (letters: readonly Lying[]) => Promise<Came>,
    lost: string[],
    { letters }: Redelivery,
  ) {
    this.#hand = hand;
    this.#lost = lost;
    this.#redelivery = letters;
  }

  post(queue: string, body: string, now: number): void {
    this.#count += 1;
    const id = `letter-${this.#count}`;
    const again = this.#redelivery === "twice";
    this.lying.set(id, { id, queue, body, sent: now, visible: now, receives: 0, again });
  }

  later(id: string, until: number): void {
    const letter = this.lying.get(id);
    if (letter) letter.visible = until;
  }

  next(): number {
    return Math.min(...[...this.lying.values()].map(({ visible }) => visible));
  }

  async deliver(now: number): Promise<void> {
    const due = [...this.lying.values()].filter(({ visible }) => visible <= now);
    if (this.#redelivery === "reversed") due.reverse();
    const letters = due.filter(({ queue }) => queue === due[0]?.queue).slice(0, batch);
    for (const letter of letters) {
      letter.receives += 1;
      letter.visible = now + hidden;
    }
    const came = await this.#hand(letters);
    if (came.is !== "answered") return this.#giveUp(letters);
    const failed = new Set(failuresIn(came.answer));
    for (const letter of letters.filter(({ id }) => !failed.has(id))) {
      if (!letter.again) this.lying.delete(letter.id);
      letter.again = false;
    }
    this.#giveUp(letters);
  }

  #giveUp(letters: readonly Lying[]): void {
    for (const { id, receives } of letters)
      if (receives >= mostReceives && this.lying.delete(id)) this.#lost.push(`a letter: ${id}`);
  }
}

export interface Call {
  readonly name: string;
  readonly payload: unknown;
  /** The same for each delivery of it. */
  readonly id: string;
}

/** Asynchronous invocations, one after the other. */
export class Invocations implements Carrier {
  readonly #waiting: (Call & { at: number; tries: number })[] = [];
  readonly #start: (call: Call) => Promise<Came>;
  readonly #lost: string[];
  readonly #twice: boolean;
  #count = 0;

  constructor(start: (call: Call) => Promise<Came>, lost: string[], { invocations }: Redelivery) {
    this.#start = start;
    this.#lost = lost;
    this.#twice = invocations === "twice";
  }

  add(name: string, payload: unknown, at: number): void {
    this.#count += 1;
    this.#waiting.push({ name, payload, at, id: `event-${this.#count}`, tries: 0 });
  }

  next(): number {
    return Math.min(...this.#waiting.map(({ at }) => at));
  }

  async deliver(now: number): Promise<void> {
    this.#waiting.sort((a, b) => a.at - b.at);
    const call = this.#waiting.shift();
    if (!call) return;
    const came = await this.#start(call);
    if (came.is === "answered") {
      if (this.#twice) await this.#start(call);
      return;
    }
    const wait = waits[call.tries];
    if (wait === undefined) this.#lost.push(`an invocation of ${call.name}`);
    else this.#waiting.push({ ...call, tries: call.tries + 1, at: now + wait });
  }
}
