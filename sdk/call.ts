/**
 * Declares AWS API operations: what may be called, what IAM grants it takes, and how it is taken
 * back.
 */
import { isTimeout } from "./errors.ts";

// The SDK's command and client classes are only assignable through `any`: their inputs are
// invariant.
// biome-ignore-start lint/suspicious/noExplicitAny: see above
type Command<I, O> = {
  readonly input: I;
  resolveMiddleware(...args: any[]): (args: any) => Promise<{ output: O }>;
};
export type CommandClass<I = any, O = any> = new (input: any) => Command<I, O>;
export type SdkClient = {
  send(command: any, options?: any): Promise<any>;
  readonly config: any;
  destroy(): void;
};
export type ClientClass = new (config: any) => SdkClient;
// biome-ignore-end lint/suspicious/noExplicitAny: see above
export type InputOf<C extends CommandClass> = NonNullable<ConstructorParameters<C>[0]>;
export type OutputOf<C extends CommandClass> = Awaited<
  ReturnType<ReturnType<InstanceType<C>["resolveMiddleware"]>>
>["output"];
export type OneOrMore<T> = T | readonly T[];
type ListKeys<I> = {
  [K in keyof I]-?: NonNullable<I[K]> extends readonly unknown[] ? K : never;
}[keyof I];

/**
 * `service:Operation`, the operation's own name as in CloudTrail: unique, unlike the IAM action.
 */
export type Operation = `${string}:${string}`;

declare const out: unique symbol;
/** A described call: data. `operation` finds its declaration again after JSON. */
export interface Described<
  Op extends string = string,
  Out = unknown,
  K extends "read" | "write" = "read" | "write",
> {
  readonly operation: Op;
  readonly kind: K;
  readonly input: object;
  /** Phantom: exists in types only, so that an answer keeps its type. */
  readonly [out]?: ((output: Out) => void) | undefined;
}

/** Conditions of an IAM statement: `{ StringEquals: { "ec2:CreateAction": "CreateSnapshot" } }`. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, OneOrMore<string>>>>>;

/**
 * What IAM must allow. `on` holds ARN templates: `instance/*` is short for
 * `arn:{partition}:<service>:{region}:{account}:instance/*`, a full template may name other
 * placeholders; `*` where the service supports nothing narrower.
 */
export interface Grant {
  readonly action: string;
  readonly on: readonly string[];
  readonly when?: Conditions;
  /**
   * Of a call that is made in another region. `there`: what it is about lies there; `from here`: it
   * lies in the unit's own region, and the request is made there. Absent: all in its own.
   */
  readonly elsewhere?: "there" | "from here";
}

interface Needs {
  /** IAM's name for it where it is not the operation's. */
  readonly action?: string;
  /** Under which conditions alone it is allowed. */
  readonly when?: Conditions;
  /**
   * What else IAM asks of the caller, e.g. `{ "ec2:CreateTags": { on: "snapshot/*", when: … } }`
   * (rule: all-permissions).
   */
  readonly also?: Readonly<
    Record<
      string,
      OneOrMore<string> | { readonly on: OneOrMore<string>; readonly when?: Conditions }
    >
  >;
}

interface Declared<Op extends string> {
  readonly operation: Op;
  readonly grants: readonly Grant[];
  /** The SDK client that sends it. */
  readonly client: ClientClass;
  /** What a step of several requests is made of. */
  readonly parts?: readonly (Read | Write)[];
  /** It is made in the region that its input names as `elsewhere`. */
  readonly elsewhere?: boolean;
}

/** An operation that only looks. Called with its input, it gives the described call. */
// biome-ignore lint/suspicious/noExplicitAny: any declared read is one, whatever it takes and answers
export interface Read<Op extends string = string, I = any, O = any> extends Declared<Op> {
  (input: I): Described<Op, O, "read">;
  readonly kind: "read";
  /** It is asked in the partition's first region, wherever what it is about lies. */
  readonly global?: boolean;
  /**
   * What is sent again. Absent: all that may pass by itself. `all but timeouts`: what does not answer
   * in time is asked in smaller pieces instead.
   */
  readonly retried?: "all but timeouts";
  /**
   * Sends it. A paged one answers an AsyncIterable, else a promise; "it has none" is `undefined`.
   */
  ask(client: SdkClient, input: object): unknown;
  /** Sends it page by page; absent: it has none, or is asked in pieces. */
  list?(client: SdkClient, input: object): AsyncIterable<ListedPage>;
}

