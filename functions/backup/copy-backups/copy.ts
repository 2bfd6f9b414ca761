/** What copies of sets say of themselves: by tags, in the region that they lie in. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { type SetName, setId, tagIn } from "../backup-set.ts";

/** Makes the copies, and is believed by its records alone: others that look for sets do not take a copy for one. */
export const copier = "copy-backups";

export const copyTagOf = {
  /** `eu-central-1/snap-…` */
  from: "nightshift:copied-from",
  /** The action that made the set. */
  original: "nightshift:copied-set",
} as const;

export const copyId = (set: SetName, to: string): string => `${setId(set)}@${to}`;

/** @returns nothing where it is no such id */
export function copyNameOf(id: string): (SetName & { readonly to: string }) | undefined {
  const [about, slot, to, ...more] = id.split("@");
  return about && slot && to && !more.length ? { about, slot, to } : undefined;
}

/** What a copy of it says that it is of: ids of snapshots are a region's own. */
export const copiedFrom = (region: string, snapshot: string): string => `${region}/${snapshot}`;

/** Those that there are, or will be: one that failed is none. */
export const aliveCopies = (copies: readonly Snapshot[]): Snapshot[] =>
  copies.filter(({ State }) => State !== "error");

/**
 * Whether each has a copy. Two copies of one are not copies of two: what was begun again may have
 * left some.
 * @param sources what they say that they are of
 */
export function areAllCopied(sources: readonly string[], copies: readonly Snapshot[]): boolean {
  const there = new Set(aliveCopies(copies).map((copy) => tagIn(copy, copyTagOf.from)));
  return sources.length > 0 && sources.every((source) => there.has(source));
}
