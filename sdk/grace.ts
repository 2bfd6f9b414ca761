/**
 * A time for the owner to say no: what would be changed is marked, its owner told, and the change
 * made only when that time is over and nobody has kept it. All of it is one flow, so that undo,
 * stop, approval and caps are as for any other.
 */
import type { Described, Write } from "./call.ts";
import { type AnyFlow, type Carrier, type FlowObjection, isFlow, OwnerKeeps } from "./flow.ts";
import type { Message } from "./message.ts";
import { after, before, hours, inWords, minutes, type Span, seconds } from "./time.ts";
import type { Reader, Reads } from "./unit.ts";

/** The tag that says so on the target. Whoever takes it off keeps the target. */
export const graceTag = "nightshift:grace";

interface MarkTag {
  readonly Key: string;
  readonly Value: string;
}

/** How targets of a kind are marked. */
export interface TargetMark {
  readonly reads: Reads;
  /** Its inverse takes off the mark with this value, and no other. */
  readonly write: Write;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the call answers
  put(target: string, tag: MarkTag): Described<string, any, "write">;
  /** What takes it off, whatever its value: of what came back with it. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the calls answer
  off(target: string): readonly Described<string, any, "write">[];
  /** Its tags as they are now. */
  // biome-ignore lint/suspicious/noExplicitAny: it may ask what `reads` declares
  tags(read: Reader<any>, target: string): Promise<Readonly<Record<string, string>>>;
}

/**
 * Targets that carry no mark, as a stack of CloudFormation, whose tags only an update changes: what
 * keeps them is an undo, an exemption, or that the automation no longer proposes it.
 */
export interface Unmarked {
  readonly reads: Reads;
  readonly write?: never;
  /** Its tags as they are now: whom it is told to. */
  // biome-ignore lint/suspicious/noExplicitAny: it may ask what `reads` declares
  tags(read: Reader<any>, target: string): Promise<Readonly<Record<string, string>>>;
}

/** How its owner is told of one target. */
export interface GraceWords {
  /** What it is, in place of its id: "the environment demo". */
  readonly what: string;
  /** What else keeps it, as a part of a sentence. */
  readonly keep: string;
}

/** What is done to a target while its owner may keep it, and undone where they do: a rehearsal of its end. */
export interface Meanwhile {
  readonly reads: Reads;
  /** Its inverse ends it. */
  readonly write: Write;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the call answers
  put(target: string): Described<string, any, "write">;
  /** For its owner, as a sentence: "it is disabled until then". */
  readonly says: string;
  /** Why somebody keeps it, as a sentence: they ended this. Nothing: it is still so. */
  // biome-ignore lint/suspicious/noExplicitAny: it may ask what `reads` declares
  ended(read: Reader<any>, target: string): Promise<string | undefined>;
}

/** The part of a call's input that says how long its owner has; absent: no time at all. */
interface InputWithGrace {
  readonly grace?: { readonly target: string; readonly seconds: number };
}

/** What is proposed, as far as it matters here. */
interface ProposedCall {
  readonly call: Described<string, unknown, "write">;
}

export interface Grace {
  /** The operations that begin it, and end nothing: the mark, and what is done meanwhile. */
  readonly begins: readonly string[];
  /** The flow around one of the automation's writes, which keeps the name that a flow has. */
  around(write: Write): AnyFlow;
  /** The same proposal, of that flow. */
  proposed<P extends ProposedCall>(
    proposal: P,
    of: { readonly target: string; readonly config: unknown },
  ): P;
}

export interface GraceSettings {
  /** How long, by the unit's config and what is proposed; 0 seconds: it acts at once. */
  // biome-ignore lint/suspicious/noExplicitAny: the unit's own config, and its call's own input
  span(config: any, input: any): Span;
  /** The longest that `span` gives. */
  readonly atMost: Span;
  /** So long before its end its owner is told again, where it is well longer than that. */
  readonly again?: Span;
  readonly mark: TargetMark | Unmarked;
  // biome-ignore lint/suspicious/noExplicitAny: the call's own input
  says?(input: any): GraceWords;
  readonly meanwhile?: Meanwhile | undefined;
}