/** A page of a listing. */
export interface ListedPage<T = unknown> {
  /** The input that it was asked with: asked again, the listing goes on from here. */
  readonly asked: object;
  readonly items: readonly T[];
}

/**
 * How a write is taken back: by a declared `inverse`, as each proposal says (`given`), or `never`.
 */
export type Back = "inverse" | "given" | "never";

/** An operation that changes something. Called with its input, it gives the described call. */
// biome-ignore lint/suspicious/noExplicitAny: any declared write is one, whatever it takes and answers
export interface Write<Op extends string = string, I = any, O = any, B extends Back = Back>
  extends Declared<Op> {
  (input: I): Described<Op, O, "write">;
  readonly kind: "write";
  readonly back: B;
  /** The writes that take it back: what the undo role is granted. */
  readonly undoneBy: readonly Write[];
  /** Why it can never be taken back. */
  readonly irreversible?: string;
  /** Why its way back may lead nowhere: a person is asked before it, as before what has none. */
  readonly uncertain?: string;
  /**
   * Error codes that mean that it is already so; counts only for a single target, and is confirmed
   * by reading (rule: already-is-read).
   */
  readonly already: readonly string[];
  readonly token?: Token;
  /** Error codes that mean that too many are under way at once: a flow waits for its turn. */
  readonly crowded?: readonly string[];
  /** The same twice is one: in doubt it is sent again. */
  readonly repeatable?: true;
  /** A flow that ends half way need not take it back: it harms nobody where it stays. */
  readonly passing?: true;
  /**
   * A flow goes on without it where AWS refuses it: what it then answers, `refusalIn` reads. In doubt
   * it is no refusal.
   */
  readonly refusable?: true;
  /**
   * Id of what it makes. What came back under a new id is looked for by it after an undo, and left
   * alone like what was undone.
   */
  made?(output: unknown): string | undefined;
  readonly batch?: { readonly by: string; readonly max: number };
  /**
   * The calls that take back what `input` did and `output` tells. Empty where it is not an
   * inverse's to say.
   * @param now where it is to be done now: there may be a better way than the inverse
   */
  invert(
    input: object,
    output: unknown,
    now?: Date,
  ): readonly Described<string, unknown, "write">[];
  /** Sends it once. Throws `PartlyFailed` when a 200 answer holds failures. */
  send(client: SdkClient, input: object): Promise<unknown>;
}

/** What makes a second send harmless (rule: retries-are-deliveries). */
export type Token = { readonly field: string } | Tagged;

/**
 * A tag that a creation is found again by, where the service knows no idempotency field. The
 * automation or flow that makes it declares `find` among its reads.
 */
// biome-ignore lint/suspicious/noExplicitAny: its input and answer are checked where the write is declared
export interface Tagged<I = any, O = any, R extends Read = Read> {
  /** The input, with the token as a tag of what is made. */
  tag(input: I, token: string): I;
  readonly find: R;
  /** What `find` is asked for a token, and for the input that it was sent with. */
  asking(token: string, input: I): Parameters<R>[0];
  /**
   * What the creation has answered, as far as it can be read from what was found; nothing where it
   * was not made. Where `find` knows no such filter, what was found holds others too.
   */
  answer(found: readonly ItemOf<R>[], token: string): O | undefined;
}
/** What a read gives, piece by piece. */
type ItemOf<R extends Read> =
  R extends Read<string, infer _I, infer O>
    ? O extends AsyncIterable<infer T>
      ? T
      : NonNullable<O>
    : never;

