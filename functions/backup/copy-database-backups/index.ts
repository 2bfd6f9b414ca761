/**
 * Copies each good snapshot of `database-backups`, of an instance or a cluster, to the regions of its
 * settings, encrypted with the key that they name there. A snapshot has one copy in each, whatever is
 * delivered twice; a copy counts when it can be restored, and one that fails is taken back. Only
 * snapshots are copied that the ledger says `database-backups` made. An encrypted one without a key
 * in the settings, which RDS would refuse, is held and told.
 */
import type { DBClusterSnapshot, DBSnapshot } from "@aws-sdk/client-rds";
import type * as z from "zod/mini";
import { describeDBClusterSnapshots, describeDBSnapshots } from "../../../aws/rds/snapshot.ts";
import {
  describeDBClusterSnapshotsElsewhere,
  describeDBSnapshotsElsewhere,
} from "../../../aws/rds/snapshot-elsewhere.ts";
import { type AutomationSearch, automation } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Here, type Reader, sweep } from "../../../sdk/unit.ts";
import { type SetName, setId, tagIn, tagOf } from "../backup-set.ts";
import { type LedgerBackup, newestKept, worthCopying } from "../copy-backups/chosen.ts";
import { copiedFrom, copyId, copyNameOf, copyTagOf } from "../copy-backups/copy.ts";
import { databaseMaker } from "../database-backups/back-up.ts";
import { type OwnSnapshot, ownSnapshots } from "../prune-database-backups/pieces.ts";
import { type Keep, keepInWords } from "../retention.ts";
import { keepOfSnapshot } from "./chosen.ts";
import { databaseCopyPlan } from "./config.ts";
import { databaseCopier } from "./copier.ts";
import { type CopyDatabase, copyClusterSnapshot, copyInstanceSnapshot } from "./copy-database.ts";

const reads = [
  describeDBSnapshots,
  describeDBClusterSnapshots,
  describeDBSnapshotsElsewhere,
  describeDBClusterSnapshotsElsewhere,
] as const;
type Search = AutomationSearch<typeof databaseCopyPlan, typeof reads>;
type Read = Reader<typeof reads>;
type CopyTarget = z.output<typeof databaseCopyPlan>["to"][number];
type KnownSnapshot = LedgerBackup<OwnSnapshot>;

interface Found {
  readonly snapshot: KnownSnapshot;
  readonly to: CopyTarget;
  /** What there is of the copy. */
  readonly copies: readonly OwnSnapshot[];
}

const SnapshotType = "manual";

async function listedHere(read: Read): Promise<OwnSnapshot[]> {
  const [ofInstances, ofClusters]: [DBSnapshot[], DBClusterSnapshot[]] = await Promise.all([
    Array.fromAsync(read(describeDBSnapshots({ SnapshotType }))),
    Array.fromAsync(read(describeDBClusterSnapshots({ SnapshotType }))),
  ]);
  return ownSnapshots(ofInstances, ofClusters, databaseMaker);
}

/** Copies of what lies here: those of other regions are looked at from there. */
async function copiesIn({ region: elsewhere }: CopyTarget, { read, region }: Search) {
  const [ofInstances, ofClusters]: [DBSnapshot[], DBClusterSnapshot[]] = await Promise.all([
    Array.fromAsync(read(describeDBSnapshotsElsewhere({ elsewhere, SnapshotType }))),
    Array.fromAsync(read(describeDBClusterSnapshotsElsewhere({ elsewhere, SnapshotType }))),
  ]);
  const all = ownSnapshots(ofInstances, ofClusters, databaseCopier);
  return all.filter((each) => sourceOf(each)?.startsWith(copiedFrom(region, "")));
}

const tagOfSnapshot = ({ tags }: OwnSnapshot, key: string): string | undefined =>
  tagIn({ Tags: [...tags] }, key);
const sourceOf = (copy: OwnSnapshot): string | undefined => tagOfSnapshot(copy, copyTagOf.from);

const isGoodSnapshot = ({ status }: OwnSnapshot): boolean => status === "available";
/** One that failed is none. */
const isAlive = ({ status }: OwnSnapshot): boolean =>
  status === "available" || status === "creating" || status === "copying";

/** So many databases are looked up at once. */
const together = 16;

/** Of each database the newest that the ledger knows, the newest first; by name also others, each by itself. */
async function candidates(all: readonly OwnSnapshot[], search: Search): Promise<KnownSnapshot[][]> {
  const { only, config, remembered } = search;
  const keepFor = (snapshot: OwnSnapshot) => keepOfSnapshot(snapshot, remembered);
  const good = all.filter(isGoodSnapshot);
  if (only) {
    const names = new Set(only.flatMap((id) => copyNameOf(id) ?? []).map(setId));
    const asked = good.filter((each) => names.has(setId(each)));
    return concurrently(asked, async (each) => [{ ...each, keep: await keepFor(each) }], {
      concurrency: together,
    });
  }
  return concurrently(
    Map.groupBy(good, ({ about }) => about).values(),
    (ofOne) => newestKept(ofOne, config.newest, keepFor),
    { concurrency: together },
  );
}

