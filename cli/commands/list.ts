/** `list`: all units, from the manifest alone; when they last ran, where AWS can be reached. */

import type { Heartbeat } from "../../ledger/heartbeats.ts";
import { count } from "../../sdk/counted.ts";
import { regionsOf } from "../../settings/every-region.ts";
import type { Manifest, ManifestUnit } from "../../settings/manifest.ts";
import { exit } from "../io/exit.ts";
import { failureOf } from "../io/failure.ts";
import { type FilterOptions, oneOf } from "../io/filters.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import type { Common } from "../io/options.ts";
import { table } from "../io/table.ts";
import { minuteText, triggersText } from "../io/words.ts";
import { manifestOf } from "../place/manifest.ts";
import { fileOf } from "../place/session.ts";

export interface ListOptions extends Common, Pick<FilterOptions, "unit" | "family" | "mode"> {
  readonly kind?: ManifestUnit["kind"];
}

/** Whoever only wants to know what there is does not wait for AWS. */
const patience = 5000;

type LastRuns = ReadonlyMap<string, Heartbeat>;

export async function listCommand(options: ListOptions, io: Io): Promise<number> {
  const { surroundings } = await import("../place/account.ts");
  const around = await surroundings();
  const manifest = await manifestOf(fileOf(options, around), io);
  const chosen = chosenUnits(manifest, options);
  const last = await inTime(lastRuns({ ...manifest, units: chosen }, around, io)).catch(
    (error: unknown) => {
      io.say(`when they last ran is not known: ${failureOf(error).message}`);
      return new Map<string, Heartbeat>();
    },
  );
  if (options.json) io.print(json({ units: chosen.map((unit) => unitJson(unit, last)) }));
  else if (chosen.length) io.print(unitTable(chosen, last, io));
  else io.print("No unit is like that.");
  if (!options.json) io.say(count(chosen.length, "unit"));
  return exit.done;
}

/** @throws {UsageError} for a unit or family that there is not */
function chosenUnits(
  { units }: Manifest,
  { unit, family, mode, kind }: ListOptions,
): readonly ManifestUnit[] {
  oneOf(
    "--unit",
    unit,
    units.map(({ id }) => id),
  );
  oneOf("--family", family, [...new Set(units.map((each) => each.family))]);
  return units.filter(
    (each) =>
      (unit === undefined || each.id === unit) &&
      (family === undefined || each.family === family) &&
      (kind === undefined || each.kind === kind) &&
      (mode === undefined || modeOf(each) === mode),
  );
}

const unitJson = (unit: ManifestUnit, last: LastRuns): object => ({
  id: unit.id,
  kind: unit.kind,
  summary: unit.summary,
  on: unit.on,
  mode: modeOf(unit),
  lastRun: last.get(unit.id)?.at.toISOString() ?? null,
});

const columns = [
  { title: "unit" },
  { title: "kind" },
  { title: "mode" },
  { title: "last run (UTC)" },
  { title: "starts on", least: 40, optional: true },
  { title: "what it does", least: 24, below: true },
];

const unitTable = (units: readonly ManifestUnit[], last: LastRuns, io: Io): string =>
  table(
    io,
    columns,
    units.map((unit) => [
      unit.id,
      unit.kind,
      modeOf(unit) ?? "-",
      lastRunText(last.get(unit.id)),
      triggersText(unit.on),
      unit.summary,
    ]),
  );

function lastRunText(beat: Heartbeat | undefined): string {
  if (!beat) return "-";
  return beat.outcome === "failed" ? `${minuteText(beat.at)} failed` : minuteText(beat.at);
}

/** `off`: not deployed at all. What changes nothing has no mode: a report, a signal. */
export function modeOf({
  enabled,
  mode,
  kind,
}: Pick<ManifestUnit, "enabled" | "mode" | "kind">): string | null {
  if (!enabled) return "off";
  return kind === "automation" ? mode : null;
}

/** @throws where it takes longer than whoever only wants to know what there is would wait */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let waiting: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    waiting = setTimeout(
      () => reject(new Error(`AWS has not answered within ${patience / 1000} seconds`)),
      patience,
    );
  });
  return Promise.race([work, tooLong]).finally(() => clearTimeout(waiting));
}

/** By unit, over all regions. */
async function lastRuns(
  { settings, units }: Manifest,
  around: Awaited<ReturnType<typeof import("../place/account.ts")["surroundings"]>>,
  io: Io,
): Promise<LastRuns> {
  const [{ connect }, { ledgerIn }, { heartbeatOf }] = await Promise.all([
    import("../place/account.ts"),
    import("../place/ledger.ts"),
    import("../../ledger/heartbeats.ts"),
  ]);
  const account = await connect(around, settings.home, io);
  const store = ledgerIn(account, settings);
  const places = units
    .filter(({ kind }) => kind !== "signal")
    .flatMap((unit) =>
      regionsOf(unit, settings).map((region) => ({ unit: unit.id, account: account.id, region })),
    );
  const beats = await Promise.all(
    places.map(async (place) => [place.unit, await heartbeatOf(store, place)] as const),
  );
  const last = new Map<string, Heartbeat>();
  for (const [unit, beat] of beats) {
    const known = last.get(unit);
    if (beat && (!known || beat.at > known.at)) last.set(unit, beat);
  }
  return last;
}
