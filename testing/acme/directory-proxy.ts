/**
 * Stands before a directory, at an address of its own. What Pebble never
 * does comes from here: limits, answers that break, an order that stays in processing.
 */
import type { IncomingMessage } from "node:http";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";

/** An answer in place of the directory's. */
export interface AcmeFault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A problem document, or another body. */
  readonly body?: object;
  /** The connection breaks; `after`: when the directory has answered. */
  readonly reset?: true | "after";
}

export interface AcmeRequest {
  readonly index: number;
  readonly method: string;
  readonly path: string;
  /** What was signed, as far as it can be read. */
  readonly payload: unknown;
}

export interface DirectoryProxy {
  /** The address of the directory. */
  readonly directory: string;
  readonly requests: readonly AcmeRequest[];
  /** Asked for each request; nothing lets it through. */
  fault: (request: AcmeRequest) => AcmeFault | undefined;
  /** Changes an answer on its way. */
  alter: (request: AcmeRequest, body: string) => string;
  /** The directory behind it. */
  target: { readonly directory: string; readonly authority: string } | undefined;
  /** Forgets the requests, and counts from 0 again. */
  forget(): void;
  stop(): Promise<void>;
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function payloadIn(body: Buffer): unknown {
  try {
    const { payload } = JSON.parse(body.toString()) as { readonly payload?: string };
    return payload ? JSON.parse(Buffer.from(payload, "base64url").toString()) : undefined;
  } catch {
    return undefined;
  }
}

interface Passing {
  readonly to: URL;
  readonly authority: string;
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
}

/** @returns the directory's own answer */
function passed({ to, authority, incoming, body }: Passing) {
  return new Promise<{ readonly answer: IncomingMessage; readonly body: Buffer }>(
    (answered, failed) => {
      const { method, url, headers } = incoming;
      const sent = request(
        {
          host: to.hostname,
          port: to.port,
          path: url,
          method,
          ca: authority,
          // It names itself as it was asked, so that its addresses lead back here.
          headers,
        },
        (answer) => bodyOf(answer).then((text) => answered({ answer, body: text }), failed),
      );
      sent.on("error", failed).end(body);
    },
  );
}

/** @param certificate of 127.0.0.1, in PEM: what it is served with */
export async function startDirectoryProxy(certificate: {
  readonly cert: string;
  readonly key: string;
}): Promise<DirectoryProxy> {
  const requests: AcmeRequest[] = [];
  const server = createServer(certificate, async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    const { method = "", url = "" } = incoming;
    const asked = { index: requests.length, method, path: url, payload: payloadIn(body) };
    requests.push(asked);
    const fault = proxy.fault(asked);
    if (fault?.reset === true || (!fault && !proxy.target)) {
      incoming.socket.destroy();
      return;
    }
    if (fault && !fault.reset) {
      const type = { "content-type": "application/problem+json", ...fault.headers };
      outgoing.writeHead(fault.status, type).end(JSON.stringify(fault.body ?? {}));
      return;
    }
    if (!proxy.target) return;
    const { directory, authority } = proxy.target;
    try {
      const passing = { to: new URL(directory), authority, incoming, body };
      const { answer, body: own } = await passed(passing);
      if (fault?.reset) {
        incoming.socket.destroy();
        return;
      }
      const text = method === "HEAD" ? "" : proxy.alter(asked, own.toString());
      const { "content-length": _, ...headers } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, headers).end(text);
    } catch {
      incoming.socket.destroy();
    }
  });
  await new Promise<void>((bound) => server.listen(0, "127.0.0.1", bound));
  server.unref();
  const own = (server.address() as AddressInfo).port;
  const proxy: DirectoryProxy = {
    directory: `https://127.0.0.1:${own}/dir`,
    requests,
    fault: () => undefined,
    alter: (_, body) => body,
    target: undefined,
    forget() {
      requests.length = 0;
    },
    stop: () =>
      new Promise((closed) => {
        // Else a process that has nothing else to do ends here.
        server.ref();
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
  return proxy;
}
