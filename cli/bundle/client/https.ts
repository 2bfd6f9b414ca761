/**
 * In place of the SDK's handler of requests in bundles: the same connections, kept open, the same
 * limits and the same errors. The SDK's is 4 KB (compressed): it also warns, waits for permission
 * to send, and takes other agents.
 */
import {
  type ClientRequest,
  type IncomingMessage,
  Agent as PlainAgent,
  request as plainRequest,
} from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import { buildQueryString, HttpResponse } from "@smithy/core/protocols";
import type { HttpRequest } from "@smithy/types";

/** Milliseconds; what is absent does not limit. */
export interface RequestLimits {
  /** Until a connection is made. */
  readonly connectionTimeout?: number;
  /** Until an answer begins, and then between its parts. */
  readonly requestTimeout?: number;
}

export interface RequestHandler {
  handle(request: HttpRequest, options?: object): Promise<{ readonly response: HttpResponse }>;
  destroy(): void;
}

/** By their names the SDK's rules of retrying know them. */
const broken = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT"]);
const tooSlow = (what: string, limit: number): Error =>
  Object.assign(new Error(`${what} within ${limit} ms`), {
    name: "TimeoutError",
    code: "ETIMEDOUT",
  });

/** Ends a request that has no connection in time. */
function limitConnecting(outgoing: ClientRequest, limit: number): void {
  const timer = setTimeout(() => {
    const error = tooSlow("no connection was made", limit);
    // Nothing was sent: it is no request that takes too long.
    outgoing.destroy(Object.assign(error, { code: undefined }));
  }, limit);
  const connected = () => clearTimeout(timer);
  outgoing.once("close", connected);
  outgoing.once("socket", (socket) => {
    if (socket.connecting) socket.once("connect", connected);
    else connected();
  });
}

/** Ends a request whose answer does not begin in time, or then stands still. */
function limitAnswering(outgoing: ClientRequest, limit: number): void {
  const timer = setTimeout(() => outgoing.destroy(tooSlow("no answer began", limit)), limit);
  const stop = () => clearTimeout(timer);
  outgoing.once("close", stop);
  outgoing.once("response", (incoming: IncomingMessage) => {
    stop();
    incoming.setTimeout(limit, () =>
      incoming.destroy(tooSlow("no more of the answer came", limit)),
    );
  });
}

const answerOf = (incoming: IncomingMessage): HttpResponse =>
  new HttpResponse({
    statusCode: incoming.statusCode ?? -1,
    reason: incoming.statusMessage ?? "",
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: incoming,
  });

/** Sends over HTTPS, or over HTTP where an endpoint says so. */
export function httpsHandler({
  connectionTimeout,
  requestTimeout,
}: RequestLimits = {}): RequestHandler {
  const kept = { keepAlive: true, maxSockets: 50 };
  const agents = { "https:": new SecureAgent(kept), "http:": new PlainAgent(kept) };

  return {
    handle: ({ protocol, hostname, port, method, path, query, headers, body }) =>
      new Promise((resolve, reject) => {
        const secure = protocol === "https:";
        const asked = buildQueryString(query ?? {});
        const outgoing = (secure ? secureRequest : plainRequest)({
          agent: agents[secure ? "https:" : "http:"],
          host: hostname.replace(/^\[(.*)\]$/, "$1"),
          port,
          method,
          path: asked ? `${path}?${asked}` : path,
          headers,
        });
        outgoing.on("error", (error: NodeJS.ErrnoException) =>
          reject(
            broken.has(error.code ?? "") ? Object.assign(error, { name: "TimeoutError" }) : error,
          ),
        );
        outgoing.on("response", (incoming) => {
          // Whoever reads it is told; whoever does not need not know.
          incoming.on("error", () => {});
          resolve({ response: answerOf(incoming) });
        });
        if (connectionTimeout) limitConnecting(outgoing, connectionTimeout);
        if (requestTimeout) limitAnswering(outgoing, requestTimeout);
        outgoing.end(body);
      }),
    destroy() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** All of a body. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
