/** One execution of a report: finds and tells, changes nothing. */
import type { Place } from "../../ledger/keys.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyReport } from "../../sdk/report.ts";
import { parseConfig } from "../../settings/settings.ts";
import { beginRun } from "./begin.ts";
import type { Host } from "./host.ts";
import { reader } from "./reader.ts";
import { fail, finishRun } from "./record.ts";

/** What a report finds and would tell, without recording it. */
export async function lookFor(unit: AnyReport, start: Start, host: Host) {
  const here = { account: host.account, region: start.region, now: host.clock.now() };
  const config = parseConfig(unit, host.settings.config);
  const found: unknown[] = [];
  const things = unit.find({
    ...here,
    config,
    only: start.only,
    read: reader(unit.reads, host.clients, start.region),
  });
  for await (const thing of Symbol.asyncIterator in things ? things : await things)
    found.push(thing);
  return { found: found.length, message: unit.tell(found, { ...here, config }) };
}

/** @throws {TryAgain} while another attempt holds the claim */
export async function runReport(unit: AnyReport, start: Start, host: Host): Promise<RunResult> {
  const place: Place = { unit: unit.id, account: host.account, region: start.region };
  const claimed = await beginRun(place, start, host);
  if ("finished" in claimed) return claimed.finished;
  try {
    const { found, message } = await lookFor(unit, claimed.start, host);
    return await finishRun(
      claimed,
      { found, mode: "watch", plan: null, actions: [], notes: [], message },
      host,
    );
  } catch (error) {
    await fail(claimed, error, host);
    throw error;
  }
}