/** A 200 answer that says inside that some or all of it failed. */
export class PartlyFailed extends Error {
  override readonly name = "PartlyFailed";
  readonly failures: readonly unknown[];
  constructor(operation: string, failures: readonly unknown[]) {
    super(
      `${operation} answered 200 but reports ${failures.length} failure${failures.length === 1 ? "" : "s"}: ${JSON.stringify(failures)}`,
    );
    this.failures = failures;
  }
}

const list = <T>(value: OneOrMore<T>): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

function grantsOf(
  operation: string,
  on: OneOrMore<string>,
  { action = operation, when, also = {} }: Needs,
): Grant[] {
  const others = Object.entries(also).map(([name, need]): Grant => {
    if (typeof need === "string" || Array.isArray(need))
      return { action: name, on: list(need as OneOrMore<string>) };
    const { on: resources, when } = need as { on: OneOrMore<string>; when?: Conditions };
    return { action: name, on: list(resources), ...(when && { when }) };
  });
  return [{ action, on: list(on), ...(when && { when }) }, ...others];
}

async function answer(
  client: SdkClient,
  command: object,
  operation: string,
  failures?: (output: never) => readonly unknown[] | undefined,
): Promise<unknown> {
  const output = await client.send(command);
  const failed = failures?.(output as never);
  if (failed?.length) throw new PartlyFailed(operation, failed);
  return output;
}

const describe = (operation: string, kind: "read" | "write") => (input: object) => ({
  operation,
  kind,
  input,
});

interface ReadOptions<C extends CommandClass, A extends string> extends Needs {
  readonly on?: OneOrMore<string>;
  /** Error codes that mean "it has none"; the answer is then `undefined`. */
  readonly absent?: readonly A[];
  /** What the message says then, where the service has that code for other errors too. */
  readonly says?: RegExp;
  /** The service answers in the partition's first region alone, and has no endpoint in others. */
  readonly global?: boolean;
  /** What the answer itself calls failed although it came with 200; any makes the read fail. */
  readonly failures?: (output: OutputOf<C>) => readonly unknown[] | undefined;
  /** What does not answer in time is not asked again by itself. */
  readonly retried?: "all but timeouts";
}

/**
 * Declares a read of one answer.
 * @param operation the operation's name as in CloudTrail, e.g. `s3:GetBucketTagging`
 */
/* @__NO_SIDE_EFFECTS__ */
export const read = <
  const Op extends Operation,
  C extends CommandClass,
  const A extends string = never,
>(
  operation: Op,
  client: ClientClass,
  command: C,
  options: ReadOptions<C, A> = {},
): Read<Op, InputOf<C>, [A] extends [never] ? OutputOf<C> : OutputOf<C> | undefined> =>
  Object.assign(describe(operation, "read"), {
    operation,
    kind: "read" as const,
    client,
    ...(options.global && { global: true }),
    ...(options.retried && { retried: options.retried }),
    grants: grantsOf(operation, options.on ?? "*", options),
    async ask(sdk: SdkClient, input: object) {
      try {
        return await answer(sdk, new command(input), operation, options.failures);
      } catch (error) {
        if (!(error instanceof Error && options.absent?.includes(error.name as A))) throw error;
        if (options.says?.test(error.message) ?? true) return undefined;
        throw error;
      }
    },
  }) as never;

/** A piece that cannot be smaller and has not answered so often in a row is given up. */
const mostTimeouts = 3;

/**
 * Asks a list in pieces that answer in time. A piece that does not is halved, and those that follow
 * are no larger; a single one that does not answer is an error. The items of a piece are given when
 * all of it is read, so that none is given twice.
 * @param size how many at once, by what else is asked
 */
