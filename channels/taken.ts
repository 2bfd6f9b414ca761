/** Whether an HTTP answer means that the message was taken. */
import { cut, plain, unlinked } from "../sdk/plain.ts";
import { redactText } from "../sdk/redact.ts";
import { type FailureInside, failureInside } from "./answer-inside.ts";
import type { HttpAnswer } from "./outside.ts";
import { retryAfter, Undelivered } from "./undelivered.ts";

interface Expected {
  /** Statuses that mean taken; any other 2xx does not. */
  readonly by: (status: number) => boolean;
  /** What of a body with such a status tells of a failure. Absent: what `failureInside` knows. */
  readonly inside?: (body: string) => FailureInside | undefined;
  /** Secrets that went along: an answer may repeat them, an error never does. */
  readonly hidden?: readonly string[];
  readonly now: Date;
}

/** A text without any of the secrets, in whatever form a program may have written them. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("/", "\\/"),
    Buffer.from(secret).toString("base64"),
    ...(URL.canParse(secret) ? partsOf(new URL(secret)) : []),
  ]);
  return [...new Set(forms)]
    .filter((form) => form.length >= 4)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, form) => rest.replaceAll(form, "[redacted]"), text);
}
/** Of a URL that is a secret, whatever is not the same for everybody. */
const partsOf = ({ pathname, search, host }: URL): string[] => [
  host,
  pathname,
  search.slice(1),
  ...pathname.split("/").filter((part) => part.length >= 8),
  ...new URLSearchParams(search).values(),
];

/** Too many requests, too early, or the server's own trouble: it may pass. */
const isPassing = (status: number): boolean =>
  status === 429 || status === 408 || status === 425 || status >= 500;

/** @throws {Undelivered} with what it said, in one line */
export function expectTaken(
  { status, headers, body }: HttpAnswer,
  { by, inside = failureInside, hidden = [], now }: Expected,
): void {
  const failure = by(status) ? inside(body) : undefined;
  if (by(status) && !failure) return;
  const says = cut(plain(unlinked(redactText(withoutSecrets(body, hidden)))).trim(), 200);
  const answered = `it answered ${status}${says ? `: ${says}` : ""}`;
  const after = retryAfter(headers["retry-after"], now);
  if (failure) {
    // One that does not say what kind it is may pass.
    const again = failure.status === undefined || isPassing(failure.status);
    throw new Undelivered(answered, { again, after, status: failure.status ?? status });
  }
  if (status >= 300 && status < 400)
    throw new Undelivered(`it answered ${status}, which leads elsewhere and is not followed`, {
      status,
    });
  if (isPassing(status)) throw new Undelivered(answered, { again: true, after, status });
  throw new Undelivered(answered, { status });
}
