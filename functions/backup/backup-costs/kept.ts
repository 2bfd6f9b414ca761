/** A backup that is there, as far as it is counted. */
import type { Keep } from "../retention.ts";

export const keptKinds = ["volume", "database", "table", "vault"] as const;
export type KeptKind = (typeof keptKinds)[number];

/** What each is called, one and many. */
export const kindWords: Readonly<Record<KeptKind, readonly [one: string, many: string]>> = {
  volume: ["snapshot of a volume", "snapshots of volumes"],
  database: ["snapshot of a database", "snapshots of databases"],
  table: ["backup of a table", "backups of tables"],
  vault: ["recovery point in a vault", "recovery points in vaults"],
};

/** Whose it is. */
export interface BackupPlan {
  /** `ours`: it says so of itself; `nobody`: no plan is known that made it. */
  readonly by: "ours" | "others" | "nobody";
  /** For people: `volume-backups`, `the DLM policy policy-1`. */
  readonly name: string;
  /** It was deleted, and what it made is still there. */
  readonly isGone?: true;
}

export interface KeptBackup {
  readonly kind: KeptKind;
  readonly region: string;
  readonly id: string;
  readonly plan: BackupPlan;
  /** What it is a backup of: one id for one thing. */
  readonly about: string;
  readonly at: Date | undefined;
  /** `unknown`: what would say so could not be read, or it lies where nobody looks. */
  readonly source: "here" | "gone" | "unknown";
  readonly isFailed: boolean;
  /** Of an image that is deregistered: it alone can be started from, its snapshots cannot. */
  readonly isOfGoneImage?: boolean;
  /** Where it is one of ours. */
  readonly slot: string | undefined;
  /** As it was made with; nothing where it does not say. */
  readonly keep: Keep | undefined;
  /** Of what is always a whole copy; nothing where it is not, or AWS does not say. */
  readonly bytes: number | undefined;
}
