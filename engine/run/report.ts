/** One execution of a report: finds and tells, changes nothing. */
import type * as z from "zod/mini";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import { fittingMessage } from "../../messages/fitting.ts";
import type { Message } from "../../sdk/message.ts";
import type { AnyReport, ReportSearch } from "../../sdk/report.ts";
import type { Reader, Reads } from "../../sdk/unit.ts";
import { everyRegion } from "../../settings/every-region.ts";
import { parseConfig } from "../../settings/settings.ts";
import { type Progress, workplaceOf } from "./attempt.ts";
import { claimRun } from "./claim.ts";
import { failRun, regionFailure } from "./fail.ts";
import { finishRun } from "./finish.ts";
import type { Host } from "./host.ts";
import { pastReader } from "./past.ts";
import { reader } from "./reader.ts";
import { remembering } from "./remembered.ts";
import { savedSince } from "./saved.ts";

export interface ReportFindings {
  /** How many things were looked at. */
  readonly found: number;
  readonly message: Message | undefined;
}

/** What a report finds and would tell, without recording it. */
export async function lookFor(
  unit: AnyReport,
  start: Start,
  host: Host,
  progress: Progress = { found: 0 },
): Promise<ReportFindings> {
  const here = { account: host.account, region: start.region, now: host.clock.now() };
  const config = parseConfig(unit, host.settings.config);
  const regions = unit.everywhere ? everyRegion(host.settings) : [start.region];
  function readIn(region: string): Reader<Reads> {
    if (!regions.includes(region))
      throw new Error(`${unit.id} may not look in ${region}, but in ${regions.join(", ")}`);
    return reader(unit.reads, host.clients, region);
  }
  const read = reader(unit.reads, host.clients, start.region);
  const remembered: ReportSearch<z.ZodMiniObject, Reads>["remembered"] = ({ region, ...asked }) =>
    remembering({ unit, host, place: { unit: unit.id, account: host.account, region } })(asked);
  const where = { ...here, only: start.only, regions };
  const ledger = {
    remembered,
    ...(unit.readsSavings && { saved: (since: Date) => savedSince(host.store, since) }),
    ...(unit.readsPast && { past: pastReader(host) }),
  };
  const things = unit.find({ ...where, config, read, readIn, ...ledger });
  const found: unknown[] = [];
  for await (const thing of Symbol.asyncIterator in things ? things : await things)
    progress.found = found.push(thing);
  return { found: found.length, message: unit.tell(found, { ...here, config }) };
}

/** @throws {TryAgain} while another attempt holds the claim */
export async function runReport(unit: AnyReport, trigger: Start, host: Host): Promise<RunResult> {
  const attempt = await claimRun(workplaceOf(unit, trigger.region, host), trigger);
  if ("finished" in attempt) return attempt.finished;
  const progress: Progress = { found: 0 };
  try {
    const { found, message: whole } = await lookFor(unit, attempt.start, host, progress);
    const message = whole && fittingMessage(whole, unit.id);
    const nothing = { mode: "watch", plan: null, actions: [], notes: [] } as const;
    return await finishRun(attempt, { ...nothing, found, message });
  } catch (error) {
    const failure = regionFailure(attempt, error) ?? error;
    await failRun(attempt, failure, progress);
    throw failure;
  }
}
