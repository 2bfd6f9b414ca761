/**
 * What people give on the command line, parsed: each says what is wrong with it, and exits with 2.
 */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../../sdk/errors.ts";
import { isFields } from "../../sdk/fields.ts";
import {
  before,
  type Clock,
  clockAt,
  days,
  hours,
  minutes,
  type Span,
  systemClock,
} from "../../sdk/time.ts";
import type { Mode } from "../../settings/mode.ts";

/** Options that all verbs understand. */
export interface Common {
  readonly json?: boolean;
  /** On loopback only. */
  readonly settings?: string;
}

export interface RunOptions extends Common {
  readonly event?: string;
  readonly config?: string;
  readonly mode?: Mode;
  readonly at?: string;
  readonly region?: string;
  /** With the inputs of all calls, as they are sent. */
  readonly verbose?: boolean;
}

const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

function parsedTime(text: string): Date | undefined {
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(text) || !text.includes("T");
  const at = new Date(zoned ? text : `${text}Z`);
  return time.test(text) && !Number.isNaN(at.getTime()) ? at : undefined;
}

/** A time as people write it; without a zone it is UTC. */
export function parseTime(text: string | undefined, option: string): Date | undefined {
  if (text === undefined) return undefined;
  const at = parsedTime(text);
  if (at) return at;
  throw new UsageError(`${option} ${text} is not a time; write it like 2026-11-21T02:00:00Z`);
}

/**
 * Since when something shall have been so: a time, or how long ago, like `14d`.
 * @throws {UsageError} where it is neither, or in the future
 */
export function parseSince(text: string | undefined, now: Date): Date | undefined {
  if (text === undefined) return undefined;
  const time = parsedTime(text);
  if (!time && !/^\d+[a-z]+$/i.test(text))
    throw new UsageError(
      `--since ${text} is not a length of time; write it like 30m, 2h or 1d, or a time like 2026-11-21T02:00:00Z`,
    );
  const since = time ?? before(now, spanOf(text, "--since"));
  if (since > now) throw new UsageError(`--since ${text} lies in the future`);
  return since;
}

/** The clock that everything goes by. */
export function clockOf(at: string | undefined): Clock {
  const start = parseTime(at, "--at");
  return start ? clockAt(start) : systemClock;
}

/** What is merged over the unit's config. */
export function configOf(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `--config is not JSON (${(error as Error).message}); write it like '{"days": 30}'`,
    );
  }
  if (isFields(parsed)) return parsed;
  throw new UsageError(`--config must be an object, like '{"days": 30}'`);
}

/** An event as EventBridge, SNS or SQS delivers it. */
export function readEvent(file: string | undefined): unknown {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(resolve(file), "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    throw new UsageError(
      code === "ENOENT"
        ? `the event file ${file} does not exist`
        : `the event file ${file} cannot be read: ${(error as Error).message}`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`the event file ${file} is not JSON: ${(error as Error).message}`);
  }
}

/** A whole number of at least one. */
export function parseLimit(text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new UsageError(`--limit ${text} must be a whole number from 1 to 1000`);
  return limit;
}

const weeks = (number: number): Span => days(7 * number);
const spans = { m: minutes, h: hours, d: days, w: weeks } as const;
/** A length of time as people write it: `30m`, `2h`, `1d`, `2w`. */
export function spanOf(text: string, option: string): Span {
  const [, number, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (!number || !Number(number))
    throw new UsageError(`${option} ${text} is not a length of time; write it like 30m, 2h or 1d`);
  return spans[unit as keyof typeof spans](Number(number));
}

/**
 * On a real account the deployed functions decide: policy is never in the payload (rule:
 * policy-not-in-payload).
 */
export function onLoopbackOnly(
  verb: string,
  loopback: boolean,
  given: Readonly<Record<string, unknown>>,
): void {
  const refused = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`],
  );
  if (loopback || !refused.length) return;
  throw new UsageError(
    `${refused.join(" and ")} work${refused.length === 1 ? "s" : ""} on the embedded AWS only: on a real account \`${verb}\` goes by what is deployed. Change nightshift.config.ts and \`npm run deploy\`.`,
  );
}