async function* inPieces<I extends object, T>(
  { by, size }: Cut<I>,
  input: I,
  ask: (piece: I) => AsyncIterable<T>,
): AsyncIterable<T> {
  const list = (input[by] ?? []) as readonly unknown[];
  const asked = size(input);
  const least = asked === "whole" ? list.length : 1;
  let most = asked === "whole" ? list.length : Math.max(1, asked);
  let timeouts = 0;
  for (let at = 0; at < list.length || at === 0; ) {
    const piece = list.slice(at, at + most);
    try {
      yield* await Array.fromAsync(ask({ ...input, [by]: piece }));
    } catch (error) {
      if (piece.length <= least) timeouts += 1;
      if (!isTimeout(error) || timeouts >= mostTimeouts) throw error;
      most = Math.max(least, Math.floor(piece.length / 2));
      continue;
    }
    timeouts = 0;
    at += Math.max(1, piece.length);
  }
}

/** A list in the input whose parts can be asked one by one. */
interface Cut<I> {
  readonly by: keyof I & string;
  /** How many at once answer within the request's time limit; `whole`: they belong together. */
  readonly size: (input: I) => number | "whole";
}

/**
 * Declares a read of many pages, streamed item by item.
 * @param paginate the SDK's paginator
 * @param options `items`: what a page holds; `pageSize`: set it on EC2, where unset is an unpaginated call with a smaller rate limit (rule: page-size); `cut`: which list may be asked in pieces
 */
/* @__NO_SIDE_EFFECTS__ */
export const paged = <const Op extends Operation, I extends object, Page, T>(
  operation: Op,
  client: ClientClass,
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's paginators take their own client's configuration
  paginate: (config: any, input: I) => AsyncGenerator<Page>,
  options: Needs & {
    readonly items: (page: Page) => readonly T[] | undefined;
    readonly on?: OneOrMore<string>;
    readonly pageSize?: number;
    /** As of `read`. */
    readonly global?: boolean;
    readonly failures?: (page: NoInfer<Page>) => readonly unknown[] | undefined;
    readonly cut?: Cut<NoInfer<I>>;
  },
): Read<Op, I, AsyncIterable<T>> => {
  async function* list(sdk: SdkClient, input: I): AsyncIterable<ListedPage<T>> {
    // EC2 refuses a page size beside a list of ids; such a call has one page anyway.
    const byId = Object.entries(input).some(
      ([name, value]) => name.endsWith("Ids") && Array.isArray(value),
    );
    let asked: object = input;
    const config = {
      client: sdk,
      ...(options.pageSize && !byId && { pageSize: options.pageSize }),
      withCommand(command: { readonly input: object }) {
        asked = { ...command.input };
        return command;
      },
    };
    // A copy: the SDK writes the next token into the input that it is given.
    for await (const page of paginate(config, { ...input })) {
      const failed = options.failures?.(page);
      if (failed?.length) throw new PartlyFailed(operation, failed);
      yield { asked, items: options.items(page) ?? [] };
    }
  }
  async function* pages(sdk: SdkClient, input: I): AsyncIterable<T> {
    for await (const { items } of list(sdk, input)) yield* items;
  }
  const { cut } = options;
  return Object.assign(describe(operation, "read"), {
    operation,
    kind: "read" as const,
    client,
    grants: grantsOf(operation, options.on ?? "*", options),
    ...(options.global && { global: true as const }),
    ...(cut && { retried: "all but timeouts" as const }),
    ask: (sdk: SdkClient, input: I) =>
      cut ? inPieces(cut, input, (piece) => pages(sdk, piece)) : pages(sdk, input),
    ...(!cut && { list }),
  }) as never;
};

