/**
 * Tells what backups cost a month, how many there are and of which plan, which of them may be
 * orphans, and how many sets another retention would keep. The costs are those of Cost Explorer, by
 * usage types; what could not be read is told as not known and never as nothing. What deleting a
 * snapshot would save nobody can say: it shares its blocks with others.
 */
import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import { getCostAndUsage } from "../../../aws/ce/cost.ts";
import { type CostPage, costPages } from "../../../aws/ce/cost-pages.ts";
import type { Message } from "../../../sdk/message.ts";
import { type ReportSearch, report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { orUnreadPart, type UnreadPart } from "../unprotected/place.ts";
import { backupCostsConfig as config } from "./config.ts";
import {
  computeSources,
  databaseSources,
  imageSources,
  inVaults,
  keptDatabases,
  keptReads,
  keptSnapshots,
  keptTables,
  type PlansOfAwsBackup,
  type Sources,
} from "./inventory.ts";
import type { KeptBackup } from "./kept.ts";
import { costsPart, toldOfBackups } from "./told.ts";

const reads = [getCostAndUsage, ...keptReads] as const;
type Read = Reader<typeof reads>;
type Search = ReportSearch<typeof config, typeof reads>;

/** One thing that was looked at. */
export type BackupCostFinding =
  | { readonly kind: "costs"; readonly page: CostPage }
  | { readonly kind: "backup"; readonly backup: KeptBackup }
  | { readonly kind: "unread"; readonly part: UnreadPart };

/** `2026-11-21`, in UTC: what Cost Explorer calls a day. */
const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
/** Of the last month that is over. */
const firstDay = (now: Date): string =>
  dayOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)));

async function costsOf(search: Search): Promise<CostPage[]> {
  const { read, now, config: asked } = search;
  const request = {
    // `End` is exclusive: with today's date the range ends with yesterday.
    TimePeriod: { Start: firstDay(now), End: dayOf(now) },
    Granularity: "MONTHLY" as const,
    Metrics: [asked.metric],
    Filter: { Dimensions: { Key: "RECORD_TYPE" as const, Values: ["Usage"] } },
    GroupBy: [
      { Type: "DIMENSION" as const, Key: "SERVICE" },
      { Type: "DIMENSION" as const, Key: "USAGE_TYPE" },
    ],
  };
  const ask = (token: { readonly NextPageToken?: string }) =>
    read(getCostAndUsage({ ...request, ...token }));
  return Array.fromAsync(costPages(ask, asked.pages));
}

interface Place {
  readonly read: Read;
  readonly region: string;
}

/** What there is in a region that backups may be of. */
interface SourcesThere {
  readonly compute: Sources;
  readonly databases: Sources;
}

type Part<T> = { readonly got: T } | { readonly unread: UnreadPart };

const gotIn = <T>(part: Part<T>): T | undefined => ("got" in part ? part.got : undefined);
const unreadIn = (parts: readonly Part<unknown>[]): BackupCostFinding[] =>
  parts.flatMap((part) => ("unread" in part ? [{ kind: "unread", part: part.unread }] : []));

async function* sourcesIn(
  places: readonly Place[],
  there: Map<string, SourcesThere>,
): AsyncGenerator<BackupCostFinding> {
  for (const { read, region } of places) {
    const compute = await orUnreadPart("instances and volumes", region, () => computeSources(read));
    const databases = await orUnreadPart("databases", region, () => databaseSources(read));
    there.set(region, { compute: gotIn(compute), databases: gotIn(databases) });
    yield* unreadIn([compute, databases]);
  }
}

/** What is backed up by half when a page fails is not counted: it would look like all of it. */
async function* keptIn(
  place: Place,
  there: ReadonlyMap<string, SourcesThere>,
): AsyncGenerator<BackupCostFinding> {
  const { region } = place;
  const vaults = await orUnreadPart("the vaults and plans of AWS Backup", region, () =>
    inVaults(place),
  );
  const plans: PlansOfAwsBackup = gotIn(vaults)?.plans ?? new Map();
  const images = await orUnreadPart("images", region, () => imageSources(place.read));
  const compute = new Map([...there].map(([name, sources]) => [name, sources.compute] as const));
  const databases = there.get(region)?.databases;
  const listed = [
    ["snapshots of volumes", keptSnapshots(place, { compute, inImages: gotIn(images) }, plans)],
    ["snapshots of databases", keptDatabases(place, databases, plans)],
    ["backups of tables", keptTables(place, plans)],
  ] as const;
  yield* unreadIn([vaults, images]);
  for (const backup of gotIn(vaults)?.kept ?? []) yield { kind: "backup", backup };
  for (const [what, source] of listed) {
    const part = await orUnreadPart(what, region, () => Array.fromAsync(source));
    yield* unreadIn([part]);
    for (const backup of gotIn(part) ?? []) yield { kind: "backup", backup };
  }
}

async function* looked(search: Search): AsyncGenerator<BackupCostFinding> {
  const { regions, readIn, region: home } = search;
  const costs = await orUnreadPart(costsPart, home, () => costsOf(search));
  const places = regions.map((region) => ({ region, read: readIn(region) }));
  const there = new Map<string, SourcesThere>();
  const unread: UnreadPart[] = [];
  let isAnythingRead = "got" in costs;
  yield* unreadIn([costs]);
  for (const page of gotIn(costs) ?? []) yield { kind: "costs", page };
  for await (const finding of sourcesIn(places, there)) {
    if (finding.kind === "unread") unread.push(finding.part);
    yield finding;
  }
  isAnythingRead ||= unread.length < 2 * places.length;
  for (const place of places)
    for await (const finding of keptIn(place, there)) {
      isAnythingRead ||= finding.kind === "backup";
      yield finding;
    }
  // Where nothing at all could be read, that is no report: it is tried again.
  if (!isAnythingRead && "unread" in costs) throw costs.unread.error;
}

function tell(found: readonly BackupCostFinding[], now: Date, asked: Search["config"]) {
  const pages = found.flatMap((each) => (each.kind === "costs" ? [each.page] : []));
  const results: ResultByTime[] = [];
  let unavailable: string | undefined;
  let more = false;
  for (const page of pages) {
    if ("unavailable" in page) unavailable = page.unavailable;
    else {
      results.push(...page.results);
      more = page.more;
    }
  }
  const seen = {
    kept: found.flatMap((each) => (each.kind === "backup" ? [each.backup] : [])),
    unread: found.flatMap((each) => (each.kind === "unread" ? [each.part] : [])),
    // A part of the sums would look like all of them.
    results: unavailable === undefined ? results : [],
    unavailable,
    more,
  };
  return toldOfBackups(seen, { ...asked, now });
}

export default report({
  id: "backup-costs",
  family: "backup",
  summary: "Reports what backups cost, of which plan they are, and which may be orphans",
  scope: "global",
  everywhere: true,
  on: [sweep("cron(30 7 ? * MON *)", { window: minutes(30) })],
  config,
  reads,
  find: looked,
  tell: (found: readonly BackupCostFinding[], { now, config: asked }): Message | undefined =>
    tell(found, now, asked),
});
