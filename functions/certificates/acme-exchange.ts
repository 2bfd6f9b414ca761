/**
 * Requests to an ACME directory (RFC 8555, section 6.1) in the place of acme-client's own, which
 * bring axios: four fifths of what the library adds to a bundle, to post JSON and read an answer.
 */
import { rootCertificates } from "node:tls";
import { exchange } from "../../sdk/exchange.ts";
import { milliseconds, seconds } from "../../sdk/time.ts";

/** What acme-client reads of an answer. */
export interface AcmeExchange {
  readonly status: number;
  /** Of JSON; text where it is none, as a chain of certificates. */
  readonly data: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

const longest = seconds(20);
/** What a directory answers is small. */
const mostBytes = 1_000_000;

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * @param authorities PEM: of one's own, trusted beside the public ones
 * @returns asks once; throws where nothing answers, or another address is named. Of what is answered no
 * other status is an error
 */
export const acmeExchange =
  (authorities: readonly string[]) =>
  async (
    url: string,
    method: string,
    { data }: { readonly data?: object } = {},
  ): Promise<AcmeExchange> => {
    const body = data && JSON.stringify(data);
    const signal = AbortSignal.timeout(milliseconds(longest));
    try {
      const answer = await exchange({
        url: new URL(url),
        method: method.toUpperCase(),
        headers: {
          "user-agent": "nightshift",
          "content-type": "application/jose+json",
          ...(body && { "content-length": String(Buffer.byteLength(body)) }),
        },
        body,
        connection: authorities.length ? { ca: [...rootCertificates, ...authorities] } : undefined,
        mostBytes,
        signal,
      });
      const { status, headers } = answer;
      if (status >= 300 && status < 400)
        throw new Error(`it answered ${status}, a redirect, which is not followed`);
      return { status, headers, data: dataOf(answer.body.toString("utf8")) };
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new Error(`it did not answer within ${longest.seconds} seconds`, { cause: error });
    }
  };