/** A better way back than the inverse, as long as there is one. */
export interface BetterWay<I, O> {
  /** The writes that it takes. */
  readonly by: readonly Write[];
  /** Nothing where there is none at that time. Pure. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the calls answer
  calls(input: I, output: O, now: Date): readonly Described<string, any, "write">[] | undefined;
}

/** How a write is taken back: by another declared write, never, or as each proposal says. */
export type WayBack<I, O, B extends Write, N extends string> =
  | {
      readonly inverse: readonly [
        by: B,
        input: (input: I, output: O) => OneOrMore<Parameters<B>[0]>,
      ];
      readonly better?: BetterWay<I, O>;
      readonly irreversible?: never;
    }
  | { readonly irreversible: N; readonly inverse?: never; readonly better?: never }
  | { readonly inverse?: never; readonly irreversible?: never; readonly better?: never };
export type BackOf<B, N> = [B] extends [never]
  ? [N] extends [never]
    ? "given"
    : "never"
  : "inverse";

interface WriteOptions<C extends CommandClass, T extends Read = Read> extends Needs {
  readonly on: OneOrMore<string>;
  /** Error codes that mean that it is already so. */
  readonly already?: readonly string[];
  /**
   * What makes a second send harmless: an idempotency field, or a tag that the creation is looked
   * up by (rule: retries-are-deliveries).
   */
  readonly token?:
    | { readonly field: keyof InputOf<C> }
    | Tagged<InputOf<C>, Omit<OutputOf<C>, "$metadata">, T>;
  /** Error codes that mean that too many are under way at once. */
  readonly crowded?: readonly string[];
  /** The same twice is one: in doubt it is sent again. */
  readonly repeatable?: true;
  /** Why its way back may lead nowhere: a person is asked before it, as before what has none. */
  readonly uncertain?: string;
  /** A flow that ends half way need not take it back: it harms nobody where it stays. */
  readonly passing?: true;
  /** A flow goes on without it where AWS refuses it: `refusalIn` reads that from its answer. */
  readonly refusable?: true;
  /** Id of what it makes. */
  readonly made?: (output: OutputOf<C>) => string | undefined;
  /** Calls that differ in this list alone are sent as one. */
  readonly batch?: { readonly by: ListKeys<InputOf<C>>; readonly max: number };
  readonly failures?: (output: OutputOf<C>) => readonly unknown[] | undefined;
}

/**
 * Declares a change. Without `inverse` or `irreversible` each proposal must carry its own `undo`.
 */
/* @__NO_SIDE_EFFECTS__ */
export const write = <
  const Op extends Operation,
  C extends CommandClass,
  B extends Write = never,
  const N extends string = never,
  T extends Read = Read,
>(
  operation: Op,
  client: ClientClass,
  command: C,
  options: WriteOptions<C, T> & WayBack<InputOf<C>, OutputOf<C>, B, N>,
): Write<Op, InputOf<C>, OutputOf<C>, BackOf<B, N>> =>
  Object.assign(describe(operation, "write"), {
    operation,
    kind: "write" as const,
    client,
    grants: grantsOf(operation, options.on, options),
    ...backOf(options as never),
    already: options.already ?? [],
    ...(options.token && { token: options.token }),
    ...(options.crowded && { crowded: options.crowded }),
    ...(options.repeatable && { repeatable: options.repeatable }),
    ...(options.uncertain !== undefined && { uncertain: options.uncertain }),
    ...(options.passing && { passing: options.passing }),
    ...(options.refusable && { refusable: options.refusable }),
    ...(options.made && { made: options.made }),
    ...(options.batch && { batch: options.batch }),
    send: (sdk: SdkClient, input: object) =>
      answer(sdk, new command(input), operation, options.failures),
  }) as never;

/** What a flow is answered to a refusable write that AWS refused. */
export interface Refusal {
  /** AWS's word for it, in one line. */
  readonly refused: string;
}

/**
 * @param answer of a refusable write
 * @returns why AWS refused it; nothing where it did not
 */
export function refusalIn(answer: unknown): string | undefined {
  const { refused } = (answer ?? {}) as Partial<Refusal>;
  return typeof refused === "string" ? refused : undefined;
}

/** What `write` and `flow` share: which way back they declare, and the calls that go it. */
export function backOf({ inverse, better, irreversible }: WayBack<object, unknown, Write, string>) {
  const without: Back = irreversible === undefined ? "given" : "never";
  return {
    back: inverse ? "inverse" : without,
    undoneBy: inverse ? [inverse[0], ...(better?.by ?? [])] : [],
    ...(irreversible !== undefined && { irreversible }),
    invert(input: object, output: unknown, now?: Date) {
      if (!inverse) return [];
      const instead = now && better?.calls(input, output, now);
      return instead ?? list(inverse[1](input, output)).map((taken) => inverse[0](taken));
    },
  };
}
