/**
 * Asks an authority whether it has revoked a certificate. Where to ask stands in the certificate, so
 * that it is hostile (rule: hostile-urls): public addresses only, resolved once and pinned, no
 * redirects, bounded in size and time. `http` is what authorities use: what they answer is signed.
 */
import { isIP } from "node:net";
import { AnswerTooLong, exchange } from "../../sdk/exchange.ts";
import { allAddresses, pinnedLookup } from "../../sdk/pinned.ts";
import { isLoopback, isPublic } from "../../sdk/public-address.ts";
import { milliseconds, type Span, seconds } from "../../sdk/time.ts";
import type { AskAuthority } from "./revocation.ts";

export interface AskingOptions {
  /** All addresses of a host name. The system's resolver where absent. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** For tests: this machine may be asked too. */
  readonly loopback?: boolean;
  /** From the first packet to the last. */
  readonly timeout?: Span;
  /** Of an answer. */
  readonly mostBytes?: number;
}

const longest = seconds(5);
/** Lists of the large authorities are split below that. */
const largest = 5_000_000;

async function addressesOf(
  host: string,
  { resolve = allAddresses, loopback = false }: AskingOptions,
): Promise<readonly string[]> {
  const addresses = isIP(host) ? [host] : await resolve(host);
  const isOpen = (address: string) => isPublic(address) || (loopback && isLoopback(address));
  if (!addresses.length || !addresses.every(isOpen))
    throw new Error("its authority's address is not in the public Internet, where alone is asked");
  return addresses;
}

async function asked(
  url: URL,
  body: Buffer | undefined,
  options: AskingOptions,
  signal: AbortSignal,
): Promise<Buffer> {
  const addresses = await addressesOf(url.hostname.replace(/^\[|\]$/g, ""), options);
  signal.throwIfAborted();
  const answer = await exchange({
    url,
    method: body ? "POST" : "GET",
    headers: {
      "user-agent": "nightshift",
      ...(body && {
        "content-type": "application/ocsp-request",
        "content-length": String(body.length),
      }),
    },
    body,
    connection: { lookup: pinnedLookup(addresses) },
    mostBytes: options.mostBytes ?? largest,
    signal,
  });
  if (answer.status !== 200) throw new Error(`its authority answers with ${answer.status}`);
  return answer.body;
}

const isOurs = (error: unknown): error is Error =>
  error instanceof Error && error.message.startsWith("its authority");

/** Lists are fetched once, however many certificates name them. */
export function createAskAuthority(options: AskingOptions = {}): AskAuthority {
  const { timeout = longest } = options;
  const lists = new Map<string, Promise<Buffer>>();

  async function once(text: string, body?: Buffer): Promise<Buffer> {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
      throw new Error("its authority's address is no http URL");
    const stop = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error(`its authority did not answer within ${timeout.seconds} seconds`));
      stop.abort();
    }, milliseconds(timeout));
    try {
      return await Promise.race([asked(url, body, options, stop.signal), late.promise]);
    } catch (error) {
      if (isOurs(error)) throw error;
      if (error instanceof AnswerTooLong)
        throw new Error(`its authority's answer is too long: ${error.message}`, { cause: error });
      const { code = "no reason was given" } = error as { readonly code?: unknown };
      throw new Error(`its authority cannot be asked (${String(code)})`, { cause: error });
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  }

  return (url, body) => {
    if (body) return once(url, body);
    const fetching = lists.get(url) ?? once(url);
    lists.set(url, fetching);
    return fetching;
  };
}
