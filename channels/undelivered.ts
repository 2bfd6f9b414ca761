/** Why a channel did not take a message, and whether it is worth another try. */
import { type Span, seconds } from "../sdk/time.ts";

interface Verdict {
  /**
   * Another try may succeed: too many requests, a broken server, no answer. Absent: it will be
   * refused again.
   */
  readonly again?: boolean | undefined;
  /**
   * It is refused until somebody mends what it lacks: a right, a secret. What has another way takes
   * that at once; what has none waits.
   */
  readonly untilMended?: boolean | undefined;
  /** Not before, where it says so itself. */
  readonly after?: Span | undefined;
  /** What it answered, in HTTP's numbers. */
  readonly status?: number | undefined;
  /** The channel is well: it has nobody whom this message is for, so another tells it. */
  readonly forNobody?: boolean | undefined;
}

/** Channels throw it in place of their own errors. Its message names no secret and no address. */
export class Undelivered extends Error {
  override readonly name = "Undelivered";
  readonly again: boolean;
  readonly after: Span | undefined;
  readonly status: number | undefined;
  readonly forNobody: boolean;
  readonly untilMended: boolean;
  constructor(message: string, verdict: Verdict = {}) {
    const { again = false, untilMended = false, after, status, forNobody } = verdict;
    super(message);
    this.again = again;
    this.after = after;
    this.status = status;
    this.forNobody = forNobody ?? false;
    this.untilMended = untilMended;
  }
}

/** Most got it, some did not and will not: another try would reach nobody else. */
export class TakenInPart extends Error {
  override readonly name = "TakenInPart";
  /** Addresses. */
  readonly missed: readonly string[];
  constructor(missed: readonly string[], why: string) {
    super(why);
    this.missed = missed;
  }
}

/**
 * @param value of the header `Retry-After`: seconds, or a date
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfter(value: string | undefined, now: Date): Span | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return seconds(Number(text));
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at)
    ? undefined
    : seconds(Math.max(0, Math.ceil((at - now.getTime()) / 1000)));
}
