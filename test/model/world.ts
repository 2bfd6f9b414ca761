/**
 * An account in memory with its own time, and processes in it whose calls interleave, fail and are
 * cut off as a seed says.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { HttpRequest } from "@smithy/types";
import { type Clients, createClients } from "../../engine/run/clients.ts";
import { createStore } from "../../ledger/dynamo.ts";
import type { Store } from "../../ledger/store.ts";
import type { SdkClient } from "../../sdk/call.ts";
import { type Clock, milliseconds } from "../../sdk/time.ts";
import { arnsOf } from "../../settings/arns.ts";
import { deployedIn, names } from "../../testing/deployed.ts";
import {
  type Changeable,
  MemoryAws,
  type Request,
  type Response,
  requestOf,
} from "../../testing/memory/aws.ts";
import { type Fault, insteadOf, insteadOfAnswer, isLook } from "./faulty.ts";

export const account = "123456789012";
export const region = "eu-west-1";

export type { Fault } from "./faulty.ts";
export interface Planned {
  /** The number of the process's call. */
  readonly at: number;
  readonly fault: Fault;
  /**
   * With so many calls of the same operation it goes wrong from then on; default: with that one
   * alone.
   */
  readonly lasts?: number;
}

export interface Process {
  readonly name: string;
  readonly faults: readonly Planned[];
  /** How many calls it has made. */
  calls: number;
  /** What they were. */
  readonly requests: Request[];
  /** When its time is over: whatever it does then, it dies. */
  deadline?: number;
  dead: boolean;
  /** When it last asked what could hold a change: by what was asked, the number of the call. */
  readonly asked: Map<string, number>;
  die(): void;
}

/** A change that AWS carried out for a process, whether or not it made a difference. */
export interface Effect {
  readonly process: Process;
  readonly target: string;
  readonly operation: string;
  readonly at: number;
  /** By what could hold it: the number of the call that last asked. */
  readonly asked: ReadonlyMap<string, number>;
}

interface Waiting {
  readonly process: Process;
  readonly request: Request;
  resolve(response: { response: Response }): void;
  reject(error: Error): void;
}

/**
 * How late reads may show what was changed (rule: reads-lag), in milliseconds: a little less than
 * is waited for.
 */
const lag = 119_000;
/** As long as a client waits. */
const timeOut = 10_000;

