/** What the real Alertmanager is shown, and what it was seen to do. */
import type { GroupLabel, Inhibition } from "../../oncall/settings/on-call.ts";

/** A second for Alertmanager; in the replay as long as one likes. */
export type Ticks = number;

export interface Shown {
  readonly at: Ticks;
  readonly key: string;
  /** It is over. */
  readonly over?: true;
  readonly severity?: "info" | "warning" | "critical";
  readonly region?: string;
  readonly unit?: string;
  /** It began so long before. */
  readonly began?: Ticks;
}

export interface Scenario {
  readonly name: string;
  readonly by: readonly GroupLabel[];
  readonly wait: Ticks;
  readonly interval: Ticks;
  readonly repeat: Ticks;
  readonly inhibit?: readonly Inhibition[];
  readonly inputs: readonly Shown[];
  /** It is watched for so long. */
  readonly until: Ticks;
}

export interface Notified {
  readonly at: Ticks;
  /** Label=value of what the group has in common, sorted. */
  readonly group: string;
  /** Keys, sorted. */
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
}

export interface Recording extends Scenario {
  readonly alertmanager: string;
  readonly notifications: readonly Notified[];
}

export const tickMilliseconds = 1_000;
/** Alertmanager removes empty groups so often. */
export const maintenance: Ticks = 30;

export const labelsShown = ({
  key,
  severity = "warning",
  region = "eu-central-1",
  unit = "alarm",
}: Shown) => ({
  key,
  severity,
  region,
  unit,
  account: "123456789012",
  family: "signals",
});
export const groupShown = (labels: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(" ");
