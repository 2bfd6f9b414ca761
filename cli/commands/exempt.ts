/**
 * `exempt TARGET` and `unexempt TARGET`: written into the ledger with the caller's own credentials;
 * no function may.
 */

import {
  type LiftedWord,
  liftOwnersWord,
  removeExemption,
  writeExemption,
} from "../../engine/exempt.ts";
import { ledgerOf } from "../../engine/run/host.ts";
import { type LedgerExemption, standingExemptions } from "../../ledger/exemptions.ts";
import type { Place } from "../../ledger/keys.ts";
import type { Store } from "../../ledger/store.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { endOfDay } from "../../sdk/tags.ts";
import { after, inWords, systemClock } from "../../sdk/time.ts";
import { everyRegion } from "../../settings/every-region.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { exemptionJson } from "../io/exemptions.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { type Common, onLoopbackOnly, spanOf } from "../io/options.ts";
import { command, quoted } from "../io/words.ts";
import { configured, connect } from "../place/account.ts";
import { prepare } from "../place/here.ts";
import { openSession } from "../place/session.ts";
import { known, loadUnit, unitIds } from "../place/units.ts";

interface UnexemptOptions extends Common {
  readonly region?: string;
  readonly from?: string;
}
export interface ExemptOptions extends UnexemptOptions {
  readonly until: string;
  readonly owner: string;
  readonly reason: string;
}

const said = (name: string, text: string): string => {
  if (text.trim()) return text.trim();
  throw new UsageError(`--${name} is empty: whoever reads it later must know`);
};

/** @throws {UsageError} for a list without a unit, or with one that there is not */
function unitsOf(text: string | undefined, instead: string): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const ids = [...new Set(said("from", text).split(",").filter(Boolean))].map((id) => known(id));
  if (ids.length) return ids;
  throw new UsageError(`--from names no unit: ${instead}`);
}

const dayText = (at: Date): string => at.toISOString().slice(0, 10);

/**
 * The last day, in UTC: as it is written, or that which so long a time from now on falls on.
 * @throws {UsageError} for what is neither, or is over
 */
function dayOf(text: string, now: Date): string {
  if (/^\d+[a-z]+$/i.test(text)) return dayText(after(now, spanOf(text, "--until")));
  const end = endOfDay(text);
  if (!end)
    throw new UsageError(
      `--until ${text} is not a day, nor a length of time; write it like 2027-01-31 or 14d`,
    );
  if (end < now)
    throw new UsageError(
      `--until ${text} is over: give a day from ${dayText(now)} on, or like 14d`,
    );
  return text;
}

/** What keeps the account safe is told apart: a tag could not keep it away for so long. */
async function blinded(
  { until, from }: Pick<LedgerExemption, "until" | "from">,
  { longestSecurityExemption: longest }: ParsedSettings,
  now: Date,
): Promise<string | undefined> {
  const end = endOfDay(until);
  if (!end || end <= after(now, longest)) return undefined;
  const asked = await Promise.all((from ?? unitIds).map(loadUnit));
  const protecting = asked.flatMap((unit) =>
    unit.kind === "automation" && unit.protects ? [unit.id] : [],
  );
  if (!protecting.length) return undefined;
  const others = "--from UNIT,UNIT exempts from others alone";
  return `${protecting.join(", ")} will not protect it until then, and a tag may say so for ${inWords(longest)} at most. If that is not meant: ${others}.`;
}

/** In every configured region unless one is given: in doubt exempt is exempt. */
async function open(verb: "exempt" | "unexempt", target: string, options: UnexemptOptions, io: Io) {
  if (!target.trim()) throw new UsageError("the target is empty: give its id, as a run prints it");
  const { around, settings } = await openSession(options);
  if (options.region !== undefined)
    configured(options.region, "option", { regions: everyRegion(settings) });
  const account = await connect(around, settings.home, io);
  onLoopbackOnly(verb, account.loopback, { settings: options.settings });
  const clients = account.clients(systemClock);
  if (account.loopback) await prepare(clients, settings);
  const regions = options.region === undefined ? everyRegion(settings) : [options.region];
  return {
    account,
    settings,
    store: ledgerOf(clients, settings, systemClock),
    places: regions.map((region) => ({ account: account.id, region })),
  };
}

