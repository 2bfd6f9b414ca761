/** What the handlers log, on stderr: warnings; all of it with NIGHTSHIFT_DEBUG=1. */

import { stderrLog } from "../../handlers/app/log.ts";
import type { Log } from "../../sdk/log.ts";
import type { Io } from "../io/io.ts";

export const debugging = (): boolean =>
  Boolean(process.env.NIGHTSHIFT_DEBUG) && process.env.NIGHTSHIFT_DEBUG !== "0";

/** Errors are thrown as well, and said once: by whoever ends the verb. */
export function logTo(io: Pick<Io, "say">): Log {
  const write = (line: string) => io.say(line.trimEnd());
  return debugging() ? stderrLog("info", write) : { ...stderrLog("warn", write), error() {} };
}
