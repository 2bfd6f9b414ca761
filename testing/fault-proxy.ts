/**
 * Stands between whoever calls AWS and the embedded one: records every call, and lets chosen ones
 * go wrong.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Answered,
  answerOf,
  type FaultAnswer,
  malformed,
  type Refused,
} from "./fault-answers.ts";
import { type RecordedCall, recorded } from "./recorded-call.ts";

/**
 * What goes wrong with a call.
 * - `throttled`, `denied`, `expired`, `error500`, `error503`: AWS answers so, in the service's own words; `forbidden`: denied by a service control policy
 * - `refused:CODE`: refused by a code of the operation's own
 * - `malformed`: a 200 answer that breaks off
 * - `reset`: the connection breaks before AWS has seen the call; `resetAfter`: after it took effect, its answer is lost
 * - `killed`, `killedAfter`: the same, and nothing that is sent from then on arrives, until `revive()`: the caller's process has died there
 */
export type Fault =
  | Answered
  | Refused
  | "malformed"
  | "reset"
  | "resetAfter"
  | "killed"
  | "killedAfter";

export interface FaultProxy {
  readonly endpoint: string;
  /** Every call since the start or the last `reset`, those that went wrong included. */
  readonly calls: readonly RecordedCall[];
  /**
   * Lets a call go wrong.
   * @param at the call's index, or which calls
   * @param options `times`: at most so often, by default for every call that fits; `onFault`: called when it happens, before the caller notices
   */
  fault(
    at: number | ((call: RecordedCall) => boolean),
    fault: Fault,
    options?: { readonly times?: number; readonly onFault?: (call: RecordedCall) => void },
  ): void;
  /** Lets calls through again after a kill; the faults stay. */
  revive(): void;
  /**
   * Forgets calls and faults, counts from 0 again, and revives. The embedded AWS keeps what it
   * holds.
   */
  reset(): void;
  stop(): Promise<void>;
}

interface Planned {
  readonly fits: (call: RecordedCall) => boolean;
  readonly fault: Fault;
  readonly onFault: ((call: RecordedCall) => void) | undefined;
  left: number;
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The request as it came: the Host header stays, so that queue URLs lead through the proxy too. */
function forwarder(target: string, agent: Agent) {
  const { hostname, port } = new URL(target);
  return (incoming: IncomingMessage, body: Buffer): Promise<FaultAnswer> =>
    new Promise((resolve, reject) => {
      // What a caller says of its own connection is none of this one: kept for a next call, it would be closed meanwhile.
      const { "transfer-encoding": _, connection: __, ...kept } = incoming.headers;
      const headers = { ...kept, "content-length": String(body.length) };
      const { method, url } = incoming;
      const outgoing = request(
        { hostname, port, method, path: url, headers, agent },
        async (response) => {
          try {
            const { "transfer-encoding": _, connection: __, ...said } = response.headers;
            resolve({
              status: response.statusCode ?? 502,
              headers: said as FaultAnswer["headers"],
              body: await bodyOf(response),
            });
          } catch (error) {
            reject(error);
          }
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
}

const reply = (response: ServerResponse, { status, headers, body }: FaultAnswer): void => {
  response
    .writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) })
    .end(body);
};

/**
 * Starts a proxy in front of an embedded AWS, on a free loopback port.
 * @param instead what another answers in its place, if anything
 */
export async function startFaultProxy(
  target: string,
  instead: (call: RecordedCall) => FaultAnswer | undefined = () => undefined,
): Promise<FaultProxy> {
  const calls: RecordedCall[] = [];
  let planned: Planned[] = [];
  let dead = false;
  const agent = new Agent({ keepAlive: true });
  const forward = forwarder(target, agent);

  function faultFor(call: RecordedCall): Fault | undefined {
    const plan = planned.find(({ fits, left }) => left > 0 && fits(call));
    if (!plan) return undefined;
    plan.left -= 1;
    if (plan.fault === "killed" || plan.fault === "killedAfter") dead = true;
    plan.onFault?.(call);
    return plan.fault;
  }

  async function carryOut(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    if (dead) return void incoming.socket.destroy();
    const call = recorded(calls.length, {
      method: incoming.method ?? "",
      url: incoming.url ?? "",
      headers: incoming.headers,
      body,
    });
    calls.push(call);
    const fault = faultFor(call);
    const carriedOut = async () => instead(call) ?? (await forward(incoming, body));
    switch (fault) {
      case undefined:
        return reply(response, await carriedOut());
      case "malformed":
        return reply(response, malformed(call));
      case "resetAfter":
      case "killedAfter":
        await carriedOut();
        return void incoming.socket.destroy();
      case "reset":
      case "killed":
        return void incoming.socket.destroy();
      default:
        return reply(response, answerOf(fault, call));
    }
  }

  const server = createServer((incoming, response) => {
    // What cannot be forwarded breaks off, as with any AWS that is gone.
    carryOut(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    fault(at, fault, { times = Number.POSITIVE_INFINITY, onFault } = {}) {
      planned.push({
        fits: typeof at === "number" ? ({ index }) => index === at : at,
        fault,
        onFault,
        left: times,
      });
    },
    revive() {
      dead = false;
    },
    reset() {
      calls.length = 0;
      planned = [];
      dead = false;
    },
    async stop() {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
