/** What a team's own file threw when it was loaded, and where. */
import { fileURLToPath } from "node:url";
import { inOneLine } from "../../sdk/errors.ts";
import { shownPath } from "./paths.ts";

/** The first line of what Node says of text that it cannot parse. */
const unparsed = /^((?:file:\/\/)?\/.+):(\d+)$/;
/**
 * A line of a stack trace, of code that lies in a file. What a package threw is mended where it was
 * called.
 */
const frame = /^(file:\/\/[^\s()]{1,4000}):(\d{1,9}):\d{1,9}\)?$/;

/** What a line of a stack trace says of its file, if it is none of a package. */
function frameIn(line: string): RegExpExecArray | undefined {
  const from = line.lastIndexOf("file://");
  if (from < 0 || !line.startsWith(" ") || line.includes("/node_modules/")) return undefined;
  return frame.exec(line.slice(from)) ?? undefined;
}

function placeOf({ stack = "" }: Error): string | undefined {
  const lines = stack.split("\n");
  const found = unparsed.exec(lines[0] ?? "") ?? lines.map((line) => frameIn(line)).find(Boolean);
  const [, file, line] = found ?? [];
  if (file === undefined || line === undefined) return undefined;
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  return `${shownPath(path)}:${line}`;
}

/** An error in one line, with the file and line that it comes from where Node knows them. */
export function thrownIn(error: unknown): string {
  const place = error instanceof Error ? placeOf(error) : undefined;
  return place === undefined ? inOneLine(error) : `${inOneLine(error)} (${place})`;
}
