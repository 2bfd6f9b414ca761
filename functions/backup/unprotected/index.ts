/**
 * Measures how much each resource would lose if it were lost now: the age of its newest valid
 * backup, whoever made it, against how old that may be. Those without any come first. A backup
 * counts when AWS says that it is complete: our own sets when they are whole, other people's
 * snapshots, those of DLM, recovery points of AWS Backup, backups of FSx, and the moment to which a
 * service can take a database or a table back by itself. What could not be read is told as unknown, and counts neither as
 * protected nor as unprotected.
 *
 * The plans of AWS Backup are watched: one whose last jobs failed, that did not run when it was due,
 * or that selects nothing.
 */
import type { Message } from "../../../sdk/message.ts";
import { type ReportSearch, report } from "../../../sdk/report.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { tableDriller } from "../drilled.ts";
import { bucketsIn, keptBucketReads } from "./buckets.ts";
import { computeIn, computeReads, reporter } from "./compute.ts";
import { type Asked, unprotectedConfig as config } from "./config.ts";
import {
  databaseReads,
  databaseSnapshotReads,
  databasesIn,
  readDatabaseSnapshots,
} from "./databases.ts";
import { elasticFileSystemsIn, elasticReads } from "./elastic-file-systems.ts";
import { fsxBackupReads, fsxIn, fsxReads, readFsxBackups } from "./fsx.ts";
import { type LookingPlace, orUnreadPart, type UnreadPart } from "./place.ts";
import { type PlanTrouble, planReads, plansIn } from "./plans.ts";
import { type Resource, type ResourceKind, resourceKinds, Shelf } from "./resource.ts";
import { wouldMiss } from "./rows.ts";
import { readSnapshots, snapshotReads } from "./snapshots.ts";
import { TableDrills } from "./table-drills.ts";
import { measuredTableReads, readTableBackups, tableBackupReads, tablesIn } from "./tables.ts";
import { longestTarget } from "./target.ts";
import { toldOf } from "./told.ts";
import { readContinuous, readVaults, vaultReads } from "./vaults.ts";

const reads = [
  ...computeReads,
  ...snapshotReads,
  ...databaseReads,
  ...databaseSnapshotReads,
  ...measuredTableReads,
  ...tableBackupReads,
  ...elasticReads,
  ...fsxReads,
  ...fsxBackupReads,
  ...keptBucketReads,
  ...vaultReads,
  ...planReads,
] as const;
interface Here extends LookingPlace<typeof reads> {
  readonly drills: TableDrills;
  readonly asked: Asked;
  readonly misses: (resource: Resource) => boolean;
}

/** One thing that was looked at. */
export type ProtectionFinding =
  | { readonly kind: "resource"; readonly resource: Resource }
  | { readonly kind: "plan"; readonly trouble: PlanTrouble }
  | { readonly kind: "unread" | "not offered"; readonly part: UnreadPart };

/** What keeps backups, and what is read first: all of it goes onto the shelf. */
const sources = {
  snapshots: { what: "snapshots of volumes", read: readSnapshots },
  databaseSnapshots: { what: "snapshots of databases", read: readDatabaseSnapshots },
  tableBackups: { what: "backups of tables", read: readTableBackups },
  fsxBackups: { what: "backups of FSx", read: readFsxBackups },
  vaults: { what: "the vaults of AWS Backup", read: readVaults },
  continuous: { what: "continuous backups of buckets", read: readContinuous },
} as const;
type Source = keyof typeof sources;

/** What there is to be backed up, and where its backups may lie. */
const inventories = [
  {
    what: "instances and volumes",
    kinds: ["instance", "volume"],
    find: (place: Here) => computeIn(place),
    keptIn: ["snapshots", "vaults"],
  },
  {
    what: "databases",
    kinds: ["database", "cluster"],
    find: (place: Here) => databasesIn(place),
    keptIn: ["databaseSnapshots", "vaults"],
  },
  {
    what: "tables",
    kinds: ["table"],
    find: (place: Here) => tablesIn(place),
    keptIn: ["tableBackups", "vaults"],
  },
  {
    what: "file systems of EFS",
    kinds: ["efs"],
    find: (place: Here) => elasticFileSystemsIn(place),
    keptIn: ["vaults"],
  },
  {
    what: "file systems of FSx",
    kinds: ["fsx"],
    find: (place: Here) => fsxIn(place),
    keptIn: ["fsxBackups", "vaults"],
  },
  {
    what: "buckets",
    kinds: ["bucket"],
    find: (place: Here) => bucketsIn(place),
    keptIn: ["continuous", "vaults"],
  },
] as const satisfies readonly {
  readonly what: string;
  readonly kinds: readonly ResourceKind[];
  readonly find: (place: Here) => Promise<Resource[]>;
  readonly keptIn: readonly Source[];
}[];

