/** What copies of sets say of themselves: by tags, in the region that they lie in. */
import type { DeclaredRegion } from "../../../sdk/elsewhere.ts";
import { type SetName, setId } from "../backup-set.ts";

/** Makes the copies, and is believed by its records alone: others that look for sets do not take a copy for one. */
export const copier = "copy-backups";

export const copyTagOf = {
  /** `eu-central-1/snap-…` */
  from: "nightshift:copied-from",
  /** The action that made the set. */
  original: "nightshift:copied-set",
} as const;

export const copyId = (set: SetName, to: DeclaredRegion): string => `${setId(set)}@${to}`;

/** @returns nothing where it is no such id */
export function copyNameOf(id: string): (SetName & { readonly to: string }) | undefined {
  const [about, slot, to, ...more] = id.split("@");
  return about && slot && to && !more.length ? { about, slot, to } : undefined;
}
