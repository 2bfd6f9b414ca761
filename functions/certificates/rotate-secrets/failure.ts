/** What a rotation function itself says of why it fails, in its log. */
import { filterLogEvents } from "../../../aws/logs/event.ts";
import { inOneLine, isDenied } from "../../../sdk/errors.ts";
import { redactedTo } from "../../../sdk/redact.ts";
import type { Reader } from "../../../sdk/unit.ts";

type Read = Reader<readonly [typeof filterLogEvents]>;

/** What Lambda and its runtimes write where something fails. */
const failing = '?ERROR ?Error ?Exception ?"Task timed out" ?Traceback';
const mostPages = 5;
const longestWords = 300;

const level = "ERROR";
/** Before its level, a line of Lambda has a time and the request's id, which say nothing here. */
const longestPrefix = 80;

function withoutPrefix(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const at = line.indexOf(level);
  if (at < 0 || at > longestPrefix) return line;
  return line.slice(at + level.length).replace(/^\W{1,3}/, "");
}

/** `arn:aws:lambda:eu-west-1:123456789012:function:NAME`, with or without a version behind. */
const nameOfFunction = (arn: string): string => arn.split(":")[6] ?? arn;

/**
 * The last error in the log of a rotation function, or why that is not known.
 * @param since when the rotation was due: what is older is about another one
 */
export async function functionsError(read: Read, arn: string, since: Date): Promise<string> {
  const logGroupName = `/aws/lambda/${nameOfFunction(arn)}`;
  try {
    let last: string | undefined;
    let nextToken: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const startTime = since.getTime();
      const asked = { logGroupName, startTime, filterPattern: failing, nextToken };
      const answer = await read(filterLogEvents(asked));
      if (!answer) return `its function has no log ${logGroupName}`;
      last = answer.events?.at(-1)?.message ?? last;
      nextToken = answer.nextToken;
      if (!nextToken) break;
    }
    if (last === undefined) return `its function's log ${logGroupName} says nothing of an error`;
    return `its function says: ${redactedTo(withoutPrefix(last), longestWords)}`;
  } catch (error) {
    if (!isDenied(error)) throw error;
    return `its function's log cannot be read (${inOneLine(error)})`;
  }
}
