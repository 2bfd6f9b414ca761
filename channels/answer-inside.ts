/**
 * What a body says in spite of its status: services, gateways and workflows answer 200 or 202
 * whatever became of a request, and tell of the failure inside.
 */
import { fieldsOf } from "../sdk/fields.ts";

/** A failure that an answer of success tells of. */
export interface FailureInside {
  /** In HTTP's numbers, where it says any. */
  readonly status?: number | undefined;
}

const isFailingStatus = (value: unknown): value is number =>
  typeof value === "number" && value >= 400 && value <= 599;

const words = new Set(["error", "errored", "fail", "failed", "failure", "invalid", "rejected"]);
const isFailingWord = (value: unknown): boolean =>
  typeof value === "string" &&
  words.has(
    value
      .trim()
      .split(/[\s_-]/, 1)[0]
      ?.toLowerCase() ?? "",
  );

/** Empty, `null`, `false` and `0` are how an answer says that there is none. */
function isThere(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Fields that are there only when something failed. */
const failures = ["error", "errors", "errorMessage", "errorType", "errcode", "exception"] as const;
/** Fields that say whether it went well. */
const successes = ["ok", "success", "succeeded"] as const;
/** Fields that hold a status: its number, or its word. */
const statuses = ["status", "statusCode", "code", "result"] as const;

const statusIn = (fields: Readonly<Record<string, unknown>>): number | undefined =>
  statuses.map((name) => fields[name]).find(isFailingStatus);

function failureIn(fields: Readonly<Record<string, unknown>>): FailureInside | undefined {
  const failed =
    failures.some((name) => isThere(fields[name])) ||
    successes.some((name) => fields[name] === false || fields[name] === "false") ||
    statuses.some((name) => isFailingStatus(fields[name]) || isFailingWord(fields[name]));
  if (!failed) return undefined;
  return { status: statusIn(fields) ?? statusIn(fieldsOf(fields.error)) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A page for people: a sign-in, a check for robots, a notice of maintenance. No API's answer. */
const isPage = (body: string): boolean => /^\s*<(?:!doctype\s+html|html)\b/i.test(body);

/** @returns nothing where the body tells of no failure, or is none that could be read */
export function failureInside(body: string): FailureInside | undefined {
  if (isPage(body)) return {};
  return failureIn(fieldsOf(parsed(body)));
}