/** Beyond the time itself: until the mark shows, and until it is looked at for the last time. */
const slack = hours(24);
/** A mark that has not shown by then was taken off: reads lag by minutes at most. */
const reallyLate = minutes(15);
/** What a plain call may take, its retries among it. */
const longestCall = hours(6);

const operationOf = (operation: string): string =>
  operation.startsWith("flow:") ? operation : `flow:grace-${operation.replace(/\W/g, "-")}`;

const withoutGrace = ({ grace: _, ...input }: InputWithGrace): object => input;

/** A keeper is heard at the next of these, and always right before it acts. */
const everyOf = (span: Span, again: Span = hours(96)): Span =>
  seconds(Math.max(60, Math.min(12 * 3600, span.seconds / 2, again.seconds / 8)));

type GraceCarrier = Carrier<Reads, readonly Write[]>;

/** Declares the time that the owner of a target has before it is changed. */
/* @__NO_SIDE_EFFECTS__ */
export const grace = ({ span, atMost, ...marking }: GraceSettings): Grace => ({
  begins: beginningOf(marking).map(({ operation }) => operation),

  around: (write) => aroundWrite(write, marking, atMost),

  proposed(proposal, { target, config }) {
    const { call } = proposal;
    const { seconds: long } = span(config, call.input);
    const input = long > 0 ? { ...call.input, grace: { target, seconds: long } } : call.input;
    return { ...proposal, call: { ...call, operation: operationOf(call.operation), input } };
  },
});

type Marking = Pick<GraceSettings, "mark" | "meanwhile" | "again" | "says">;

const beginningOf = ({ mark, meanwhile }: Marking): readonly Write[] => [
  ...(mark.write ? [mark.write] : []),
  ...(meanwhile ? [meanwhile.write] : []),
];

function aroundWrite(write: Write, marking: Marking, atMost: Span): AnyFlow {
  const { mark, meanwhile } = marking;
  const inner = isFlow(write) ? write : undefined;
  const { seconds: longest } = inner?.longest ?? longestCall;
  const operation = operationOf(write.operation);
  const act = (input: object, aws: GraceCarrier): Promise<unknown> =>
    inner ? inner.carry(input, aws) : aws.write(write(input));
  const describe = (input: object) => ({ operation, kind: "write" as const, input });
  const { batch: _, token: __, repeatable: ___, ...declared } = write;
  return Object.assign(describe, {
    ...declared,
    operation,
    reads: [...(inner?.reads ?? []), ...mark.reads, ...(meanwhile?.reads ?? [])],
    writes: [...beginningOf(marking), ...(inner?.writes ?? [write])],
    longest: seconds(longest + atMost.seconds + slack.seconds),
    async carry(input: InputWithGrace, aws: GraceCarrier) {
      const plain = withoutGrace(input);
      if (!input.grace) return act(plain, aws);
      const { call, keeps } = await waitFor(marking, { ...input.grace, input: plain }, aws);
      const output = await act(plain, {
        ...aws,
        write: (asked, objection) =>
          aws.write(asked, async (...asking) => {
            await keeps(...asking);
            return objection?.(...asking);
          }),
      });
      if (call) await aws.takeBack(call);
      return output;
    },
    grants: [],
    already: [],
    invert: (input: InputWithGrace, output: unknown, now?: Date) =>
      write.invert(withoutGrace(input), output, now),
    send: () => Promise.reject(new Error(`${operation} is carried, not sent`)),
  });
}

/** The mark as it was put on, where there is one, and what asks whether it is still there. */
interface Marked {
  readonly call: ReturnType<TargetMark["put"]> | undefined;
  /** @throws {OwnerKeeps} where it was taken off */
  readonly keeps: FlowObjection<Reads>;
}

interface KeptAsk {
  readonly target: string;
  readonly tag: MarkTag;
}

/** Of whom, and for how long. */
interface GraceOf extends NonNullable<InputWithGrace["grace"]> {
  readonly input: object;
}

/**
 * What has no tags once its end may have come is gone, and kept by nobody; what is as it was and has
 * none had the mark taken off, be that its only tag.
 * @throws {OwnerKeeps} where the mark was taken off, or what is done meanwhile was ended
 */
