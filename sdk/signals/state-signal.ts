/**
 * The frame of most signals: an event says that something, the subject, is in a state; a table says
 * which states are told, how, how grave they are, and which of them is the end of the others.
 */
import type * as z from "zod/mini";
import type { Message, Severity } from "../message.ts";
import { reaches } from "../severity.ts";
import { type Signal, type SignalContext, signal, type ToldOfEvent } from "../signal.ts";
import { matchesName } from "./names.ts";
import { type DraftFacts, message } from "./telling.ts";

/** What an event is about. A signal may add fields of its own, for titles and facts. */
export interface Subject {
  /** As people know it: titles and the names in the config go by it. */
  readonly name: string;
  /** Others by which the config may ignore it; default its name alone. */
  readonly ignoredBy?: readonly (string | undefined)[] | undefined;
  /** What is affected: ARNs or names; default its name. */
  readonly affected?: readonly (string | undefined)[] | undefined;
  /** Tags of what is affected. */
  readonly tags?: Message["tags"] | undefined;
  /** The console page, by `consolePage`. */
  readonly link?: string | undefined;
  /** Where it is, if not where the event comes from. */
  readonly region?: string | undefined;
  /** Groups what is told of one matter, and finds what an end ends. */
  readonly key: string | undefined;
}

/** An event as it is seen by titles, states and facts. */
export interface Matter<D, S extends Subject> {
  readonly detail: D;
  readonly subject: S;
}

/** One state that is told. */
export interface StateTold<D, S extends Subject> {
  readonly title: (matter: Matter<D, S>) => string;
  /**
   * How grave it is. Of an end, which is told as `info`: how grave the matter is by now. What has
   * become too light to be told ends quietly, for it may have been graver when it began.
   */
  readonly severity?: Severity | ((matter: Matter<D, S>) => Severity);
  /** Critical for the subjects that the config names so. */
  readonly mayBeCritical?: boolean;
  /**
   * It ends what is open under the key. `quietly`: where nothing is open, nobody is told.
   */
  readonly over?: "quietly" | "told";
  /** Nothing that AWS says ends it, though it may come again: each time is another occurrence. */
  readonly endless?: boolean | ((matter: Matter<D, S>) => boolean);
  /** The key, where the state is a matter of its own. */
  readonly key?: (matter: Matter<D, S>) => string | undefined;
}

/** The keys that the frame understands; a config may have others beside. */
export interface StateConfig {
  /** Subjects that are not told. */
  readonly ignore?: readonly string[];
  /** Subjects whose `mayBeCritical` states are critical. */
  readonly critical?: readonly string[];
  /** What is less severe is not told. */
  readonly atLeast?: Severity;
}

type Framed = "tell" | "detail";

export interface StateSignal<
  Id extends string,
  C extends z.ZodMiniObject,
  D extends z.ZodMiniType,
  S extends Subject,
> extends Omit<Signal<Id, C, D>, Framed> {
  readonly detail: D;
  /**
   * What it is about. Throws where the event does not name it: then it is told as it came. Nothing:
   * it is not told.
   */
  subject?(detail: z.output<D>, context: SignalContext<C>): S | undefined;
  /** In place of `subject`, where one event may speak of several matters: each has its own key. */
  subjects?(detail: z.output<D>, context: SignalContext<C>): readonly S[];
  /** In which state it is; what has no row in `states` is not told. */
  state(matter: Matter<z.output<D>, S>, context: SignalContext<C>): string | undefined;
  /** The states that are told, by name. */
  readonly states: Readonly<Record<string, StateTold<z.output<D>, NoInfer<S>>>>;
  facts(matter: Matter<z.output<D>, S>, context: SignalContext<C>): DraftFacts;
}

/** How grave the state is by itself, before the config is asked. */
const graveness = <D, S extends Subject>(
  { severity = "info" }: StateTold<D, S>,
  matter: Matter<D, S>,
): Severity => (typeof severity === "function" ? severity(matter) : severity);

/** How grave it is told, or nothing where the config wants to hear of graver matters only. */
function severityTold<D, S extends Subject>(
  told: StateTold<D, S>,
  matter: Matter<D, S>,
  { critical = [], atLeast = "info" }: StateConfig,
): Severity | undefined {
  if (told.over) return "info";
  const severity = graveness(told, matter);
  if (!reaches(severity, atLeast)) return undefined;
  const named = told.mayBeCritical === true && matchesName(critical, matter.subject.name);
  return named ? "critical" : severity;
}

/** Whether an end is worth no message where nothing is open. */
function endsQuietly<D, S extends Subject>(
  told: StateTold<D, S>,
  matter: Matter<D, S>,
  { atLeast = "info" }: StateConfig,
): boolean {
  if (told.over === "quietly") return true;
  const graded = told.over !== undefined && told.severity !== undefined;
  return graded && !reaches(graveness(told, matter), atLeast);
}

const isEndless = <D, S extends Subject>(
  { endless = false }: StateTold<D, S>,
  matter: Matter<D, S>,
): boolean => (typeof endless === "function" ? endless(matter) : endless);

/**
 * Declares a signal by the states of what it is about. Its config may have `ignore`, `critical`
 * (lists of names, by `namesInEvent`) and `atLeast`, which the frame sees to, and keys of its own.
 */
/* @__NO_SIDE_EFFECTS__ */
export const stateSignal = <
  const Id extends string,
  C extends z.ZodMiniObject,
  D extends z.ZodMiniType,
  S extends Subject,
>({
  subject: subjectOf,
  subjects: subjectsOf,
  state: stateOf,
  states,
  facts,
  ...rest
}: StateSignal<Id, C, D, S>) => {
  const endsNever = Object.values(states).every(({ over }) => over === undefined);
  /** What is told of one subject, or nothing. */
  function tellOf(subject: S, detail: z.output<D>, context: SignalContext<C>): Message | undefined {
    const config: StateConfig = context.config;
    const { name, ignoredBy = [name], affected = [name], tags, link, region } = subject;
    if (matchesName(config.ignore ?? [], ...ignoredBy)) return undefined;
    const matter = { detail, subject };
    const state = stateOf(matter, context);
    const told = state !== undefined && Object.hasOwn(states, state) ? states[state] : undefined;
    const severity = told && severityTold(told, matter, config);
    if (!told || !severity) return undefined;
    return message({
      title: told.title(matter),
      severity,
      affected,
      tags,
      facts: facts(matter, context),
      link,
      region,
      key: told.key ? told.key(matter) : subject.key,
      closes: told.over !== undefined,
      quiet: endsQuietly(told, matter, config) || undefined,
      occurs: endsNever || isEndless(told, matter) || undefined,
    });
  }
  return signal<Id, C, D>({
    ...rest,
    tell(detail, context): ToldOfEvent {
      const subjects = subjectsOf?.(detail, context) ?? [subjectOf?.(detail, context)];
      const [first, ...others] = subjects
        .filter((subject) => subject !== undefined)
        .flatMap((subject) => tellOf(subject, detail, context) ?? []);
      return others.length > 0 && first ? [first, ...others] : first;
    },
  });
};
