import { existsSync, readFileSync } from "node:fs";

const status = "/proc/self/status";

/**
 * The most memory that this process has had, in kilobytes. What the system counts for a process
 * (`getrusage`) begins with what its parent had when it was started, so on Linux it is read where the
 * program's own memory is.
 */
export function mostMemory(): number {
  const text = existsSync(status) ? readFileSync(status, "utf8") : "";
  const [, own] = /^VmHWM:\s+(\d+) kB$/m.exec(text) ?? [];
  return own === undefined ? process.resourceUsage().maxRSS : Number(own);
}