const isOwnTag = ({ Key = "" }: { readonly Key?: string | undefined }): boolean =>
  Key.startsWith("nightshift:") || Key.startsWith("aws:");

const needsKey = ({ snapshot, to }: Found): boolean =>
  snapshot.isEncrypted === true && to.key === undefined;

/** RDS encrypts a copy of an instance's snapshot that is not; of a cluster's it refuses a key then. */
const keyFor = ({ snapshot, to }: Found): string | undefined =>
  snapshot.isEncrypted || snapshot.kind === "instance" ? to.key : undefined;

/** Option groups are a region's own, and some engines do not restore without theirs. */
const optionsLeft = ({ snapshot: { optionGroup } }: Found): string =>
  optionGroup === undefined || optionGroup.startsWith("default:")
    ? ""
    : `; its option group ${optionGroup} stays behind: have one there before it is restored`;

function copyOf(found: Found, keep: Keep, { account, region: from }: Here): CopyDatabase {
  const { snapshot, to } = found;
  const { about, slot, id: source, tags } = snapshot;
  const key = keyFor(found);
  return {
    about,
    slot,
    from,
    to: to.region,
    ...(key !== undefined && { key }),
    source,
    account,
    tags: tags.filter((tag) => !isOwnTag(tag)),
    madeBy: tagOfSnapshot(snapshot, tagOf.action) ?? "",
    keep,
    keepText: keepInWords(keep),
  };
}

const aboutOf = ({ about }: SetName): string => about;

export default automation({
  id: databaseCopier,
  family: "backup",
  summary: "Copies snapshots of databases to other regions, encrypted with the key of each",
  on: [sweep("cron(50 * * * ? *)", { window: minutes(10) })],
  config: databaseCopyPlan,
  elsewhere: { field: "to", regions: ({ to }) => to.map(({ region }) => region) },
  exemptByName: true,
  remembers: [databaseMaker, databaseCopier],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  reads,
  writes: [copyInstanceSnapshot, copyClusterSnapshot],
  lost: ["A copy that an undo deletes is gone; the snapshot that it is a copy of stays."],

  async *find(search) {
    const { read, only, region, config, now, note } = search;
    const targets = config.to.filter((target) => target.region !== region);
    if (!targets.length && config.to.length && !only)
      note(
        `\`to\` names ${region} alone, where the snapshots of ${region} lie already: nothing of them is copied. Name another region.`,
      );
    if (!targets.length) return;
    const all = await listedHere(read);
    const known = await candidates(all, search);
    for (const to of targets) {
      const copies = await copiesIn(to, search);
      const goods = Map.groupBy([...all, ...copies].filter(isGoodSnapshot), aboutOf);
      for (const ofOne of known) {
        const slots = goods.get(ofOne[0]?.about ?? "")?.map(({ slot }) => slot) ?? [];
        for (const snapshot of only ? ofOne : worthCopying(ofOne, slots, now)) {
          if (only && !only.includes(copyId(snapshot, to.region))) continue;
          const source = copiedFrom(region, snapshot.id);
          const own = copies.filter((copy) => isAlive(copy) && sourceOf(copy) === source);
          yield { snapshot, to, copies: own } satisfies Found;
        }
      }
    }
  },

  target: (found) => ({
    id: copyId(found.snapshot, found.to.region),
    tags: found.snapshot.tags,
    within: { id: found.snapshot.about, tags: {} },
    managed: needsKey(found)
      ? `its encryption: \`to\` names no key of ${found.to.region}, and RDS copies none there without one`
      : undefined,
  }),

  name: ({ snapshot: { about, slot }, to }) => `${about}, ${slot}, in ${to.region}`,

  state: ({ snapshot: { slot }, to, copies }) => ({
    slot,
    to: to.region,
    copies: copies.map(({ name }) => name).sort(),
  }),
  becomes: ({ snapshot: { slot, name }, to }) => ({
    slot,
    to: to.region,
    copies: [`one of ${name}`],
  }),

  propose(found, here) {
    const { snapshot, to, copies } = found;
    if (!snapshot.keep || !isGoodSnapshot(snapshot) || copies.length) return;
    const key = keyFor(found);
    const encrypted = key === undefined ? "" : `, encrypted with ${key}`;
    const because = `it has no copy in ${to.region}${encrypted}${optionsLeft(found)}`;
    const copy = copyOf(found, snapshot.keep, here);
    return snapshot.kind === "instance"
      ? { because, call: copyInstanceSnapshot(copy) }
      : { because, call: copyClusterSnapshot(copy) };
  },
});
