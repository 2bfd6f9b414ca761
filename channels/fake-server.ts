/** A server on loopback that answers as a service does, and goes wrong where it is told to. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * What goes wrong with a request.
 * - `reset`: the connection breaks before it took effect; `lost`: after it, the answer never arrives
 * - `silent`: no answer at all; `dripping`: an answer that never ends; `huge`: one of a hundred megabytes
 * - `throttled`, `broken`, `busy`: 429 with a `Retry-After`, 500, 503
 * - `moved`: a redirect, to an address of the machine's own
 * - `revoked`: as if it had never known whoever asks
 */
export type Misdeed =
  | "reset"
  | "lost"
  | "silent"
  | "dripping"
  | "huge"
  | "throttled"
  | "broken"
  | "busy"
  | "moved"
  | "revoked";

export interface ReceivedRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The same, as it came. */
  readonly bytes: Buffer;
}
export interface FakeAnswer {
  readonly status: number;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it true. Not called where the request breaks off before. */
  readonly effect?: () => void;
}

export interface Fake {
  /** Without a path. */
  readonly url: string;
  /** How often it was asked, whatever became of it. */
  readonly asked: () => number;
  /** Of the hundred megabytes: how many pieces of 64 KB were fetched, 1,600 are all. */
  readonly poured: () => number;
  /**
   * Lets the next requests go wrong, all of them where `times` is absent; `from`: once so many have
   * gone well.
   */
  fail(how: Misdeed, times?: number, from?: number): void;
  /** Behaves again. */
  mend(): void;
  stop(): Promise<void>;
}

/** Seconds, as `Retry-After` says them. */
export const retryAfterSeconds = 30;

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function reply(response: ServerResponse, { status, body = "", headers = {} }: FakeAnswer): void {
  const isText = typeof body === "string";
  response
    .writeHead(status, { "content-type": isText ? "text/plain" : "application/json", ...headers })
    .end(isText ? body : JSON.stringify(body));
}

/** A request that was read, with what the service would say to it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly answer: FakeAnswer;
  readonly revoked: FakeAnswer;
  /** Counts pieces of the hundred megabytes. */
  pour(): void;
}

/** What is said instead of the service's own answer, before anything took effect. */
const refusals: Readonly<Partial<Record<Misdeed, FakeAnswer>>> = {
  throttled: { status: 429, headers: { "retry-after": String(retryAfterSeconds) } },
  broken: { status: 500, body: "internal error" },
  busy: { status: 503 },
  moved: { status: 302, headers: { location: "http://169.254.169.254/latest/meta-data/" } },
};

async function finish(exchange: Exchange, how: Misdeed | undefined): Promise<void> {
  const { request, response, answer, revoked } = exchange;
  const refusal = how === "revoked" ? revoked : how && refusals[how];
  if (refusal) return reply(response, refusal);
  answer.effect?.();
  switch (how) {
    case "lost":
      return void request.socket.destroy();
    case "dripping":
      response.writeHead(answer.status);
      response.write("o");
      return;
    case "huge":
      response.writeHead(answer.status);
      return pipeline(Readable.from(hundredMegabytes(exchange.pour)), response).catch(() => {});
    default:
      return reply(response, answer);
  }
}

async function receivedFrom(request: IncomingMessage): Promise<ReceivedRequest> {
  const url = new URL(request.url ?? "/", "http://fake");
  const bytes = await bytesOf(request);
  return {
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: bytes.toString("utf8"),
    bytes,
  };
}

/** @param answer what the service says; `revoked` is what it says to whom it does not know */
export async function startFake(
  answer: (asked: ReceivedRequest) => FakeAnswer,
  revoked: FakeAnswer,
): Promise<Fake> {
  let planned: { how: Misdeed; times: number; from: number } | undefined;
  let count = 0;
  let chunks = 0;
  const pour = () => {
    chunks += 1;
  };
  const misdeed = (): Misdeed | undefined => {
    if (!planned) return undefined;
    planned.from -= 1;
    if (planned.from >= 0) return undefined;
    planned.times -= 1;
    return planned.times >= 0 ? planned.how : undefined;
  };
  async function carryOut(request: IncomingMessage, response: ServerResponse): Promise<void> {
    count += 1;
    const how = misdeed();
    const asked = await receivedFrom(request);
    if (request.method !== "POST") return reply(response, { status: 405 });
    if (how === "reset") return void request.socket.destroy();
    if (how === "silent") return;
    return finish({ request, response, answer: answer(asked), revoked, pour }, how);
  }
  const server = createServer((request, response) => {
    carryOut(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => count,
    poured: () => chunks,
    fail(how, times = Number.POSITIVE_INFINITY, from = 0) {
      planned = { how, times, from };
    },
    mend() {
      planned = undefined;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function* hundredMegabytes(count: () => void): Generator<string> {
  for (let sent = 0; sent < 1600; sent += 1) {
    count();
    yield "x".repeat(65_536);
  }
}

/** The JSON of a request; nothing where it is none. */
export function jsonOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
