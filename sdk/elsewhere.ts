/**
 * Calls that are made in another region than the unit runs in. Which regions those may be, its
 * settings say: the role allows these calls there alone, and all others in its own region alone.
 */
import * as z from "zod/mini";
import {
  type BackOf,
  backOf,
  type Described,
  type Grant,
  type Read,
  type Tagged,
  type WayBack,
  type Write,
} from "./call.ts";

/** A region that the settings name. Only a unit's parsed config has one. */
export type DeclaredRegion = z.output<typeof declaredRegion>;

/** The field of a config that names a region for calls elsewhere. */
export const declaredRegion = z
  .string()
  .check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region's name, like eu-central-1"))
  .brand<"declared for calls elsewhere">();

/** Where a unit's calls elsewhere may go. */
export interface Elsewhere<C> {
  /** The field of its config that names them: what an error points to. */
  readonly field: string;
  regions(config: C): readonly DeclaredRegion[];
}

/** The input of a call elsewhere: what the call itself takes, and where it is made. */
export type InputElsewhere<I> = I & { readonly elsewhere: DeclaredRegion };
type Named<Op extends string> = `elsewhere:${Op}`;

interface MoreGrants {
  /** Of what lies in the unit's own region and is named in the request there. */
  readonly from?: readonly Grant[];
  /** What else it takes in the unit's own region. */
  readonly here?: readonly Grant[];
}

const grantsOf = (grants: readonly Grant[], { from = [], here = [] }: MoreGrants): Grant[] => [
  ...grants.map((grant) => ({ ...grant, elsewhere: "there" as const })),
  ...from.map((grant) => ({ ...grant, elsewhere: "from here" as const })),
  ...here,
];

function withoutRegion(input: object): object {
  const { elsewhere: _, ...rest } = input as { readonly elsewhere?: unknown };
  return rest;
}

/**
 * Declares a read that is made in another region. Its input is that of the read, and where.
 * @param asked as it is declared for the unit's own region
 */
/* @__NO_SIDE_EFFECTS__ */
export const readElsewhere = <Op extends string, I, O>(
  asked: Read<Op, I, O>,
): Read<Named<Op>, InputElsewhere<I>, O> => {
  const operation = `elsewhere:${asked.operation}`;
  return Object.assign((input: object) => ({ operation, kind: "read" as const, input }), {
    operation,
    kind: "read" as const,
    elsewhere: true,
    client: asked.client,
    parts: [asked],
    grants: grantsOf(asked.grants, {}),
    ...(asked.retried && { retried: asked.retried }),
    ask: (client: never, input: object) => asked.ask(client, withoutRegion(input)),
  }) as never;
};

/** A token is a field as before, or a tag that is looked for where the call was made. */
function tokenElsewhere(token: Write["token"], find: Read | undefined): Write["token"] {
  if (!token || "field" in token) return token;
  if (!find) throw new Error("what is found by a tag is found by a read elsewhere: name it");
  const { asking, answer } = token;
  return {
    find,
    answer,
    tag: (input: object, text: string) => token.tag(input, text),
    asking: (text: string, input: { readonly elsewhere: DeclaredRegion }) => ({
      ...asking(text, withoutRegion(input)),
      elsewhere: input.elsewhere,
    }),
  } satisfies Tagged;
}

interface WriteOptions extends MoreGrants {
  /** Where what it makes is known by a tag: the read elsewhere that finds it. */
  readonly find?: Read;
}

/**
 * Declares a change that is made in another region. Its way back is declared anew, as a call
 * elsewhere with the same region.
 * @param changes as it is declared for the unit's own region
 */
/* @__NO_SIDE_EFFECTS__ */
export const writeElsewhere = <
  Op extends string,
  I extends object,
  O,
  B extends Write = never,
  const N extends string = never,
>(
  changes: Write<Op, I, O>,
  options: WriteOptions & WayBack<NoInfer<InputElsewhere<I>>, NoInfer<O>, B, N>,
): Write<Named<Op>, InputElsewhere<I>, O, BackOf<B, N>> => {
  const operation = `elsewhere:${changes.operation}`;
  const token = tokenElsewhere(changes.token, options.find);
  const { already, repeatable, passing, made, crowded } = changes;
  return Object.assign((input: object) => ({ operation, kind: "write" as const, input }), {
    operation,
    kind: "write" as const,
    elsewhere: true,
    client: changes.client,
    parts: [changes],
    grants: grantsOf(changes.grants, options),
    ...backOf(options as never),
    already,
    ...(token && { token }),
    ...(repeatable && { repeatable }),
    ...(passing && { passing }),
    ...(made && { made }),
    ...(crowded && { crowded }),
    send: (client: never, input: object) => changes.send(client, withoutRegion(input)),
  }) as never;
};

/** Whether a call names the region that it is made in. */
export const asksElsewhere = (operation: string): boolean => operation.startsWith("elsewhere:");

/** What AWS itself is asked by a described call, and where, if not in the unit's own region. */
export function askedOf({ operation, input }: Pick<Described, "operation" | "input">): {
  readonly input: object;
  readonly region: string | undefined;
} {
  if (!asksElsewhere(operation)) return { input, region: undefined };
  const { elsewhere } = input as { readonly elsewhere?: unknown };
  return { input: withoutRegion(input), region: String(elsewhere) };
}