export async function exemptCommand(
  target: string,
  options: ExemptOptions,
  io: Io,
): Promise<number> {
  const at = systemClock.now();
  const words = {
    until: dayOf(options.until, at),
    owner: said("owner", options.owner),
    reason: said("reason", options.reason),
  };
  const from = unitsOf(options.from, "leave it away to exempt from all") ?? null;
  const { account, settings, store, places } = await open("exempt", target, options, io);
  const warning = await blinded({ until: words.until, from }, settings, at);
  if (warning) io.say(warning);
  const exemptions = places.map(
    (place): LedgerExemption => ({ ...place, ...words, target, from, by: account.caller, at }),
  );
  const written = await writeExemption(store, exemptions);
  if (options.json) io.print(json({ exemptions: exemptions.map(exemptionJson), written }));
  else
    io.print(
      [
        `${plain(target)} is exempt from ${from ? from.join(", ") : "every automation"} until ${words.until}, in ${places.map(({ region }) => region).join(", ")}.`,
        written
          ? "It is told. A call that is being sent at this moment still counts."
          : "It was so already.",
        `Past that day it still holds, until it is removed: ${command} unexempt ${quoted(target)}`,
      ].join("\n"),
    );
  return exit.done;
}

export async function unexemptCommand(
  target: string,
  options: UnexemptOptions,
  io: Io,
): Promise<number> {
  const from = unitsOf(options.from, "leave it away to remove all that stands");
  const { account, store, places } = await open("unexempt", target, options, io);
  const lift = { target, places, by: account.caller, at: systemClock.now(), from };
  const removed = await removeExemption(store, lift);
  const asking = await askingOwners(from ?? unitIds);
  const kept = await liftOwnersWord(store, { ...lift, from: asking });
  if (!removed.length && !kept.length)
    throw new NotPossible(
      `the ledger exempts no ${target}${from ? ` from exactly ${from.join(", ")}` : ""}${options.region ? ` in ${options.region}` : ""}: \`${command} history\` lists what it does exempt. What the settings or a tag exempt is removed there.`,
    );
  if (options.json) {
    io.print(json({ removed: removed.map(exemptionJson), kept }));
    return exit.done;
  }
  for (const word of kept) io.print(keptText(word));
  if (removed.length)
    io.print(removedText(target, removed, await stillStanding(store, target, places)));
  return exit.done;
}

/** Those that give owners a time of grace. */
async function askingOwners(units: readonly string[]): Promise<string[]> {
  const loaded = await Promise.all(units.map(loadUnit));
  return loaded.flatMap((unit) => (unit.kind === "automation" && unit.grace ? [unit.id] : []));
}

const keptText = ({ target, unit, region, since }: LiftedWord): string =>
  `${plain(target)} in ${region} is no longer kept from ${unit}, as its owner said on ${dayText(since)}: they are asked again when it finds it so. It is told.`;

async function stillStanding(
  store: Store,
  target: string,
  places: readonly Pick<Place, "account" | "region">[],
): Promise<LedgerExemption[]> {
  const each = await Promise.all(places.map((place) => standingExemptions(store, place, target)));
  return each.flat().map(({ exemption }) => exemption);
}

const fromWhat = ({ from }: LedgerExemption): string => from?.join(", ") ?? "every automation";

function removedText(
  target: string,
  removed: readonly LedgerExemption[],
  left: readonly LedgerExemption[],
): string {
  const regions = [...new Set(removed.map(({ region }) => region))].join(", ");
  const [first] = left;
  if (!first)
    return `${plain(target)} is no longer exempt in ${regions}: from the next run on it is treated as all others are. It is told.`;
  const others = [...new Set(left.map(fromWhat))].join("; ");
  return `${plain(target)} is no longer exempt from ${removed[0] ? fromWhat(removed[0]) : ""} in ${regions}, but still from ${others}: ${plain(first.reason)} (${plain(first.owner)}). It is told.`;
}
