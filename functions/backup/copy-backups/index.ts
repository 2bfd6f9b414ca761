/**
 * Copies each whole set of `volume-backups` to the regions of its settings, encrypted with the key
 * that they name there. A set has one copy in each, whatever is delivered twice; a copy counts when
 * all its snapshots are complete, and what fails half way is taken back. Only sets are copied that
 * the ledger says `volume-backups` made: a tag alone makes nobody pay for a copy.
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import type * as z from "zod/mini";
import { describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import { describeSnapshotsElsewhere } from "../../../aws/ec2/snapshot-elsewhere.ts";
import { type AutomationSearch, automation } from "../../../sdk/automation.ts";
import { count } from "../../../sdk/counted.ts";
import type { DeclaredRegion } from "../../../sdk/elsewhere.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import {
  type BackupSet,
  isGood,
  maker,
  oursByTag,
  type SetName,
  setId,
  setsIn,
  tagIn,
  tagOf,
} from "../backup-set.ts";
import { keepInWords } from "../retention.ts";
import { allKnown, type Choosing, type KnownBackup, newestKnown, worthCopying } from "./chosen.ts";
import { copyPlan } from "./config.ts";
import { copiesIn, type PartThere, partsThere, sourcesOf } from "./copies-there.ts";
import { areAllCopied, copiedFrom, copier, copyId, copyNameOf } from "./copy.ts";
import { type CopyThere, copySetElsewhere } from "./copy-set.ts";

const reads = [describeSnapshots, describeSnapshotsElsewhere] as const;
type Search = AutomationSearch<typeof copyPlan, typeof reads>;
type CopyTarget = z.output<typeof copyPlan>["to"][number];

interface Found extends KnownBackup {
  readonly to: DeclaredRegion;
  readonly key: string | undefined;
  /** What there is of the copy. */
  readonly copies: readonly Snapshot[];
  /** What of that a new action can take over. */
  readonly has: readonly PartThere[];
}

const aboutOf = ({ about }: SetName): string => about;
const isGoodSet = ({ snapshots }: BackupSet): boolean => isGood(snapshots);

/** Those that are asked for by name, each by itself: also what would not be chosen. */
async function namedIn(
  only: readonly string[],
  all: readonly BackupSet[],
  choosing: Choosing,
): Promise<KnownBackup[][]> {
  const names = new Set(only.flatMap((id) => copyNameOf(id) ?? []).map(setId));
  const sets = await allKnown(
    all.filter((set) => names.has(setId(set))),
    choosing,
  );
  return sets.map((set) => [set]);
}

async function foundFor(
  set: KnownBackup,
  { region: to, key }: CopyTarget,
  copies: readonly Snapshot[],
  search: Search,
): Promise<Found> {
  const sources = sourcesOf(set.snapshots, search.region);
  const isHalf = set.keep && copies.length > 0 && !areAllCopied(sources, copies);
  const has = isHalf ? await partsThere({ copies, sources, key }, search.madeBy) : [];
  return { ...set, to, key, copies, has };
}

/** A copy beside its set is lost with it, and a plan that copies nothing looks like one with nothing to do. */
const noneFrom = (region: string): string =>
  `\`to\` names ${region} alone, where the sets of ${region} lie already: nothing of them is copied. Name another region.`;

function whatIsMissing(sources: readonly Snapshot[], has: readonly CopyThere[]): string {
  const all = count(sources.length, "snapshot");
  return has.length ? `${all} beside ${has.length} that are there` : all;
}

function encryptionOf(
  sources: readonly Snapshot[],
  { to, key }: { readonly to: string; readonly key: string | undefined },
): string {
  if (key !== undefined) return `, encrypted with ${key}`;
  const isEncrypted = sources.some(({ Encrypted }) => Encrypted);
  return isEncrypted ? `, encrypted with the default key of ${to}` : "";
}

export default automation({
  id: copier,
  family: "backup",
  summary: "Copies backups of volumes to other regions, encrypted with the key of each",
  on: [sweep("cron(35 * * * ? *)", { window: minutes(10) })],
  config: copyPlan,
  elsewhere: { field: "to", regions: ({ to }) => to.map(({ region }) => region) },
  exemptByName: true,
  remembers: [maker, copier],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  reads,
  writes: [copySetElsewhere],
  lost: ["A copy that an undo deletes is gone; the set that it is a copy of stays."],

  async *find(search) {
    const { read, only, region, config, now, remembered, note } = search;
    const targets = config.to.filter((target) => target.region !== region);
    if (!targets.length && config.to.length && !only) note(noneFrom(region));
    if (!targets.length) return;
    const all = setsIn(await Array.fromAsync(read(describeSnapshots(oursByTag))));
    const choosing = { newest: config.newest, now, remembered };
    const candidates = only ? await namedIn(only, all, choosing) : await newestKnown(all, choosing);
    for (const target of targets) {
      const copies = await copiesIn(target.region, read);
      const goods = Map.groupBy([...all, ...copies.values()].filter(isGoodSet), aboutOf);
      for (const [newest, ...older] of candidates) {
        if (!newest) continue;
        const ofOne = [newest, ...older];
        const slots = goods.get(newest.about)?.map(({ slot }) => slot) ?? [];
        const chosen = only ? ofOne : worthCopying(ofOne, slots, now);
        for (const set of chosen)
          if (!only || only.includes(copyId(set, target.region)))
            yield await foundFor(set, target, copies.get(setId(set))?.snapshots ?? [], search);
      }
    }
  },

  target: ({ about, slot, to, snapshots }) => ({
    id: copyId({ about, slot }, to),
    tags: snapshots.flatMap(({ Tags = [] }) => Tags),
    within: { id: about, tags: {} },
  }),

  name({ about, slot, to, snapshots: [first] }) {
    const name = first && tagIn(first, "Name");
    return `${name ? `${name} (${about})` : about}, ${slot}, in ${to}`;
  },

  state: ({ slot, to, copies }) => ({
    slot,
    to,
    copies: copies
      .filter(({ State }) => State !== "error")
      .map(({ SnapshotId = "" }) => SnapshotId)
      .sort(),
  }),
  becomes: ({ slot, to, snapshots }) => ({
    slot,
    to,
    copies: snapshots.map(({ SnapshotId }) => `one of ${SnapshotId}`),
  }),

  propose({ about, slot, to, key, keep, copies, has, snapshots }, { region }) {
    if (!keep || !isGood(snapshots)) return;
    const all = sourcesOf(snapshots, region);
    if (areAllCopied(all, copies)) return;
    const there = new Set(has.map(({ source }) => source));
    const sources = snapshots.filter(
      ({ SnapshotId = "", State }) =>
        State === "completed" && !there.has(copiedFrom(region, SnapshotId)),
    );
    const [first] = sources;
    if (!first) return;
    const name = tagIn(first, "Name");
    return {
      because: `it has no whole copy in ${to}: ${whatIsMissing(sources, has)}${encryptionOf(sources, { to, key })}`,
      call: copySetElsewhere({
        about,
        slot,
        from: region,
        to,
        ...(key !== undefined && { key }),
        snapshots: sources.map(({ SnapshotId = "" }) => SnapshotId).sort(),
        has: has.map(({ id, action }) => ({ id, action })),
        madeBy: tagIn(first, tagOf.action) ?? "",
        ...(name !== undefined && { name }),
        keep,
        keepText: keepInWords(keep),
      }),
    };
  },
});