const keptOf =
  ({ mark, meanwhile }: Marking, { target, tag }: KeptAsk): Marked["keeps"] =>
  async (read, _now, _remembered, mayBeDone) => {
    const tags = mark.write && (await mark.tags(read, target));
    if (tags && mayBeDone && Object.keys(tags).length === 0) return undefined;
    if (tags && tags[graceTag] !== tag.Value)
      throw new OwnerKeeps(`the mark ${graceTag} was taken off ${target}: somebody keeps it`);
    const ended = await meanwhile?.ended(read, target);
    if (ended !== undefined) throw new OwnerKeeps(ended);
    return undefined;
  };

/** @returns its tags, with the mark among them where it carries one */
async function marked(
  { mark, meanwhile }: Marking,
  { target, tag }: { readonly target: string; readonly tag: MarkTag },
  { look, until }: GraceCarrier,
): Promise<Readonly<Record<string, string>>> {
  const { tags: tagsOf } = mark;
  if (!mark.write) return look("whose it is", (read) => tagsOf(read, target));
  const at = await look("when it was marked", async (_, now) => now);
  return until(
    "the mark shows",
    async (read, now) => {
      const seen = await tagsOf(read, target);
      const isMarked = seen[graceTag] === tag.Value;
      const ended = isMarked ? await meanwhile?.ended(read, target) : undefined;
      if (isMarked && ended === undefined) return seen;
      if (now < after(at, reallyLate)) return undefined;
      throw new OwnerKeeps(
        ended ?? `the mark ${graceTag} was taken off ${target} at once: somebody keeps it`,
      );
    },
    { every: minutes(1), atMost: minutes(30) },
  );
}

/** What its owner hears. */
function noticeOf(
  { mark, meanwhile, says }: Marking,
  { target, seconds: long, input }: GraceOf,
  {
    tags,
    first,
    action,
  }: { tags: Readonly<Record<string, string>>; first: string; action: string },
): Message {
  const { what = target, keep } = says?.(input) ?? {};
  const { owner = "unknown: it has no tag `owner`" } = tags;
  const off = mark.write ? `, or take the tag ${graceTag} off ${target}` : "";
  const otherwise = keep === undefined ? "" : `; ${keep}`;
  return {
    title: `${what} is going to be changed on ${first} or after: keep it, or let it be`,
    severity: "warning",
    facts: {
      owner,
      when: `${inWords(seconds(long))} from now, not before ${first}`,
      ...(meanwhile && { "until then": meanwhile.says }),
      "to keep it": `\`npx nightshift undo ${action}\`${off}${otherwise}; \`npx nightshift exempt ${target}\` keeps it for longer`,
    },
    affected: [target],
    tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])),
  };
}

async function waitFor(marking: Marking, about: GraceOf, carrier: GraceCarrier): Promise<Marked> {
  const { mark, meanwhile, again } = marking;
  const { target, seconds: long } = about;
  const { write, until, tell, began, carries } = carrier;
  const span = seconds(long);
  const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
  const first = dayOf(after(began, span));
  const tag = { Key: graceTag, Value: `not before ${first} ${carries.action}`.slice(0, 256) };
  const call = mark.write && mark.put(target, tag);
  if (call) await write(call);
  if (meanwhile) await write(meanwhile.put(target));
  const isOver = await carrier.cameBeyond(beginningOf(marking).length);
  const keeps = keptOf(marking, { target, tag });
  if (isOver) return { call, keeps };
  const tags = await marked(marking, { target, tag }, carrier);
  const notice = { tags, first, action: carries.action };
  const told = await tell(noticeOf(marking, about, notice));
  const keepable = (name: string, end: Date): Promise<true> =>
    until(
      name,
      async (read, now, remembered) => {
        await keeps(read, now, remembered, false);
        return now >= end || undefined;
      },
      { every: everyOf(span, again), atMost: seconds(long + slack.seconds), judged: true },
    );
  const end = after(told, span);
  if (again && long > 1.5 * again.seconds) {
    await keepable("its owner is told again", before(end, again));
    await tell(
      noticeOf(marking, { ...about, seconds: again.seconds }, { ...notice, first: dayOf(end) }),
    );
  }
  await keepable("its owner may keep it", end);
  return { call, keeps };
}
