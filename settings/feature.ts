/**
 * What a feature adds to Nightshift. A feature is a folder with a `feature.ts`, which says all of it
 * as data; the root's `features.ts` lists those that are there. Loads no SDK client: settings, synth
 * and the command line read it.
 */
import type * as z from "zod/mini";
import type { Conditions } from "../sdk/call.ts";
import type { Span } from "../sdk/time.ts";
import type { Manifest } from "./manifest.ts";
import type { Match } from "./match.ts";
import { type Shared, shared } from "./names.ts";
import type { ParsedSections, Sections } from "./sections.ts";
import type { ParsedSettings } from "./settings.ts";
import type { Owner, Statement } from "./statements.ts";

/** What a feature may know of the rest of the settings while it checks its own part. */
export interface Known {
  /** Ids of the units. */
  readonly units: readonly string[];
  /** Other senders of messages: the watchdog, tell. */
  readonly senders: readonly string[];
  /** Keys of `people` whom some feature calls by name. */
  readonly called: ReadonlySet<string>;
  /** Where given, what has ended by then is refused. */
  readonly now?: Date | undefined;
}

/** A match somewhere in the settings, and where. */
export interface PlacedMatch {
  /** `onCall.escalations[0].match` */
  readonly at: string;
  readonly match: Match | undefined;
}

/** Schemas of what features add to the settings file, by the field's name. */
export type SectionFields = {
  readonly [K in keyof Sections & keyof ParsedSections]-?: z.ZodMiniType<
    ParsedSections[K],
    Sections[K]
  >;
};

/** Fields that a feature adds to the settings file. */
export interface Section {
  /**
   * Their schemas, by name: strict, so that a misspelt key is refused, and with every default. What
   * names no time zone of its own gets `timeZone`.
   */
  fields(frame: Pick<ParsedSettings, "timeZone">): Partial<SectionFields>;
  /**
   * What is wrong although each field is well formed.
   * @returns `field: what is wrong and what to do`, one for each
   */
  problems?(settings: ParsedSettings, known: Known): Iterable<string>;
  /** All that it matches by: units in it must be there, and messages carry the tags in it. */
  matches?(settings: ParsedSettings): Iterable<PlacedMatch>;
  /** Keys of `people` whom it calls by name. */
  calls?(settings: ParsedSettings): Iterable<string>;
}

/** What policies are made from. */
export interface Granting {
  readonly manifest: Manifest;
  readonly owner: Owner;
  readonly features: readonly Feature[];
}
export type Policy = (granting: Granting) => readonly Statement[];

/** A queue from which a function is fed. */
export interface FeatureQueue {
  /** Of the alarm on what waits in it for too long. */
  readonly lateAlarm: string;
  /** Unique within the feature: what it is in the template goes by it. */
  readonly id: string;
  readonly name: string;
  readonly retention: Span;
  /** So often one letter is taken up before it goes to the failure queue. */
  readonly mostReceives: number;
  readonly batchSize: number;
  /** So many batches at once, at most. */
  readonly atOnce: number;
}

/** The part of the settings that decides which functions there are. */
export type Deploying = ParsedSections;

/** A Lambda function that a feature has. The deployed one is called after its name. */
export interface FeatureFunction {
  readonly description: string;
  /** The file that exports `handler`, from the root of the sources. */
  readonly entry: string;
  /** Whether a deployment with these settings has it. */
  wanted(settings: Deploying): boolean;
  readonly policy: Policy;
  /** Other functions that invoke it, of this feature or not. */
  readonly invokedBy?: readonly string[];
  /** Default: as long as other shared functions may take. */
  readonly timeout?: Span;
  /** In MB. Default 256. */
  readonly memory?: number;
  /** So many at once, at most: whoever floods it must not take the account's concurrency. */
  readonly atOnce?: number;
  /**
   * For so long an asynchronous invocation may wait or be tried again; what is older goes to the
   * failure queue. Default: Lambda's most.
   */
  readonly waits?: Span;
  /**
   * Has an address that anybody may call: its own check of who calls comes first. Printed by the
   * deployment under `output`.
   */
  readonly address?: { readonly output: string; readonly description: string };
  queues?(settings: ParsedSettings): readonly FeatureQueue[];
}

