/** Backups that nobody may need any more: told, and never taken for sure. */
import { wallOfSlot } from "../slot.ts";
import type { KeptBackup } from "./kept.ts";

export const orphanKinds = [
  "source gone",
  "image gone",
  "plan gone",
  "plan stopped",
  "failed",
  "no plan",
] as const;
export type OrphanKind = (typeof orphanKinds)[number];

/** So many times the longest of the last gaps between slots pass, and nothing new came. */
const patience = 3;
/** Between that many of the newest slots the gaps are looked at. */
const looked = 4;

/** Its plan makes no more of it: the next one is long overdue by its own rhythm. */
function hasStopped(slots: readonly string[], now: Date): boolean {
  const walls = [...new Set(slots.flatMap((slot) => wallOfSlot(slot) ?? []))]
    .toSorted((a, b) => b - a)
    .slice(0, looked);
  const [newest] = walls;
  if (newest === undefined) return false;
  const gaps = walls.slice(1).map((wall, at) => (walls[at] ?? wall) - wall);
  // Of one alone no rhythm is known.
  if (!gaps.length) return false;
  return now.getTime() - newest > patience * Math.max(...gaps);
}

const keyOf = ({ plan, region, about }: KeptBackup): string => `${plan.name} ${region} ${about}`;

function orphanKindOf(backup: KeptBackup, stopped: ReadonlySet<string>): OrphanKind | undefined {
  const { plan, source, isFailed, isOfGoneImage } = backup;
  if (isFailed) return "failed";
  if (isOfGoneImage) return "image gone";
  if (plan.isGone) return "plan gone";
  if (plan.by === "nobody") return "no plan";
  if (plan.by !== "ours") return undefined;
  if (source === "gone") return "source gone";
  return stopped.has(keyOf(backup)) ? "plan stopped" : undefined;
}

/** @returns by kind, each backup in one of them at most */
export function orphansIn(
  kept: readonly KeptBackup[],
  now: Date,
): ReadonlyMap<OrphanKind, KeptBackup[]> {
  const ours = Map.groupBy(
    kept.filter(({ plan }) => plan.by === "ours"),
    keyOf,
  );
  const stopped = new Set(
    [...ours].flatMap(([key, some]) =>
      hasStopped(
        some.flatMap(({ slot }) => slot ?? []),
        now,
      )
        ? [key]
        : [],
    ),
  );
  const orphans = new Map<OrphanKind, KeptBackup[]>();
  for (const backup of kept) {
    const kind = orphanKindOf(backup, stopped);
    if (!kind) continue;
    const members = orphans.get(kind) ?? [];
    orphans.set(kind, members);
    members.push(backup);
  }
  return orphans;
}
