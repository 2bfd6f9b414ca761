/** `list`: all units, from the manifest alone; when they last ran, where AWS can be reached. */

import { count } from "../../sdk/counted.ts";
import type { Manifest, ManifestUnit } from "../../settings/manifest.ts";
import { exit } from "../io/exit.ts";
import { failureOf } from "../io/failure.ts";
import { type Io, table } from "../io/io.ts";
import { json } from "../io/json.ts";
import type { Common } from "../io/options.ts";
import { triggersText, utcText } from "../io/words.ts";
import { manifestOf } from "../place/manifest.ts";
import { fileOf } from "../place/session.ts";

/** Whoever only wants to know what there is does not wait for AWS. */
const patience = 5000;

export async function listCommand(options: Common, io: Io): Promise<number> {
  const { surroundings } = await import("../place/account.ts");
  const around = await surroundings();
  const manifest = await manifestOf(fileOf(options, around), io);
  let waiting: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    waiting = setTimeout(
      () => reject(new Error(`AWS has not answered within ${patience / 1000} seconds`)),
      patience,
    );
  });
  const last = await Promise.race([lastRuns(manifest, around, io), tooLong])
    .catch((error: unknown) => {
      io.say(`when they last ran is not known: ${failureOf(error).message}`);
      return new Map<string, Date>();
    })
    .finally(() => clearTimeout(waiting));

  const units = manifest.units.map((unit) => ({
    id: unit.id,
    kind: unit.kind,
    summary: unit.summary,
    on: unit.on,
    mode: modeOf(unit),
    lastRun: last.get(unit.id)?.toISOString() ?? null,
  }));
  if (options.json) io.print(json({ units }));
  else {
    const rows = units.map(({ id, kind, summary, on, mode, lastRun }) => [
      id,
      kind,
      mode,
      lastRun ? utcText(new Date(lastRun)).replace(" UTC", "") : "-",
      triggersText(on),
      summary,
    ]);
    io.print(
      await table(
        io,
        ["unit", "kind", "mode", "last run (UTC)", "starts on", "what it does"],
        rows,
      ),
    );
    io.say(count(units.length, "unit"));
  }
  return exit.done;
}

/** `off`: not deployed at all. */
export const modeOf = ({ enabled, mode }: Pick<ManifestUnit, "enabled" | "mode">): string =>
  enabled ? mode : "off";

/** By unit, over all regions. */
async function lastRuns(
  { settings, units }: Manifest,
  around: Awaited<ReturnType<typeof import("../place/account.ts")["surroundings"]>>,
  io: Io,
): Promise<Map<string, Date>> {
  const [{ connect }, { ledgerIn }, { heartbeatOf }] = await Promise.all([
    import("../place/account.ts"),
    import("../place/ledger.ts"),
    import("../../ledger/heartbeats.ts"),
  ]);
  const account = await connect(around, settings.home, io);
  const store = ledgerIn(account, settings);
  const places = units
    .filter(({ kind }) => kind !== "signal")
    .flatMap(({ id, scope }) =>
      (scope === "global" ? [settings.home] : settings.regions).map((region) => ({
        unit: id,
        account: account.id,
        region,
      })),
    );
  const beats = await Promise.all(
    places.map(async (place) => [place.unit, (await heartbeatOf(store, place))?.at] as const),
  );
  const last = new Map<string, Date>();
  for (const [unit, at] of beats)
    if (at && at > (last.get(unit) ?? new Date(0))) last.set(unit, at);
  return last;
}
