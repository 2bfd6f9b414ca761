/**
 * The only way out of the account: all HTTP that channels send. An address is hostile, whoever
 * wrote it (rule: hostile-urls): https only, public addresses only, resolved once and pinned, no
 * redirects, bounded in size and time.
 */
import { type IncomingMessage, request } from "node:http";
import { connect as connectPlain, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { allAddresses, pinnedLookup } from "../sdk/pinned.ts";
import { isLoopback, isPublic } from "../sdk/public-address.ts";
import { milliseconds, type Span, seconds } from "../sdk/time.ts";
import { Undelivered } from "./undelivered.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Its beginning: nothing but an error's reason is ever read from it. */
  readonly body: string;
}

export interface Outside {
  /**
   * Posts once.
   * @returns whatever it answered; a redirect is an answer like any other
   * @throws {Undelivered} when there was none, or the address is not one to send to. Names neither address nor answer
   */
  post(url: string, body: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
}

export interface OutsideOptions {
  /** All addresses of a host name. The system's resolver where absent. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** The embedded deployment alone: `http://` to this machine is let through as well. */
  readonly loopback?: boolean;
  /** From the first packet to the last. */
  readonly timeout?: Span;
  /** For tests: what opens the connection. */
  readonly connect?: (target: Destination) => Socket;
}

export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Answers the pinned addresses, whatever DNS says meanwhile. */
  readonly lookup: LookupFunction;
}

/** Shorter than the function that waits for it by far. */
const longest = seconds(10);
const mostBytes = 16 * 1024;

const open = ({ host, port, secure, lookup: answered }: Destination): Socket => {
  if (!secure) return connectPlain({ host, port, lookup: answered });
  // An address is no name that a server could be asked for.
  const servername = isIP(host) ? "" : host;
  return connectSecurely({ host, port, lookup: answered, servername });
};

/** A wrong certificate is not mended by waiting. */
const isCertificate = (code: string): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|SSL/.test(code);
/** Why something broke, as its code says it: nothing of an address is in it. */
const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  return String(code ?? "no reason was given").replace(/[^\w ]/g, "");
};
const unanswered = (error: unknown): Undelivered => {
  if (error instanceof Undelivered) return error;
  const code = codeOf(error);
  return isCertificate(code)
    ? new Undelivered(`its certificate is not to be trusted (${code})`)
    : new Undelivered(`the connection to it broke (${code})`, { again: true });
};

function parsed(text: string, loopback: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !(url.protocol === "https:" || (loopback && url.protocol === "http:")))
    throw new Undelivered("its address is no https URL");
  if (url.username || url.password)
    throw new Undelivered("its address holds a password, which belongs into no URL");
  return url;
}

/** The way out as it is set up. */
type WayOut = Required<OutsideOptions>;

/** What is posted, to where. */
interface Letter {
  readonly url: URL;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function resolved({ resolve }: WayOut, host: string): Promise<readonly string[]> {
  if (isIP(host)) return [host];
  try {
    return await resolve(host);
  } catch (error) {
    const why = codeOf(error);
    throw new Undelivered(`its host name could not be resolved (${why})`, { again: true });
  }
}

async function addressesOf(way: WayOut, host: string, secure: boolean): Promise<readonly string[]> {
  const isOpen = (address: string): boolean =>
    (way.loopback && isLoopback(address)) || (secure && isPublic(address));
  const addresses = await resolved(way, host);
  if (!addresses.length)
    throw new Undelivered("its host name could not be resolved (it has no address)", {
      again: true,
    });
  // One private address among public ones is no accident either.
  if (!addresses.every(isOpen))
    throw new Undelivered(
      "its host name leads to an address that is not in the public Internet, where nothing is sent",
    );
  return addresses;
}

async function destinationOf(way: WayOut, url: URL): Promise<Destination> {
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return {
    host,
    port: Number(url.port || (secure ? 443 : 80)),
    secure,
    lookup: pinnedLookup(await addressesOf(way, host, secure)),
  };
}

const exchange = (
  { url, body, headers }: Letter,
  target: Destination,
  connect: WayOut["connect"],
  stop: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((answered, failed) => {
    const asked = request(
      {
        method: "POST",
        host: target.host,
        port: target.port,
        path: `${url.pathname}${url.search}`,
        headers: {
          host: url.host,
          "content-type": "application/json",
          "user-agent": "nightshift",
          ...headers,
          "content-length": Buffer.byteLength(body),
          connection: "close",
        },
        maxHeaderSize: mostBytes,
        signal: stop,
        createConnection: () => connect(target),
      },
      answered,
    );
    asked.on("error", failed);
    asked.end(body);
  });

async function answerTo(way: WayOut, letter: Letter, stop: AbortSignal): Promise<IncomingMessage> {
  const target = await destinationOf(way, letter.url);
  stop.throwIfAborted();
  return exchange(letter, target, way.connect, stop);
}

/** Until the answer begins, or the time is over. */
async function posted(way: WayOut, letter: Letter): Promise<HttpAnswer> {
  const stop = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    stop.abort();
    const why = `it did not answer within ${way.timeout.seconds} seconds`;
    late.reject(new Undelivered(why, { again: true }));
  }, milliseconds(way.timeout));
  try {
    const response = await Promise.race([answerTo(way, letter, stop.signal), late.promise]);
    // From here on it has answered: when the time is over, what was read so far counts.
    const answer = {
      status: response.statusCode ?? 0,
      headers: response.headers as HttpAnswer["headers"],
      body: await beginning(response),
    };
    response.destroy();
    return answer;
  } catch (error) {
    throw unanswered(error);
  } finally {
    clearTimeout(timer);
  }
}

export function outside({
  resolve = allAddresses,
  loopback = false,
  timeout = longest,
  connect = open,
}: OutsideOptions = {}): Outside {
  const way = { resolve, loopback, timeout, connect };
  return {
    post: async (text, body, headers = {}) =>
      posted(way, { url: parsed(text, loopback), body, headers }),
  };
}

/** Once the status is there, whatever becomes of the rest is no failure. */
async function beginning(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= mostBytes) break;
    }
  } catch {
    // It broke off: what was said before counts.
  }
  return Buffer.concat(chunks).subarray(0, mostBytes).toString("utf8");
}
