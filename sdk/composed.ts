/**
 * Several requests that are one step. What passes between them is not remembered anywhere: only the
 * input and the answer of the whole are recorded. So a key can be made and stored, or read and used,
 * without ever being what one step hands to the next.
 */
import {
  type BackOf,
  backOf,
  type ClientClass,
  type Described,
  type Grant,
  type Operation,
  type Read,
  type SdkClient,
  type WayBack,
  type Write,
} from "./call.ts";
import type { OperationOf } from "./unit.ts";

type Parts = readonly (Read | Write)[];

/** Sends one of the declared parts, in the region of the step unless another is named. */
export type UsePart<P extends Parts> = <Op extends OperationOf<P>, O>(
  call: Described<Op, O>,
  region?: string,
) => O extends AsyncIterable<unknown> ? O : Promise<O>;

interface Middleware {
  readonly middleware: unknown;
  readonly options: object;
}

interface WithStack {
  readonly middlewareStack: { add(middleware: unknown, options: object): void };
}

/** The SDK's clients of all parts, each made when it is used, all from one configuration. */
export class PartClients {
  readonly config: { readonly region?: string };
  readonly #made = new Map<string, SdkClient>();
  readonly #added: Middleware[] = [];
  readonly middlewareStack = {
    add: (middleware: unknown, options: object): void => {
      this.#added.push({ middleware, options });
    },
  };

  constructor(config: { readonly region?: string }) {
    this.config = config;
  }

  client(Client: ClientClass, region = this.config.region): SdkClient {
    const key = `${Client.name} ${region}`;
    const existing = this.#made.get(key);
    if (existing) return existing;
    const client = new Client({ ...this.config, region });
    for (const { middleware, options } of this.#added)
      (client as SdkClient & WithStack).middlewareStack.add(middleware, options);
    this.#made.set(key, client);
    return client;
  }

  send(): Promise<never> {
    return Promise.reject(new Error("it sends its parts alone"));
  }

  destroy(): void {
    for (const client of this.#made.values()) client.destroy();
  }
}

function usePart<P extends Parts>(parts: P, clients: PartClients): UsePart<P> {
  const use = ({ operation, input }: Described, region?: string): unknown => {
    const part = parts.find((each) => each.operation === operation);
    if (!part) throw new Error(`${operation} is none of its parts`);
    const client = clients.client(part.client, region);
    return part.kind === "read" ? part.ask(client, input) : part.send(client, input);
  };
  return use as UsePart<P>;
}

const grantsOf = (parts: Parts): readonly Grant[] => parts.flatMap(({ grants }) => grants);

/** Of what a declared call is made: itself, or the parts of a step. */
export const composedOf = (call: Read | Write): Parts => call.parts ?? [call];

interface Composed<P extends Parts, I, O> {
  readonly parts: P;
  does(input: I, use: UsePart<P>): Promise<O>;
}

/**
 * Declares a look that takes several requests, or that asks somebody other than AWS too.
 * @param operation named like an operation: `acme:ReadOrder`
 */
/* @__NO_SIDE_EFFECTS__ */
export const composedRead = <const Op extends Operation, const P extends readonly Read[], I, O>(
  operation: Op,
  { parts, does }: Composed<P, I, O>,
): Read<Op, I, O> =>
  Object.assign((input: I) => ({ operation, kind: "read" as const, input }), {
    operation,
    kind: "read" as const,
    client: PartClients,
    parts,
    grants: grantsOf(parts),
    ask: (clients: PartClients, input: I) => does(input, usePart(parts, clients)),
  }) as never;

interface ComposedWrite<P extends Parts, I, O> extends Composed<P, I, O> {
  /** Nothing of it needs to be taken back: it is over by itself, or harms nobody where it stays. */
  readonly passing?: true;
  /** A field of the input that is the same for each attempt at the same effect. */
  readonly token?: keyof I & string;
  /** Id of what it makes. */
  made?(output: O): string | undefined;
}

/**
 * Declares a change that takes several requests. It looks before each of them, so that it can be
 * sent again at any time: whoever writes one promises that.
 */
/* @__NO_SIDE_EFFECTS__ */
export const composedWrite = <
  const Op extends Operation,
  const P extends Parts,
  I extends object,
  O,
  B extends Write = never,
  const N extends string = never,
>(
  operation: Op,
  composed: ComposedWrite<P, I, O> & WayBack<NoInfer<I>, NoInfer<O>, B, N>,
): Write<Op, I, O, BackOf<B, N>> =>
  Object.assign((input: I) => ({ operation, kind: "write" as const, input }), {
    operation,
    kind: "write" as const,
    client: PartClients,
    parts: composed.parts,
    grants: grantsOf(composed.parts),
    ...backOf(composed as never),
    already: [],
    repeatable: true as const,
    ...(composed.passing && { passing: true as const }),
    ...(composed.token && { token: { field: composed.token } }),
    ...(composed.made && { made: composed.made }),
    send: (clients: PartClients, input: I) =>
      composed.does(input, usePart(composed.parts, clients)),
  }) as never;
