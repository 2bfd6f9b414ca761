import type * as z from "zod/mini";
import type { Described, Read, Write } from "./call.ts";
import type { Pattern } from "./pattern.ts";
import type { Span } from "./time.ts";

export type Reads = readonly Read[];
export type Writes = readonly Write[];
export type OperationOf<T extends readonly { operation: string }[]> = T[number]["operation"];

/** Carries out declared reads. A paged one answers an AsyncIterable, any other a promise. */
export type Reader<R extends Reads> = <Op extends OperationOf<R>, O>(
  call: Described<Op, O, "read">,
) => O extends AsyncIterable<unknown> ? O : Promise<O>;

/**
 * The pages of a listing, at least so many items together. Whoever has no time for all of them goes on
 * at one of them in another invocation: all that is found by a page is given before the next is asked
 * for, and depends on no earlier one.
 */
export type Pages<R extends Reads> = <Op extends OperationOf<R>, T>(
  call: Described<Op, AsyncIterable<T>, "read">,
  atLeast?: number,
) => AsyncIterable<readonly T[]>;

/** Never days: such a rate runs from the deployment's moment (rule: time-slots). */
type Every = "1 minute" | "1 hour" | `${number} ${"minutes" | "hours"}`;
export type Schedule =
  | `rate(${Every})`
  | `cron(${string} ${string} ${string} ${string} ${string} ${string})`;

/** Looks at everything, at a time. */
export interface Sweep {
  readonly kind: "sweep";
  readonly schedule: Schedule;
  /** IANA name; the settings' `timeZone` where absent. */
  readonly timeZone?: string;
  /** How late it may start, to spread the load. */
  readonly window?: Span;
}
/** Looks where an event hints. */
export interface OnEvent {
  readonly kind: "event";
  readonly pattern: Pattern;
  /**
   * The targets that the event is about; none ends the run quietly. Throws when `detail` lacks what
   * is used.
   */
  only(detail: unknown): string[];
}
export type Trigger = Sweep | OnEvent;

/** @param options `window`: how late it may start, to spread the load; `timeZone`: IANA name */
/* @__NO_SIDE_EFFECTS__ */
export const sweep = (
  schedule: Schedule,
  options: { readonly timeZone?: string; readonly window?: Span } = {},
): Sweep => ({
  kind: "sweep",
  schedule,
  ...options,
});

type Matcher<T> =
  | T
  | { readonly prefix: string }
  | { readonly exists: boolean }
  | { readonly "anything-but": T | readonly T[] };
/** Content filter on the parsed fields only: what is filtered is what is parsed. */
type Where<T> = T extends readonly (infer E)[]
  ? Where<E>
  : T extends object
    ? { readonly [K in keyof T]?: Where<T[K]> }
    : readonly Matcher<T>[];

interface EventHint<D extends z.ZodMiniType> {
  readonly source: string;
  readonly detail: D;
  /** The targets to look at: ids as `find` knows them. */
  readonly only: (detail: z.output<D>) => readonly (string | undefined)[];
}

const hint =
  <D extends z.ZodMiniType>({ detail, only }: EventHint<D>) =>
  (value: unknown) =>
    only(detail.parse(value)).filter((id) => id !== undefined);

/** An EventBridge event of AWS or of your own. */
/* @__NO_SIDE_EFFECTS__ */
export const event = <D extends z.ZodMiniType>(
  given: EventHint<D> & { readonly detailType: string; readonly where?: Where<z.output<D>> },
): OnEvent => ({
  kind: "event",
  pattern: {
    source: [given.source],
    "detail-type": [given.detailType],
    ...(given.where && { detail: given.where as Pattern }),
  },
  only: hint(given),
});

/**
 * Successful API calls, as CloudTrail tells them: the names and an absent `errorCode` go into the
 * pattern (rule: named-operations).
 */
/* @__NO_SIDE_EFFECTS__ */
export const apiCall = <D extends z.ZodMiniType>(
  given: EventHint<D> & { readonly names: readonly [string, ...string[]] },
): OnEvent => ({
  kind: "event",
  pattern: {
    source: [given.source],
    "detail-type": ["AWS API Call via CloudTrail"],
    detail: { eventName: given.names, errorCode: [{ exists: false }] },
  },
  only: hint(given),
});

/** What all units share. */
export interface Unit<Id extends string = string, C extends z.ZodMiniObject = z.ZodMiniObject> {
  readonly id: Id;
  /** What it belongs to: the folder that its own folder lies in. Routes and stacks go by it. */
  readonly family: string;
  /** One sentence: what it does, to what. */
  readonly summary: string;
  readonly on: readonly Trigger[];
  readonly config: C;
  /**
   * `global`: runs once, in the home region, for services that know no regions. Default `region`.
   */
  readonly scope?: "region" | "global";
  /**
   * Of a `global` report: it looks in every configured region from there, and in the one where
   * services without regions keep what is theirs.
   */
  readonly everywhere?: true;
  /**
   * Of one that runs in each configured region: it runs once more where services without regions
   * keep what is theirs, as CloudFront its certificates in us-east-1, whether or not the settings
   * name that region. Events are heard of configured regions alone.
   */
  readonly central?: true;
}

export interface Here {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  readonly now: Date;
}

/**
 * Where a unit looks. `only`: targets to look at, in whatever state they are; `undefined`:
 * everything.
 */
export interface Search<C extends z.ZodMiniObject, R extends Reads> extends Here {
  readonly only: readonly string[] | undefined;
  readonly config: z.output<C>;
  readonly read: Reader<R>;
}
export type Found<F> = AsyncIterable<F> | Promise<Iterable<F>>;

type TagLike =
  | readonly { Key?: string | undefined; Value?: string | undefined }[]
  | readonly { key?: string | undefined; value?: string | undefined }[]
  | Readonly<Record<string, string>>;
/** Tags in whatever shape the service gives them, or why the resource cannot have any. */
export type Tags = TagLike | { readonly untaggable: string };

/**
 * A resource, and what contains it (a rule's group), whose exemption covers it.
 * `tags: undefined`: the listing lacks them, the automation's `tags()` fetches them.
 */
export interface Target {
  readonly id: string | undefined;
  readonly tags: Tags | undefined;
  readonly within?: { readonly id: string | undefined; readonly tags: Tags | undefined };
  /**
   * Another manages it (an Auto Scaling group, EKS, …): who. It is held, not changed (rule:
   * managed-by-others).
   */
  readonly managed?: string | undefined;
}