/** Mulberry32: the same numbers for the same seed. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class World {
  readonly aws: MemoryAws;
  readonly effects: Effect[] = [];
  /** Told of each effect at the moment it is had. */
  onEffect: (effect: Effect) => void = () => {};
  /** In milliseconds since 1970. */
  now = Date.parse("2026-11-21T02:00:00Z");
  /** Counts all calls. */
  step = 0;
  readonly random: () => number;
  readonly #waiting: Waiting[] = [];
  /** What there was before each change. */
  readonly #earlier: { readonly until: number; readonly was: Changeable }[] = [];
  #lagging = false;
  readonly #asleep: { readonly process: Process; readonly until: number; resolve(): void }[] = [];
  #turning = false;

  /** @param unit whose role makes the calls, in CloudTrail's history */
  constructor(seed: number, unit = "nobody", aws = new MemoryAws(account, region)) {
    this.random = numbers(seed);
    this.aws = aws;
    this.aws.caller = arnsOf(deployedIn(region), { account }).role(unit);
  }

  /** Carries out what a process does. @returns `undefined` when it was killed */
  async process<T>(
    name: string,
    faults: readonly Planned[],
    act: (process: Process) => Promise<T>,
  ): Promise<T | undefined> {
    const { promise: died, resolve } = Promise.withResolvers<undefined>();
    const process: Process = {
      name,
      faults,
      calls: 0,
      requests: [],
      dead: false,
      asked: new Map(),
      die() {
        this.dead = true;
        resolve(undefined);
      },
    };
    const lives = inside.run({ world: this, process }, () => act(process));
    // What a dead process would still have thrown is nobody's.
    lives.catch(() => {});
    return Promise.race([lives, died]);
  }

  sleep(process: Process, span: number): Promise<void> {
    return new Promise((resolve) => {
      this.#asleep.push({ process, until: this.now + span, resolve });
      this.#turn();
    });
  }

  call(process: Process, request: Request): Promise<{ response: Response }> {
    return new Promise((resolve, reject) => {
      if (process.dead) return;
      this.#waiting.push({ process, request, resolve, reject });
      this.#turn();
    });
  }

  /** Lets one call through at a time, once nobody can go on without an answer. */
  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      this.#next();
      if (this.#waiting.length || this.#asleep.length) this.#turn();
    });
  }

  #next(): void {
    this.#asleep.sort((a, b) => a.until - b.until);
    const [first] = this.#asleep;
    if (first && (first.until <= this.now || !this.#waiting.length)) {
      this.now = Math.max(this.now, first.until);
      this.#asleep.shift();
      if (!first.process.dead) first.resolve();
      return;
    }
    const [one] = this.#waiting.splice(Math.floor(this.random() * this.#waiting.length), 1);
    if (one) this.#let(one);
  }

  #let({ process, request, resolve, reject }: Waiting): void {
    this.now += 5 + Math.floor(this.random() * 40);
    this.step += 1;
    const index = process.calls;
    process.calls += 1;
    process.requests.push(request);
    const since = (at: number) =>
      process.requests.slice(at).filter(({ operation }) => operation === request.operation).length;
    const isAt = ({ at, lasts = 1 }: Planned) =>
      at === index ||
      (at < index && process.requests[at]?.operation === request.operation && since(at) <= lasts);
    const fault = process.faults.find(isAt)?.fault;
    if (this.now > (process.deadline ?? Number.POSITIVE_INFINITY)) return void this.#kill(process);
    if (fault === "killed") return void this.#kill(process);
    if (fault === "timeout" || fault === "timeoutAfter") this.now += timeOut;
    if (fault === "lagging") this.#lagging = true;
    const instead =
      fault && insteadOf(fault, request, () => this.#carryOut(process, request, false));
    const answer = instead ?? this.#carryOut(process, request, fault === "stale");
    if (fault === "killedAfter") return void this.#kill(process);
    const arrives = (!instead && fault && insteadOfAnswer(fault, request)) || answer;
    if (arrives instanceof Error) reject(arrives);
    else resolve({ response: arrives });
  }

  #carryOut(process: Process, request: Request, stale: boolean): Response {
    const { service, operation, input } = request;
    const look = isLook(request);
    const before = service === "ec2" || service === "logs" ? !look && this.aws.copy() : false;
    const since = this.now - lag;
    const seen =
      look && (stale || this.#lagging)
        ? this.#earlier.find(({ until }) => until > since)?.was
        : undefined;
    const { response, changed } = this.aws.answer(request, this.now, seen);
    if (before && changed.length) this.#earlier.push({ until: this.now, was: before });
    if (service === "ssm") process.asked.set("switch", this.step);
    const isRead = operation === "Query" || operation === "BatchGetItem";
    if (isRead && JSON.stringify(input).includes('"exempt#'))
      process.asked.set("ledger", this.step);
    if (operation === "ListTagsForResource")
      process.asked.set(`tags of ${String(input.resourceArn).split(":").at(-1)}`, this.step);
    if (operation === "DescribeInstances" || operation === "DescribeSecurityGroupRules")
      process.asked.set("tags", this.step);
    for (const target of changed) {
      const effect: Effect = {
        process,
        target,
        operation,
        at: this.now,
        asked: new Map(process.asked),
      };
      this.effects.push(effect);
      this.onEffect(effect);
    }
    return response;
  }

  /** What it had sent at the same moment may arrive or not. */
  #kill(process: Process): void {
    for (const { request } of this.#waiting.filter((one) => one.process === process))
      if (this.random() < 0.5) this.#carryOut(process, request, false);
    for (let at = this.#waiting.length - 1; at >= 0; at -= 1)
      if (this.#waiting[at]?.process === process) this.#waiting.splice(at, 1);
    process.die();
  }
}

/** The process that calls, for what is no call of an SDK. */
export const callFromHere = (request: Request): Promise<{ response: Response }> =>
  here().world.call(here().process, request);

const inside = new AsyncLocalStorage<{ readonly world: World; readonly process: Process }>();
function here() {
  const found = inside.getStore();
  if (!found) throw new Error("only a process of a world has a clock and an AWS");
  return found;
}

export const clock: Clock = {
  now: () => new Date(here().world.now),
  sleep: (span) => here().world.sleep(here().process, milliseconds(span)),
};

const requestHandler = {
  metadata: { handlerProtocol: "http/1.1" },
  handle: (request: HttpRequest) => here().world.call(here().process, requestOf(request)),
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => ({}),
  destroy() {},
};

/** Nobody looks at them here, and they take most of a call's time. */
const needless = [
  "httpSigningMiddleware",
  "loggerMiddleware",
  "hostHeaderMiddleware",
  "recursionDetectionMiddleware",
];

function quick(clients: Clients): Clients {
  const known = new WeakSet<SdkClient>();
  return {
    calls: clients.calls,
    get(...asked) {
      const client = clients.get(...asked);
      if (!known.has(client)) {
        const stack = (client as unknown as { middlewareStack: { remove(name: string): boolean } })
          .middlewareStack;
        for (const name of needless) stack.remove(name);
        known.add(client);
      }
      return client;
    },
  };
}

/** One set for all worlds: who calls is known by where the call comes from. */
export const clients: Clients = quick(
  createClients(clock, {
    endpoint: "http://memory",
    credentials: async () => ({ accessKeyId: "memory", secretAccessKey: "memory" }),
    requestHandler,
  }),
);
export const store: Store = createStore(
  clients.get(DynamoDBClient, region) as DynamoDBClient,
  names.table,
  clock,
);
