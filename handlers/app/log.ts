/**
 * Logs are constant messages with structured fields; what carries them is chosen by where the
 * handler runs.
 */
import type { Context } from "aws-lambda";
import type { Log } from "../../sdk/log.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { redactText } from "../../sdk/redact.ts";

export type { Log } from "../../sdk/log.ts";

export interface InvocationLog extends Log {
  /** Each line from now on carries this invocation's request id. */
  begin?(context: Context): void;
}

export type Level = "info" | "warn" | "error" | "silent";
const levels: readonly Level[] = ["info", "warn", "error", "silent"];

const said = (value: unknown): string => {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
};

/**
 * One readable line each on stderr, for the command line and the embedded AWS: stdout is for data.
 * @param write where the lines go
 */
export function stderrLog(
  level: Level = "warn",
  write: (line: string) => unknown = (line) => process.stderr.write(line),
): Log {
  const at =
    (own: Level) =>
    (message: string, fields: object = {}) => {
      if (levels.indexOf(own) < levels.indexOf(level)) return;
      const named = Object.entries(fields).map(
        ([name, value]) => `  ${name}=${cut(redactText(said(value)), 1_000)}`,
      );
      write(`${own === "info" ? "" : `${own}: `}${plain(message)}${named.map(plain).join("")}\n`);
    };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}
