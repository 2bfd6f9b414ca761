import type { Severity } from "./message.ts";

/** Least severe first. */
export const severities = ["info", "warning", "critical"] as const satisfies readonly Severity[];

const rank: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/** For `toSorted`: the more severe first. */
export const worstSeverityFirst = (a: Severity, b: Severity): number => rank[b] - rank[a];

export const isWorse = (a: Severity, b: Severity): boolean => rank[a] > rank[b];

export const reaches = (severity: Severity, least: Severity): boolean =>
  rank[severity] >= rank[least];
