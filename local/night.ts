/**
 * `npm start`: an embedded AWS with a messy account in it, and one night of Nightshift there.
 * Exits with 0 only if the night went as seeded; on a terminal, the account stays until Ctrl-C.
 */
import { parseArgs } from "node:util";
import { inOneLine } from "../core/errors.ts";
import { type Embedded, startEmbedded } from "./embedded.ts";
import { oneNight, settingsFile } from "./night/one-night.ts";
import { page } from "./night/page.ts";
import given from "./night.config.ts";

const usage = "npm start [-- --once] [--messages]   --once: exits by itself, also on a terminal; --messages: prints each message whole, on stderr";

function options(): { readonly once: boolean; readonly messages: boolean } {
  try {
    const { values } = parseArgs({ options: { once: { type: "boolean", default: false }, messages: { type: "boolean", default: false } } });
    return values;
  } catch (error) {
    process.stderr.write(`${inOneLine(error)}\n${usage}\n`);
    process.exit(2);
  }
}

const say = (text: string) => void process.stderr.write(`${text} …\n`);

/** Tells what the commands of another terminal cause, until somebody ends it. */
async function stay(tell: () => Promise<unknown>): Promise<void> {
  process.stdout.write("\nThe account stays up. Try the commands above in another terminal; what they cause is told here. Ctrl-C ends it.\n\n");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await tell();
  }
}

const { once, messages } = options();
const stays = process.stdout.isTTY && !once;
let embedded: Embedded | undefined;
let code = 1;

for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]] as const)
  process.once(signal, async () => {
    await embedded?.stop();
    // During the night it was broken off; after it the night's own result counts.
    process.exit(staying ? code : 128 + number);
  });
let staying = false;

try {
  say("Starting the embedded AWS");
  embedded = await startEmbedded(stays ? { announce: { regions: given.regions, settings: settingsFile } } : {});
  const print = (text: string) => void (staying ? process.stdout.write(text) : messages && process.stderr.write(text));
  const night = await oneNight({ endpoint: embedded.endpoint, say, print });
  code = night.differences.length ? 1 : 0;
  process.stdout.write(page(night, { width: Math.min(process.stdout.columns ?? 110, 130), coloured: process.stdout.hasColors?.() ?? false }));
  staying = stays;
  if (stays) await stay(night.tell);
} catch (error) {
  process.stderr.write(`The night could not be carried out: ${error instanceof Error ? error.stack : inOneLine(error)}\n${embedded?.log() ?? ""}`);
}
await embedded?.stop();
process.exitCode = code;
