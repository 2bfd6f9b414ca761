/**
 * Copies each whole set of `volume-backups` to the regions of its settings, encrypted with the key
 * that they name there. A set has one copy in each, whatever is delivered twice; a copy counts when
 * all its snapshots are complete, and what fails half way is taken back. Only sets are copied that
 * the ledger says `volume-backups` made: a tag alone makes nobody pay for a copy.
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeSnapshots, describeSnapshotsElsewhere } from "../../../aws/ec2/snapshot.ts";
import { type AutomationSearch, automation, type Remembered } from "../../../sdk/automation.ts";
import { compareText } from "../../../sdk/compare.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { count } from "../../../sdk/counted.ts";
import type { DeclaredRegion } from "../../../sdk/elsewhere.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import {
  type BackupSet,
  isGood,
  isWhole,
  maker,
  oursByTag,
  setId,
  setsIn,
  tagIn,
  tagOf,
} from "../backup-set.ts";
import { type Keep, keepInWords } from "../retention.ts";
import { copyPlan } from "./config.ts";
import { copier, copyId, copyNameOf } from "./copy.ts";
import { copySetElsewhere } from "./copy-set.ts";

const reads = [describeSnapshots, describeSnapshotsElsewhere] as const;
type Search = AutomationSearch<typeof copyPlan, typeof reads>;

/** So many sets are looked up at once. */
const together = 16;

interface Found extends BackupSet {
  readonly to: DeclaredRegion;
  readonly key: string | undefined;
  /** What there is of the copy. */
  readonly copies: readonly Snapshot[];
  /** Nothing where the ledger does not say that the set is ours. */
  readonly keep: Keep | undefined;
}

const counted = z.number();
const record = z.object({
  call: z.object({
    input: z.object({
      keep: z.object({
        hourly: counted,
        daily: counted,
        weekly: counted,
        monthly: counted,
        yearly: counted,
      }),
    }),
  }),
  output: z.object({ SnapshotIds: z.array(z.string()) }),
});

/** Both the ledger and the tags must say that it is ours. */
function keepOf({ snapshots }: BackupSet, remembered: Remembered | undefined): Keep | undefined {
  const read = record.safeParse(remembered);
  if (!remembered || !read.success) return undefined;
  const { output, call } = read.data;
  const isOurs = snapshots.every(
    (each) =>
      output.SnapshotIds.includes(each.SnapshotId ?? "") &&
      tagIn(each, tagOf.action) === remembered.action,
  );
  return isOurs ? call.input.keep : undefined;
}

async function copiesIn(to: DeclaredRegion, { read }: Search): Promise<Map<string, BackupSet>> {
  const asked = describeSnapshotsElsewhere({
    elsewhere: to,
    OwnerIds: ["self"],
    Filters: [{ Name: `tag:${tagOf.unit}`, Values: [copier] }],
  });
  const sets = setsIn(await Array.fromAsync(read(asked)));
  return new Map(sets.map((set) => [setId(set), set]));
}

/** The newest good sets of each thing. */
const newestOf = (sets: readonly BackupSet[], newest: number): BackupSet[] =>
  [...Map.groupBy(sets, ({ about }) => about).values()].flatMap((ofOne) =>
    ofOne
      .filter(({ snapshots }) => isGood(snapshots))
      .toSorted((a, b) => compareText(b.slot, a.slot))
      .slice(0, newest),
  );

export default automation({
  id: copier,
  family: "backup",
  summary: "Copies backups of volumes to other regions, encrypted with the key of each",
  on: [sweep("cron(35 * * * ? *)", { window: minutes(10) })],
  config: copyPlan,
  elsewhere: { field: "to", regions: ({ to }) => to.map(({ region }) => region) },
  exemptByName: true,
  remembers: [maker],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  reads,
  writes: [copySetElsewhere],
  lost: ["A copy that an undo deletes is gone; the set that it is a copy of stays."],

  async *find(search) {
    const { read, only, region, config, remembered } = search;
    const targets = config.to.filter((target) => target.region !== region);
    if (!targets.length) return;
    const all = setsIn(await Array.fromAsync(read(describeSnapshots(oursByTag))));
    const asked = only && new Set(only.flatMap((id) => copyNameOf(id) ?? []).map(setId));
    const sets = asked ? all.filter((set) => asked.has(setId(set))) : newestOf(all, config.newest);
    const known = await concurrently(
      sets,
      async (set) => {
        const made = await remembered({ unit: maker, target: setId(set) });
        return { set, keep: keepOf(set, made) };
      },
      { concurrency: together },
    );
    for (const { region: to, key } of targets) {
      const copies = await copiesIn(to, search);
      for (const { set, keep } of known) {
        if (only && !only.includes(copyId(set, to))) continue;
        const there = copies.get(setId(set))?.snapshots ?? [];
        yield { ...set, to, key, keep, copies: there } satisfies Found;
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

  propose({ about, slot, to, key, keep, copies, snapshots }, { region }) {
    if (!keep || !isGood(snapshots) || isWhole(copies)) return;
    const sources = snapshots.filter(({ State }) => State === "completed");
    const [first] = sources;
    const name = first && tagIn(first, "Name");
    const isEncrypted = sources.some(({ Encrypted }) => Encrypted);
    const byDefault = isEncrypted ? `, encrypted with the default key of ${to}` : "";
    return {
      because: `it has no whole copy in ${to}: ${count(sources.length, "snapshot")}${key ? `, encrypted with ${key}` : byDefault}`,
      call: copySetElsewhere({
        about,
        slot,
        from: region,
        to,
        ...(key !== undefined && { key }),
        snapshots: sources.map(({ SnapshotId = "" }) => SnapshotId).sort(),
        madeBy: (first && tagIn(first, tagOf.action)) ?? "",
        ...(name !== undefined && { name }),
        keep,
        keepText: keepInWords(keep),
      }),
    };
  },
});
