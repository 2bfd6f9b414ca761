/**
 * `npm start`: an embedded AWS with a messy account in it, and one night of Nightshift there.
 * Exits with 0 only if the night went as seeded; on a terminal, the account stays until Ctrl-C.
 */
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { previews } from "../channels/previews.ts";
import { projectRoot } from "../cli/io/paths.ts";
import { inOneLine } from "../sdk/errors.ts";
import { type Embedded, startEmbedded } from "./embedded.ts";
import { useEmbedded } from "./environment.ts";
import { exitCode, oneNight, settingsFile } from "./night/one-night.ts";
import { page } from "./night/page.ts";
import given from "./night.config.ts";

const channels = Object.keys(previews);
const usage = [
  `npm start [-- --once] [--messages]${channels.map((name) => ` [--${name}]`).join("")}   --once: exits by itself, also on a terminal; --messages: prints each message whole, on stderr`,
  ...channels.map((name) => `--${name}: as it would look in that channel`),
].join("; ");

const flag = { type: "boolean", default: false } as const;

function options() {
  try {
    return parseArgs({
      options: {
        once: flag,
        messages: flag,
        ...Object.fromEntries(channels.map((name) => [name, flag])),
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}\n`);
    process.exit(2);
  }
}

const say = (text: string) => void process.stderr.write(`${text} …\n`);

const { once, messages, ...rest } = options();
const asked: Readonly<Record<string, boolean | undefined>> = rest;
const stays = process.stdout.isTTY && !once;
let embedded: Embedded | undefined;
let code = 1;

let staying = false;
const over = new AbortController();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, async () => {
    // After the night its own result counts; before, it was broken off.
    if (staying) return over.abort();
    await embedded?.stop();
    process.exit(128 + constants.signals[signal]);
  });

/** Tells what the commands of another terminal cause, until somebody ends it. */
async function stay(tell: () => Promise<unknown>): Promise<void> {
  process.stdout.write(
    "\nThe account stays up. Try the commands above in another terminal: what comes of them is told here. Ctrl-C ends it.\n\n",
  );
  while (!over.signal.aborted) {
    await tell();
    await setTimeout(1000, undefined, { signal: over.signal }).catch(() => {});
  }
}

try {
  say("Starting the embedded AWS");
  embedded = await startEmbedded(
    stays ? { announce: { regions: given.regions, settings: settingsFile } } : {},
  );
  useEmbedded(embedded.endpoint, given.home);
  const print = (text: string) =>
    void (staying ? process.stdout.write(text) : messages && process.stderr.write(text));
  const night = await oneNight({ endpoint: embedded.endpoint, say, print });
  code = exitCode(night);
  const shown = { timeZone: night.configured.settings.timeZone, command: "npx nightshift" };
  for (const [name, load] of Object.entries(previews)) {
    const { default: preview } = await load();
    const folder = join(projectRoot, ".nightshift", name);
    const files = preview.write(night.messages, folder, shown);
    if (asked[name]) process.stderr.write(`${preview.print(night.messages, shown, 110)}\n`);
    process.stderr.write(`.nightshift/${name}: ${files.length} messages ${preview.hint}\n`);
  }
  process.stdout.write(
    page(night, {
      width: Math.min(Math.max(process.stdout.columns || 110, 80), 130),
      coloured: process.stdout.hasColors?.() ?? false,
    }),
  );
  staying = stays;
  if (stays) await stay(night.tell);
} catch (error) {
  process.stderr.write(
    `The night could not be carried out: ${error instanceof Error ? error.stack : inOneLine(error)}\n${embedded?.log() ?? ""}`,
  );
}
await embedded?.stop();
if (staying) process.stderr.write("\nThe embedded AWS is stopped, and the account with it.\n");
process.exitCode = code;
