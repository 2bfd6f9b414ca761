/**
 * One request over HTTP and its whole answer, bounded in size and, by its signal, in time. No
 * redirect is followed and no connection is kept. Whether an address may be asked at all is judged
 * by whoever asks.
 */
import { type IncomingHttpHeaders, type IncomingMessage, request as openPlain } from "node:http";
import { request as openSecurely, type RequestOptions } from "node:https";

/** What is asked, of whom. */
export interface Exchange {
  /** `https:`, or `http:` where it is meant. */
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
  /** Where the connection goes instead, and whom it trusts. */
  readonly connection?: Pick<RequestOptions, "lookup" | "port" | "ca"> | undefined;
  /** Of the answer's body. */
  readonly mostBytes: number;
  /** Ends it, from the first packet to the last. */
  readonly signal: AbortSignal;
}

/** What was answered, whatever it says. */
export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The answer has more bytes than were to be read. */
export class AnswerTooLong extends Error {
  override readonly name = "AnswerTooLong";
  readonly code = "ANSWER_TOO_LONG";
}

const opened = ({ url, method, headers, body, connection, signal }: Exchange) =>
  new Promise<IncomingMessage>((answered, failed) => {
    const open = url.protocol === "https:" ? openSecurely : openPlain;
    const options = { agent: false, method, headers, signal, maxHeaderSize: 16 * 1024 };
    const asked = open(url, { ...options, ...connection }, answered);
    asked.on("error", failed);
    asked.end(body);
  });

/**
 * Asks once.
 * @throws {AnswerTooLong}, and what Node.js says of a connection that broke or of the signal
 */
export async function exchange(asked: Exchange): Promise<ExchangeAnswer> {
  const response = await opened(asked);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > asked.mostBytes)
      throw new AnswerTooLong(`the answer is larger than ${asked.mostBytes} bytes`);
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks),
  };
}
