/**
 * Asks AWS who has signed a request: one POST to the STS of the home region, over TLS, to the host
 * that the request was built for. No redirect is followed, no variable leads elsewhere, little is
 * read, and not for long. Of what is sent and answered nothing is logged or kept.
 */
import { type Identify, type IdentityAnswer, identityIn } from "../ingest/identity.ts";
import type { IdentityRequest } from "../ingest/proof.ts";
import { TryAgain } from "../sdk/errors.ts";
import { type Exchange, exchange } from "../sdk/exchange.ts";
import { milliseconds, type Span, seconds } from "../sdk/time.ts";

/** STS answers within 100 ms; the person waits. */
const longest = seconds(5);
/** An answer of STS has less than 2 KB. */
const mostBytes = 16 * 1024;

export interface StsOptions {
  /** For tests: where the connection goes instead, and whom it trusts. */
  readonly connection?: Exchange["connection"];
  /** From the first packet to the last. */
  readonly timeout?: Span;
}

/** Its code alone: a message may quote what was sent. */
const codeOf = (error: unknown): string => {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return String(code ?? name ?? "no reason was given").replace(/\W/g, " ");
};

async function answerTo(
  { hostname, path, method, headers, body }: IdentityRequest,
  { connection, timeout = longest }: StsOptions,
): Promise<IdentityAnswer> {
  const url = new URL(`https://${hostname}${path}`);
  const signal = AbortSignal.timeout(milliseconds(timeout));
  try {
    const answer = await exchange({ url, method, headers, body, connection, mostBytes, signal });
    return { status: answer.status, body: answer.body.toString("utf8") };
  } catch (error) {
    throw new TryAgain(
      `AWS could not be asked who gives this order (${codeOf(error)} at ${hostname}): nothing is done, try again`,
    );
  }
}

/**
 * @param home region whose STS is asked
 * @throws what `identityIn` throws, and TryAgain where nothing answers
 */
export const askSts =
  (home: string, options: StsOptions = {}): Identify =>
  async (request) =>
    identityIn(await answerTo(request, options), home);