/** A role that is none of a function's: a service assumes it. */
export interface FeatureRole {
  /** Unique within the feature: what it is in the template goes by it. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Who may assume it: `scheduler.amazonaws.com`. */
  readonly service: string;
  readonly when: Conditions;
  readonly statements: readonly Statement[];
}

/** When a shared function is started beside its own times. */
export interface FeatureSchedule {
  readonly starts: "watchdog";
  /** Unique in the account and region. */
  readonly name: string;
  readonly description: string;
  readonly schedule: string;
  readonly timeZone: string;
  /** The scheduler fills in its own `<aws.scheduler.…>` values. */
  readonly input: object;
}

/** Something that holds at the very moment at which settings are deployed, and changes with them. */
export interface MoveAtOnce {
  /** What is so now, and what would be. */
  readonly what: string;
  /** What to write instead, so that it stays as it is. */
  readonly remedy: string;
  /** Whether a person has to agree; else it is told alone. */
  readonly confirm: boolean;
}

/**
 * What a deployment keeps of its settings in its home stack, so that the next can say what it moves
 * at once.
 */
export interface KeptSettings {
  /** In the middle of a sentence: `who is on call now`. */
  readonly about: string;
  /** Small, and as JSON. Whoever may read the stack's template reads it. */
  of(settings: ParsedSettings): object;
  /** @returns nothing where what was kept cannot be read */
  moves(kept: unknown, settings: ParsedSettings, at: Date): readonly MoveAtOnce[] | undefined;
}

export interface Feature {
  /** As its folder is called. */
  readonly id: string;
  readonly section?: Section;
  /** By name: unique among all functions, and what the ids of units may not begin with. */
  readonly functions?: Readonly<Record<string, FeatureFunction>>;
  /** What other functions may beside their own, by the name of the function. */
  readonly grants?: Readonly<Record<string, Policy>>;
  roles?(settings: ParsedSettings, owner: Owner): readonly FeatureRole[];
  schedules?(settings: ParsedSettings): readonly FeatureSchedule[];
  readonly kept?: KeptSettings;
}

/** Declares a feature: the default export of its `feature.ts`. */
export const feature = (declared: Feature): Feature => declared;

/** The functions of all features, by name, whether a deployment has them or not. */
export const functionsOf = (
  features: readonly Feature[],
): Readonly<Record<string, FeatureFunction>> =>
  Object.assign({}, ...features.map(({ functions }) => functions ?? {}));

/** Names of the functions that belong to no unit, whether a deployment has them or not. */
export const sharedNames = (features: readonly Feature[]): readonly string[] => [
  ...shared,
  ...Object.keys(functionsOf(features)),
];

/** Names of the functions that a deployment has beside its units' own. */
export const sharedOf = (settings: Deploying, features: readonly Feature[]): readonly string[] => [
  ...shared,
  ...Object.entries(functionsOf(features)).flatMap(([name, { wanted }]) =>
    wanted(settings) ? [name] : [],
  ),
];

/** Names of the features' functions that a function of this name invokes, where they are deployed. */
export const invokedFrom = (
  name: string,
  settings: Deploying,
  features: readonly Feature[],
): readonly string[] =>
  Object.entries(functionsOf(features)).flatMap(([invoked, { invokedBy = [], wanted }]) =>
    invokedBy.includes(name) && wanted(settings) ? [invoked] : [],
  );

/** What a deployment keeps of its settings for the features, by their ids. */
export const keptOf = (
  settings: ParsedSettings,
  features: readonly Feature[],
): Readonly<Record<string, object>> =>
  Object.fromEntries(features.flatMap(({ id, kept }) => (kept ? [[id, kept.of(settings)]] : [])));

/** All that the features' sections match by. */
export const matchesOf = (settings: ParsedSettings, features: readonly Feature[]): PlacedMatch[] =>
  features.flatMap(({ section }) => [...(section?.matches?.(settings) ?? [])]);

export const isShared = (name: string): name is Shared =>
  (shared as readonly string[]).includes(name);
