/**
 * Asks AWS who has signed a request: one POST to the STS of the home region, over TLS, to the host
 * that the request was built for. No redirect is followed, no variable leads elsewhere, little is
 * read, and not for long. Of what is sent and answered nothing is logged or kept.
 */
import type { IncomingMessage } from "node:http";
import { request as open, type RequestOptions } from "node:https";
import { type Identify, type IdentityAnswer, identityIn } from "../ingest/identity.ts";
import type { IdentityRequest } from "../ingest/proof.ts";
import { TryAgain } from "../sdk/errors.ts";
import { milliseconds, type Span, seconds } from "../sdk/time.ts";

/** STS answers within 100 ms; the person waits. */
const longest = seconds(5);
/** An answer of STS has less than 2 KB. */
const mostBytes = 16 * 1024;

export interface StsOptions {
  /** For tests: where the connection goes instead, and whom it trusts. */
  readonly connection?: Pick<RequestOptions, "lookup" | "port" | "ca">;
  /** From the first packet to the last. */
  readonly timeout?: Span;
}

/** Its code alone: a message may quote what was sent. */
const codeOf = (error: unknown): string => {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return String(code ?? name ?? "no reason was given").replace(/\W/g, " ");
};

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostBytes) throw Object.assign(new Error("too long"), { code: "ANSWER_TOO_LONG" });
  }
  return Buffer.concat(chunks).toString("utf8");
}

const exchange = (
  { hostname, path, method, headers, body }: IdentityRequest,
  connection: StsOptions["connection"],
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((answered, failed) => {
    const options = { hostname, path, method, headers, signal, maxHeaderSize: mostBytes };
    const asked = open({ agent: false, ...options, ...connection }, answered);
    asked.on("error", failed);
    asked.end(body);
  });

async function answerTo(
  request: IdentityRequest,
  { connection, timeout = longest }: StsOptions,
): Promise<IdentityAnswer> {
  const signal = AbortSignal.timeout(milliseconds(timeout));
  try {
    const response = await exchange(request, connection, signal);
    return { status: response.statusCode ?? 0, body: await read(response) };
  } catch (error) {
    throw new TryAgain(
      `AWS could not be asked who gives this order (${codeOf(error)} at ${request.hostname}): nothing is done, try again`,
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