/** What is looked at here, and what is known of it so far. */
class Look {
  readonly place: Here;
  readonly since: Date;
  /** By their sources, what could not be read. */
  readonly #unread = new Map<Source, string>();
  readonly all: Resource[] = [];
  isComplete: boolean;
  #isAnythingRead = false;

  constructor(place: Here, since: Date) {
    this.place = place;
    this.since = since;
    this.isComplete = place.asked.kinds.length === resourceKinds.length;
  }

  /** A host without a name is a service that is not there, where others of the region answer. */
  said(part: UnreadPart): ProtectionFinding {
    return { kind: part.isNotOffered && this.#isAnythingRead ? "not offered" : "unread", part };
  }

  async fillShelf(names: ReadonlySet<Source>): Promise<ProtectionFinding[]> {
    const answers = await Promise.all(
      [...names].map(async (name) => {
        const { what, read } = sources[name];
        const reading = () => read(this.place, this.since);
        return { name, answer: await orUnreadPart(what, this.place.region, reading) };
      }),
    );
    this.#isAnythingRead = answers.some(({ answer }) => "got" in answer);
    return answers.flatMap(({ name, answer }) => {
      if (!("unread" in answer)) return [];
      const finding = this.said(answer.unread);
      if (finding.kind === "unread") this.#unread.set(name, answer.unread.what);
      return [finding];
    });
  }

  async *resourcesOf({
    what,
    find,
    keptIn,
  }: (typeof inventories)[number]): AsyncGenerator<ProtectionFinding> {
    const answer = await orUnreadPart(what, this.place.region, () => find(this.place));
    if ("unread" in answer) {
      const finding = this.said(answer.unread);
      if (finding.kind === "unread") this.isComplete = false;
      yield finding;
      return;
    }
    this.#isAnythingRead = true;
    const missing = keptIn.flatMap((source) => this.#unread.get(source) ?? []);
    for (const each of answer.got) {
      if (!this.place.asked.kinds.includes(each.kind)) continue;
      const resource = { ...each, unread: [...each.unread, ...missing] };
      this.all.push(resource);
      yield { kind: "resource", resource };
    }
  }
}

async function* lookIn(place: Here, since: Date): AsyncGenerator<ProtectionFinding> {
  const look = new Look(place, since);
  const { kinds } = place.asked;
  const looked = inventories.filter((each) => each.kinds.some((kind) => kinds.includes(kind)));
  yield* await look.fillShelf(new Set(looked.flatMap(({ keptIn }): readonly Source[] => keptIn)));
  for (const inventory of looked) yield* look.resourcesOf(inventory);
  const plans = await orUnreadPart("the plans of AWS Backup", place.region, () =>
    plansIn(place, look, since),
  );
  if ("unread" in plans) yield look.said(plans.unread);
  else for (const trouble of plans.got) yield { kind: "plan", trouble };
}

async function* looked({
  account,
  regions,
  readIn,
  now,
  config: asked,
  remembered,
}: ReportSearch<typeof config, typeof reads>): AsyncGenerator<ProtectionFinding> {
  const back = Math.max(days(asked.lookBack).seconds, longestTarget(asked).seconds * 2);
  const since = before(now, { seconds: back });
  let first: UnreadPart | undefined;
  let isAnythingRead = false;
  for (const region of regions) {
    const read: Reader<typeof reads> = readIn(region);
    const drills = new TableDrills((target) => remembered({ ...target, region }));
    const misses = (resource: Resource) => wouldMiss(resource, asked, now);
    const shelf = new Shelf();
    const place: Here = { read, account, region, now, shelf, drills, asked, misses };
    for await (const finding of lookIn(place, since)) {
      if (finding.kind === "unread") first ??= finding.part;
      else if (finding.kind !== "not offered") isAnythingRead = true;
      yield finding;
    }
  }
  // Where nothing at all could be read, that is no report: it is tried again.
  if (first && !isAnythingRead) throw first.error;
}

export default report({
  id: reporter,
  family: "backup",
  summary: "Reports what has no backup as young as asked, and plans of AWS Backup that fail",
  scope: "global",
  everywhere: true,
  on: [sweep("cron(30 6 * * ? *)", { window: minutes(30) })],
  config,
  remembers: [tableDriller],
  reads,
  find: looked,
  tell: (found: readonly ProtectionFinding[], { now, config: asked }): Message | undefined =>
    toldOf(found, asked, now),
});
