/**
 * `hours`: what schedules say now, and what was last done by them; `hours on` and `hours off`: kept on
 * for longer, written into the ledger with the caller's own credentials.
 */
import { endKeptHours, keepHours } from "../../engine/keep-hours.ts";
import { ledgerOf } from "../../engine/run/host.ts";
import { shownWall } from "../../functions/hours/hours-of.ts";
import type { KeptHours } from "../../ledger/kept-hours.ts";
import { lastChange } from "../../ledger/story.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { systemClock } from "../../sdk/time.ts";
import { SettingsError } from "../../settings/settings.ts";
import { type HoursShown, hoursNow } from "../hours/now.ts";
import { hoursUnits, type NamedHours, namedHours } from "../hours/schedules.ts";
import { hoursJson, hoursText, keptJson } from "../hours/shown.ts";
import { untilOf } from "../hours/until.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { type Common, onLoopbackOnly } from "../io/options.ts";
import { command, quoted, utcText } from "../io/words.ts";
import { configured, connect } from "../place/account.ts";
import { prepare } from "../place/here.ts";
import { openSession } from "../place/session.ts";

export interface HoursOptions extends Common {
  readonly until?: string;
  readonly region?: string;
}

/** What is asked: nothing, or `on` or `off` of a schedule or target. */
export interface HoursOrder {
  readonly verb: string | undefined;
  readonly what: string | undefined;
}

async function opened(options: HoursOptions, io: Io) {
  const session = await openSession(options);
  const { around, settings } = session;
  const everywhere = [...new Set([settings.home, ...settings.regions])];
  if (options.region !== undefined) configured(options.region, "option", { regions: everywhere });
  const units = await hoursUnits(session);
  if (!units.length)
    throw new SettingsError(
      "the settings enable no unit of the family hours: give `units` in nightshift.config.ts one, like off-hours-instances, with its `schedules` (docs/hours.md)",
    );
  const account = await connect(around, settings.home, io);
  onLoopbackOnly("hours", account.loopback, { settings: options.settings });
  const clients = account.clients(systemClock);
  if (account.loopback) await prepare(clients, settings);
  const regions = options.region === undefined ? everywhere : [options.region];
  return {
    account,
    units,
    store: ledgerOf(clients, settings, systemClock),
    places: regions.map((region) => ({ account: account.id, region })),
  };
}

type Opened = Awaited<ReturnType<typeof opened>>;

/** Whether one of the units has ever changed it. */
async function isKnown({ units, places, store }: Opened, target: string): Promise<boolean> {
  const asked = units.flatMap(({ id: unit }) =>
    places.map((place) => lastChange(store, { ...place, unit, target })),
  );
  return (await Promise.all(asked)).some((change) => change !== undefined);
}

const keptHoursOf = (
  { account, places }: Opened,
  { schedule, target }: NamedHours,
  { until, at }: Pick<KeptHours, "until" | "at">,
): KeptHours[] =>
  places.map((place) => ({
    ...place,
    ...(schedule === undefined ? { target } : { schedule }),
    until,
    by: account.caller,
    at,
  }));

const shownUntil = (until: Date, [timeZone]: readonly string[]): string =>
  timeZone === undefined
    ? utcText(until)
    : `${shownWall(until, timeZone).replace("T", " ")} (${timeZone})`;

const following = ({ units }: Opened, named: NamedHours): Opened["units"] =>
  units.filter(({ id }) => named.units.includes(id));

/** Nobody is to wait for what only starts once it is approved, or never. */
function whatIsStarted(units: Opened["units"]): string[] {
  const acting = units.filter(({ mode }) => mode === "act").map(({ id }) => id);
  const lines = units.flatMap(({ id, mode }) => {
    if (mode === "act") return [];
    const then = mode === "ask" ? "what it would start waits for an approval" : "it starts nothing";
    return [`${id} is in the mode ${mode}: ${then}.`];
  });
  if (!acting.length) return lines;
  const runs = acting.map((id) => `${command} run ${id}`).join("; ");
  return [
    `What ${acting.join(", ")} stopped of it is started by the next run, a quarter of an hour at most from now. At once: ${runs}`,
    ...lines,
  ];
}

