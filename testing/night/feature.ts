/**
 * What a feature adds to the night of `npm start`: the default export of its `night.ts`, listed in
 * the root's `features.night.ts`.
 */
import type { Counter } from "../../handlers/app/metrics.ts";
import type { Store } from "../../ledger/store.ts";
import type { IncidentShown } from "../../messages/incident-news.ts";
import type { Log } from "../../sdk/log.ts";
import type { Clock } from "../../sdk/time.ts";
import type { Sections } from "../../settings/sections.ts";
import type { ParsedSettings } from "../../settings/settings.ts";

export interface NightHappening {
  readonly at: Date;
  /** `opened`, `escalated`: a word of the incident's timeline. */
  readonly what: string;
  readonly text: string;
  /** As people call them. */
  readonly by?: string | undefined;
}

/** An incident when the night is over. */
export interface NightIncident extends IncidentShown {
  readonly unit: string;
  readonly timeline: readonly NightHappening[];
}

/** Incidents, kept in this process by the clock of the night. */
export interface NightIncidents {
  /** What the function that keeps them answers. */
  answer(payload: unknown): Promise<unknown>;
  /** When the first of its timers rings. */
  nextTimer(): Date | undefined;
  /** Wakes what is due. */
  wake(now: Date): Promise<void>;
  /** Wakes what is due and has no timer in this process. */
  overdue(): Promise<void>;
  /** Whoever is on call takes the one whose title begins so. */
  acknowledge(title: string, at: Date): Promise<void>;
  /** What whoever is on call is named. */
  personOn(at: Date): string;
  /** All, the oldest first. */
  all(): Promise<readonly NightIncident[]>;
}

export interface NightHost {
  readonly settings: ParsedSettings;
  /** The family of each unit. */
  readonly families: Readonly<Record<string, string>>;
  /** Of the function that keeps them. */
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Counter;
}

export interface NightFeature {
  /** What the night's settings say of it. */
  readonly settings: Partial<Sections>;
  /** What the settings of the week in fast motion say of it; absent: there is no such week. */
  readonly week?: Partial<Sections>;
  incidents?(host: NightHost): NightIncidents;
}
