/**
 * What a feature does within functions that are not its own: the default export of its `run.ts`.
 * Loaded by tell and by whoever answers people; it must load fast.
 */
import type { Store } from "../ledger/store.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { IncidentShown } from "./incident-news.ts";
import type { Outgoing } from "./outgoing.ts";

/** Until when a message is withheld, by the clocks of those it is for; nothing: it is told now. */
export type QuietUntil = (message: Outgoing, at: Date) => Date | undefined;

/** Who is on call for a rotation, and who comes after. Keys of `people`. */
export interface RotationShown {
  readonly name: string;
  readonly timeZone: string;
  readonly person: string;
  /** Whose turn it would be, where somebody stands in. */
  readonly insteadOf?: string | undefined;
  /** The hand-over. */
  readonly until: Date;
  readonly next: string;
}

/** What people can ask of on-call. */
export interface OnCallAnswers {
  /** Open incidents, worst first. */
  open(most: number): Promise<{ readonly shown: readonly IncidentShown[]; readonly more: number }>;
  rotations(at: Date): readonly RotationShown[];
}

export interface FeatureAtRun {
  quiet?(settings: ParsedSettings): QuietUntil;
  onCall?(settings: ParsedSettings, store: Store): OnCallAnswers;
}

/** The features that have such a part: the root's `features.run.ts`. */
export type FeaturesAtRun = readonly (() => Promise<{ readonly default: FeatureAtRun }>)[];

const loaded = async (features: FeaturesAtRun): Promise<FeatureAtRun[]> =>
  (await Promise.all(features.map((load) => load()))).map((face) => face.default);

/** Until when any of the features withholds a message: the last of the times that they say. */
export async function quietBy(
  features: FeaturesAtRun,
  settings: ParsedSettings,
): Promise<QuietUntil> {
  const each = (await loaded(features)).flatMap(({ quiet }) => (quiet ? [quiet(settings)] : []));
  return (message, at) => {
    const times = each.flatMap((until) => until(message, at) ?? []);
    return times.toSorted((a, b) => b.getTime() - a.getTime())[0];
  };
}

/** What the feature that has on-call answers, where there is one. */
export async function onCallAnswers(
  features: FeaturesAtRun,
  settings: ParsedSettings,
  store: Store,
): Promise<OnCallAnswers | undefined> {
  const having = (await loaded(features)).find(({ onCall }) => onCall);
  return having?.onCall?.(settings, store);
}
