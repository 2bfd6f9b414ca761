/**
 * Measures how much each resource would lose if it were lost now: the age of its newest valid
 * backup, whoever made it, against how old that may be. Those without any come first. A backup
 * counts when AWS says that it is complete: our own sets when they are whole, other people's
 * snapshots, those of DLM, recovery points of AWS Backup, and the moment to which a service can take
 * a database or a table back by itself. What could not be read is told as unknown, and counts neither as
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
import { computeIn, computeReads, reporter } from "./compute.ts";
import { unprotectedConfig as config } from "./config.ts";
import {
  databaseReads,
  databaseSnapshotReads,
  databasesIn,
  readDatabaseSnapshots,
} from "./databases.ts";
import { type LookingPlace, orUnreadPart, type UnreadPart } from "./place.ts";
import { type PlanTrouble, planReads, plansIn } from "./plans.ts";
import { type Resource, Shelf } from "./resource.ts";
import { readSnapshots, snapshotReads } from "./snapshots.ts";
import { TableDrills } from "./table-drills.ts";
import { measuredTableReads, readTableBackups, tableBackupReads, tablesIn } from "./tables.ts";
import { longestTarget } from "./target.ts";
import { toldOf } from "./told.ts";
import { readVaults, vaultReads } from "./vaults.ts";

const reads = [
  ...computeReads,
  ...snapshotReads,
  ...databaseReads,
  ...databaseSnapshotReads,
  ...measuredTableReads,
  ...tableBackupReads,
  ...vaultReads,
  ...planReads,
] as const;
interface Here extends LookingPlace<typeof reads> {
  readonly drills: TableDrills;
}

/** One thing that was looked at. */
export type ProtectionFinding =
  | { readonly kind: "resource"; readonly resource: Resource }
  | { readonly kind: "plan"; readonly trouble: PlanTrouble }
  | { readonly kind: "unread"; readonly part: UnreadPart };

/** What keeps backups, and what is read first: all of it goes onto the shelf. */
const sources = {
  snapshots: { what: "snapshots of volumes", read: readSnapshots },
  databaseSnapshots: { what: "snapshots of databases", read: readDatabaseSnapshots },
  tableBackups: { what: "backups of tables", read: readTableBackups },
  vaults: { what: "the vaults of AWS Backup", read: readVaults },
} as const;
type Source = keyof typeof sources;

/** What there is to be backed up, and where its backups may lie. */
const inventories = [
  {
    what: "instances and volumes",
    find: (place: Here) => computeIn(place),
    keptIn: ["snapshots", "vaults"],
  },
  {
    what: "databases",
    find: (place: Here) => databasesIn(place),
    keptIn: ["databaseSnapshots", "vaults"],
  },
  {
    what: "tables",
    find: (place: Here) => tablesIn(place),
    keptIn: ["tableBackups", "vaults"],
  },
] as const satisfies readonly {
  readonly what: string;
  readonly find: (place: Here) => Promise<Resource[]>;
  readonly keptIn: readonly Source[];
}[];

async function* lookIn(place: Here, since: Date): AsyncGenerator<ProtectionFinding> {
  const { region } = place;
  const asked = Object.entries(sources).map(async ([name, { what, read }]) => {
    const answer = await orUnreadPart(what, region, () => read(place, since));
    return "unread" in answer ? [[name, answer.unread] as const] : [];
  });
  const unread = new Map((await Promise.all(asked)).flat());
  for (const part of unread.values()) yield { kind: "unread", part };
  const all: Resource[] = [];
  let isComplete = true;
  for (const { what, find, keptIn } of inventories) {
    const answer = await orUnreadPart(what, region, () => find(place));
    if ("unread" in answer) {
      isComplete = false;
      yield { kind: "unread", part: answer.unread };
      continue;
    }
    const missing = keptIn.flatMap((source) => unread.get(source)?.what ?? []);
    for (const each of answer.got) {
      const resource = { ...each, unread: missing };
      all.push(resource);
      yield { kind: "resource", resource };
    }
  }
  const plans = await orUnreadPart("the plans of AWS Backup", region, () =>
    plansIn(place, { all, isComplete }, since),
  );
  if ("unread" in plans) yield { kind: "unread", part: plans.unread };
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
    const place: Here = { read, account, region, now, shelf: new Shelf(), drills };
    for await (const finding of lookIn(place, since)) {
      if (finding.kind === "unread") first ??= finding.part;
      else isAnythingRead = true;
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
