/**
 * `start`: a night of a project's own units on the embedded AWS. Their fixtures fill an account;
 * then each unit runs once, as `run` does it.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { isFields } from "../../sdk/fields.ts";
import { openAccount, type TestAccount } from "../../testing/account.ts";
import { startEmbedded } from "../../testing/embedded.ts";
import { embeddedAccount } from "../../testing/environment.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { defaultSettings, shownPath } from "../io/paths.ts";
import { loadSettings } from "../place/settings.ts";
import { loadUnit, type OwnUnit, ownUnits } from "../place/units.ts";
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

/**
 * Fills the account for a unit. Fixtures know nothing of each other: where two make a thing of the
 * same name, the later unit gets an account of its own.
 */
async function seeded(unit: OwnUnit, shared: TestAccount, io: Io): Promise<TestAccount> {
  const fixture = await fixtureBeside(unit.file);
  if (!fixture) {
    io.say(`${unit.id} has no fixture.ts that seeds anything`);
    return shared;
  }
  try {
    await fixture.seed(shared);
    return shared;
  } catch (error) {
    const { endpoint, region } = shared;
    const own = await openAccount(endpoint, { region });
    io.say(`${unit.id} has the account ${own.account} to itself: ${inOneLine(error)}`);
    await fixture.seed(own);
    return own;
  }
}

/** @returns its exit code; what is held or waits for a person is no failure */
async function runOne(unit: OwnUnit, shared: TestAccount, io: Io): Promise<number> {
  const { id, file } = unit;
  const { kind } = await loadUnit(id);
  if (kind === "signal") {
    const events = shownPath(join(dirname(file), "events"));
    io.say(
      `${id} is a signal, which starts from events: \`npx nightshift plan ${id} --event FILE\`, with one of ${events}/`,
    );
    return exit.done;
  }
  const account = await seeded(unit, shared, io);
  account.use();
  const code = await runCommand(id, {}, io);
  return code === exit.failed ? exit.failed : exit.done;
}

export async function startNight({ once = false }: StartOptions, io: Io): Promise<number> {
  // First, so that wrong settings are told as such.
  const { home, regions } = await loadSettings(defaultSettings);
  const own = ownUnits();
  if (!own.length)
    throw new NotPossible(
      "this project has no units of its own: `npx nightshift new` makes one, `own` in nightshift.config.ts names them",
    );
  const stays = io.terminal && !once;
  io.say("Starting the embedded AWS …");
  const embedded = await startEmbedded(stays ? { announce: { regions } } : {});
  try {
    const shared = await openAccount(embedded.endpoint, { region: home, account: embeddedAccount });
    let worst: number = exit.done;
    for (const unit of own) worst = Math.max(worst, await runOne(unit, shared, io));
    if (stays) {
      io.print(
        "\nThe account stays up. Try `npx nightshift list`, `plan` and `undo` in another terminal. Ctrl-C ends it.",
      );
      await asked();
    }
    return worst;
  } finally {
    await embedded.stop();
  }
}
