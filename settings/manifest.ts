/**
 * What the bundle step, which alone loads every unit, writes down for all others:
 * `dist/manifest.json`.
 */
import type { Back, Grant } from "../sdk/call.ts";
import type { Pattern } from "../sdk/pattern.ts";
import type { Schedule } from "../sdk/unit.ts";
import type { Mode } from "./mode.ts";
import type { Shared } from "./names.ts";
import type { ParsedSettings } from "./settings.ts";

export interface ManifestOperation {
  readonly operation: string;
  readonly grants: readonly Grant[];
  /** Of a step of several requests: those that change something. */
  readonly changing?: readonly string[];
  /** Writes only. */
  readonly back?: Back;
  readonly irreversible?: string;
  /** Why its way back may lead nowhere. */
  readonly uncertain?: string;
  /** Operations that take it back. */
  readonly undoneBy?: readonly string[];
}

/** What carries a unit's flows. */
export interface ManifestFlows {
  /** The longest that any of them may take, in seconds. */
  readonly longest: number;
  readonly reads: readonly ManifestOperation[];
  readonly writes: readonly ManifestOperation[];
  /** What takes back what one wrote that ends half way. */
  readonly undoes: readonly ManifestOperation[];
}

export type ManifestTrigger =
  | {
      readonly kind: "sweep";
      readonly schedule: Schedule;
      readonly timeZone: string;
      readonly windowMinutes: number | null;
    }
  | { readonly kind: "event"; readonly pattern: Pattern };

export interface ManifestUnit {
  readonly id: string;
  readonly kind: "automation" | "report" | "signal";
  readonly family: string;
  /** It keeps the account safe; only automations can. */
  readonly protects: boolean;
  /** Only an exemption that names it counts. */
  readonly exemptByName?: boolean;
  readonly summary: string;
  readonly scope: "region" | "global";
  /** It looks in all regions, from the home region. */
  readonly everywhere?: boolean;
  /** It runs where services without regions keep what is theirs, too. */
  readonly central?: boolean;
  /** What its settings name, by the placeholder in its calls' ARN templates. */
  readonly named?: Readonly<Record<string, readonly string[]>>;
  /** The regions that its settings name for calls elsewhere, where it has such. */
  readonly elsewhere?: readonly string[];
  /** What it may change in a day by its own config, in place of the settings' (rule: caps). */
  readonly caps?: { readonly changes: number; readonly percent: number };
  /** The settings' `on` already applied; nothing where it is retired. */
  readonly on: readonly ManifestTrigger[];
  readonly enabled: boolean;
  /** Reports and signals are always `watch`. */
  readonly mode: Mode;
  /** Its ids of before, if it had others. */
  readonly formerly?: readonly string[];
  /** The ids of all other automations: a tag that names them alone does not exempt from this one. */
  readonly others?: readonly string[];
  readonly fallback: boolean;
  /** JSON Schema of its config. */
  readonly configSchema: object;
  /** Its config as parsed, with defaults. */
  readonly config: object;
  readonly reads: readonly ManifestOperation[];
  readonly writes: readonly ManifestOperation[];
  /** All that takes its writes back: inverses and declared undoes. */
  readonly undoes: readonly ManifestOperation[];
  /** The units whose last actions it reads in the ledger, its own id where that is one. */
  readonly remembers?: readonly string[];
  /** Of a report: it reads in the ledger what the changes of all units save. */
  readonly readsSavings?: true;
  /** Of a report: it reads in the ledger what all units did, and what waits. */
  readonly readsPast?: true;
  /** Of an automation with work that waits. */
  readonly flows?: ManifestFlows;
  /** What undo cannot bring back. */
  readonly lost: readonly string[];
  /**
   * Folder of its bundle below `dist/`: `index.mjs` and `settings.json`. Signals share
   * `functions/signals`.
   */
  readonly bundle: string;
  /** SHA-256 of the bundle. */
  readonly hash: string;
}

/** A function that belongs to no single unit. */
export interface SharedFunction {
  readonly bundle: string;
  readonly hash: string;
  /** What it reads of AWS by declared calls: in the home region alone, and wherever units look. */
  readonly reads?: {
    readonly home: readonly ManifestOperation[];
    readonly everywhere: readonly ManifestOperation[];
  };
}

export interface Manifest {
  readonly version: 1;
  /** Which file the settings come from, relative to the repository. */
  readonly settingsFile: string;
  readonly settings: ParsedSettings;
  readonly units: readonly ManifestUnit[];
  /** Those of features only where the settings ask for them. */
  readonly shared: { readonly [K in Shared]: SharedFunction } & {
    readonly [name: string]: SharedFunction | undefined;
  };
}
