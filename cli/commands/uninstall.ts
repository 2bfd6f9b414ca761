/** `uninstall`: removes all of a deployment; the ledger is kept, or exported first. */
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { uninstallAll } from "../deployment/uninstall.ts";
import { askOnTerminal } from "../io/ask.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { type Common, onLoopbackOnly } from "../io/options.ts";
import { defaultSettings } from "../io/paths.ts";
import { connect, surroundings } from "../place/account.ts";
import { loadSettings } from "../place/settings.ts";

export interface UninstallOptions extends Common {
  readonly yes?: boolean;
  /** As it is without: said, so that a script can say what it means. */
  readonly keepLedger?: boolean;
  /** A file that is not there yet. */
  readonly export?: string;
}

/** @throws {NotPossible} on the embedded AWS, where nothing is deployed */
export async function uninstallCommand(options: UninstallOptions, io: Io): Promise<number> {
  onLoopbackOnly("uninstall", false, { settings: options.settings });
  if (options.keepLedger && options.export !== undefined)
    throw new UsageError(
      "--keep-ledger and --export exclude each other: what is exported is deleted",
    );
  const around = await surroundings();
  if (around.embedded)
    throw new NotPossible(
      "on the embedded AWS nothing is deployed: Ctrl-C ends it, and all that is in it",
    );
  const settings = await loadSettings(defaultSettings);
  const account = await connect(around, settings.home, io);
  const result = await uninstallAll({
    account,
    settings,
    ask: askOnTerminal,
    say: (line) => io.say(line),
    yes: options.yes === true,
    exportTo: options.export,
  });
  if (options.json) io.print(json(result));
  return result.left.length ? exit.held : exit.done;
}