/** Whose word counts no longer. */
function whatWasKept([before]: readonly KeptHours[], zones: readonly string[]): string[] {
  if (!before) return [];
  const { by, until, unreadable } = before;
  const end = unreadable ?? `${by} had kept it on until ${shownUntil(until, zones)}`;
  return [`Until now: ${plain(end)}. That counts no longer.`];
}

/** Any id of the right form may be written: a slip of the pen has the right form, too. */
const uncertain =
  "No unit has ever changed it, and no schedule names it: where it has no tag that names one either, or is mistyped, this changes nothing.";

async function keepOn(what: string, options: HoursOptions, io: Io): Promise<number> {
  const { until: text } = options;
  if (text === undefined)
    throw new UsageError(
      `until when? Whatever is kept on has an end: \`${command} hours on ${quoted(what)} --until 22:00\`, or how long, like 3h`,
    );
  const open = await opened(options, io);
  const at = systemClock.now();
  const named = await namedHours(what, open.units, (target) => isKnown(open, target));
  const until = untilOf(text, at, named.zones);
  const kept = keptHoursOf(open, named, { until, at });
  const replaced = await keepHours(open.store, { kept, units: following(open, named) });
  if (options.json) {
    const { units } = named;
    io.print(json({ kept: kept.map(keptJson), units, replaced: replaced.map(keptJson) }));
    return exit.done;
  }
  const regions = open.places.map(({ region }) => region).join(", ");
  io.print(
    [
      `${plain(what)} is kept on until ${shownUntil(until, named.zones)}, in ${regions}. It is told.`,
      ...whatWasKept(replaced, named.zones),
      ...(named.isCertain ? [] : [uncertain]),
      ...whatIsStarted(following(open, named)),
      `To end it before: ${command} hours off ${quoted(what)}`,
    ].join("\n"),
  );
  return exit.done;
}

async function keepNoLonger(what: string, options: HoursOptions, io: Io): Promise<number> {
  if (options.until !== undefined)
    throw new UsageError("--until is for `hours on`: `hours off` ends what keeps it on, at once");
  const open = await opened(options, io);
  const at = systemClock.now();
  const named = await namedHours(what, open.units, (target) => isKnown(open, target));
  const kept = keptHoursOf(open, named, { until: at, at });
  const stood = await endKeptHours(open.store, { kept, units: following(open, named) });
  if (!stood.length)
    throw new NotPossible(
      `nothing keeps ${what} on: \`${command} hours\` lists what does. What the tag nightshift:hours-on-until keeps on ends with that tag.`,
    );
  if (options.json) io.print(json({ ended: stood.map(keptJson) }));
  else
    io.print(
      [
        `${plain(what)} is no longer kept on: it goes by its schedule from the next run on, a quarter of an hour at most from now. It is told.`,
        ...whatWasKept(stood, named.zones),
      ].join("\n"),
    );
  return exit.done;
}

async function show(options: HoursOptions, io: Io): Promise<number> {
  const { units, places, store } = await opened(options, io);
  const now: HoursShown = await hoursNow({ units, places, store, now: systemClock.now() });
  io.print(options.json ? json(hoursJson(now)) : hoursText(now, io));
  return exit.done;
}

export function hoursCommand(
  { verb, what }: HoursOrder,
  options: HoursOptions,
  io: Io,
): Promise<number> {
  if (verb === undefined && options.until === undefined) return show(options, io);
  const verbs = { on: keepOn, off: keepNoLonger, clear: keepNoLonger };
  if (verb === undefined || !Object.hasOwn(verbs, verb))
    throw new UsageError(
      `${verb ?? "--until"} is not understood: \`${command} hours\`, \`${command} hours on office --until 22:00\` or \`${command} hours off office\``,
    );
  if (what === undefined)
    throw new UsageError(`which schedule or target? \`${command} hours ${verb} office\``);
  return verbs[verb as keyof typeof verbs](what, options, io);
}
