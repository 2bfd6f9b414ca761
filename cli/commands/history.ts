/** `history [ID] [--target X]`: what was done, and what became of it, from the ledger alone. */
import { UsageError } from "../../sdk/errors.ts";
import { systemClock } from "../../sdk/time.ts";
import type { HistoryAsked, HistoryOptions } from "../history/asking.ts";
import { historyOfId } from "../history/by-id.ts";
import { lineJson, lineTable, newestLines } from "../history/lines.ts";
import { historyOfTarget } from "../history/target.ts";
import { exemptionJson, exemptionsIn, exemptionTable } from "../io/exemptions.ts";
import { exit } from "../io/exit.ts";
import { filtersGiven } from "../io/filters.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { parseLimit, parseSince } from "../io/options.ts";
import { command } from "../io/words.ts";
import { connect } from "../place/account.ts";
import { ledgerIn } from "../place/ledger.ts";
import { openSession } from "../place/session.ts";

export async function history(
  id: string | undefined,
  options: HistoryOptions,
  io: Io,
): Promise<number> {
  const limit = checked(id, options);
  const { around, settings } = await openSession(options);
  const account = await connect(around, settings.home, io);
  const asking = { store: ledgerIn(account, settings), account, settings, options, io };
  if (id !== undefined) return historyOfId(id, asking);
  if (options.target !== undefined) return historyOfTarget(options.target, limit, asking);
  return ofAll(limit, asking);
}

/** @throws {UsageError} for what does not go together, or is not understood */
function checked(id: string | undefined, options: HistoryOptions): number {
  const filters = filtersGiven(options);
  if (id !== undefined && options.target !== undefined)
    throw new UsageError("give either an id or --target, not both");
  if (id !== undefined && filters.length)
    throw new UsageError(`an id names one thing: leave ${filters.join(" and ")} away`);
  if (options.target !== undefined && options.mode !== undefined)
    throw new UsageError("what was done to a target has no mode of its own: leave --mode away");
  parseSince(options.since, systemClock.now());
  return parseLimit(options.limit, 20);
}

/** The last runs of all units, and what is exempt. */
async function ofAll(limit: number, asking: HistoryAsked): Promise<number> {
  const { store, account, settings, options, io } = asking;
  const lines = await newestLines(limit, asking);
  const filters = filtersGiven(options);
  const exempt = filters.length ? [] : await exemptionsIn(store, account.id, settings);
  if (options.json) {
    io.print(json({ runs: lines.map(lineJson), exemptions: exempt.map(exemptionJson) }));
    return exit.done;
  }
  if (lines.length) {
    io.print(await lineTable(lines, asking));
    io.say(
      `\`${command} history ID\` shows all of one; \`--target X\` what was done to one resource.`,
    );
  } else if (filters.length) io.print(`No run fits ${filters.join(" and ")}.`);
  else io.print("Nothing was done yet.");
  if (exempt.length) io.print(`\n${exemptionTable(exempt, io, systemClock.now())}`);
  return exit.done;
}
