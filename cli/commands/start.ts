/**
 * `start`: a night of a project's own units on the embedded AWS. Their fixtures fill an account;
 * then each unit runs once, as `run` does it.
 */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { isFields } from "../../sdk/fields.ts";
import type { TestAccount } from "../../testing/account.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { defaultSettings } from "../io/paths.ts";
import { loadSettings } from "../place/settings.ts";
import { loadUnit, ownUnits } from "../place/units.ts";
import { runCommand } from "./run.ts";

export interface StartOptions {
  /** Ends by itself, also on a terminal. */
  readonly once?: boolean;
}

interface Seeds {
  seed(aws: TestAccount): Promise<void>;
}
const seeds = (value: unknown): value is Seeds =>
  isFields(value) && typeof value.seed === "function";

/** What fills an account for a unit; nothing where its folder has no `fixture.ts`. */
async function fixtureBeside(file: string): Promise<Seeds | undefined> {
  const path = file.replace(/index\.ts$/, "fixture.ts");
  if (!existsSync(path)) return undefined;
  const { fixture } = (await import(pathToFileURL(path).href)) as { readonly fixture?: unknown };
  return seeds(fixture) ? fixture : undefined;
}

/** Until Ctrl-C, or until whoever started it is gone. */
const asked = (): Promise<void> =>
  new Promise((resolve) => {
    // Keeps the process alive: what else is open does not.
    const alive = setInterval(() => {}, 60_000);
    const end = () => {
      clearInterval(alive);
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  });

/** @returns the worst exit code of the runs: what is held or waits for a person is no failure */
async function runAll(units: readonly AnyUnit[], io: Io): Promise<number> {
  let worst: number = exit.done;
  for (const { id, kind } of units) {
    if (kind === "signal") {
      io.say(`${id} is a signal: try it with \`npx nightshift plan ${id} --event FILE\``);
      continue;
    }
    const code = await runCommand(id, {}, io);
    if (code === exit.failed) worst = exit.failed;
  }
  return worst;
}

export async function startNight({ once = false }: StartOptions, io: Io): Promise<number> {
  const own = ownUnits();
  if (!own.length)
    throw new NotPossible(
      "this project has no units of its own: `npx nightshift new` makes one, `own` in nightshift.config.ts names them",
    );
  const { home, regions } = await loadSettings(defaultSettings);
  const [{ startEmbedded }, { useEmbedded, embeddedAccount }, { openAccount }] = await Promise.all([
    import("../../testing/embedded.ts"),
    import("../../testing/environment.ts"),
    import("../../testing/account.ts"),
  ]);
  const stays = io.terminal && !once;
  io.say("Starting the embedded AWS …");
  const embedded = await startEmbedded(stays ? { announce: { regions } } : {});
  try {
    useEmbedded(embedded.endpoint, home);
    const account = await openAccount(embedded.endpoint, {
      region: home,
      account: embeddedAccount,
    });
    for (const { id, file } of own) {
      const fixture = await fixtureBeside(file);
      if (!fixture) io.say(`${id} has no fixture.ts that seeds anything`);
      await fixture?.seed(account);
    }
    const code = await runAll(await Promise.all(own.map(({ id }) => loadUnit(id))), io);
    if (stays) {
      io.print(
        "\nThe account stays up. Try `npx nightshift list`, `plan` and `undo` in another terminal. Ctrl-C ends it.",
      );
      await asked();
    }
    return code;
  } finally {
    await embedded.stop();
  }
}
