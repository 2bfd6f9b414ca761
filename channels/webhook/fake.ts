/**
 * A receiver of signed webhooks that takes what is signed right and fresh, and each message once.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import {
  type Fake,
  type FakeAnswer,
  jsonOf,
  type ReceivedRequest,
  startFake,
} from "../fake-server.ts";

export interface Received {
  readonly id: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}
export interface FakeReceiver extends Fake {
  readonly webhook: string;
  /** In the order in which they came; one that came again is not in it twice. */
  readonly received: readonly Received[];
  /** All that was accepted, repeats included. */
  readonly accepted: () => number;
}

const tolerance = 5 * 60;
const mostBytes = 1024 * 1024;

/** @param key the shared secret's bytes @param now the receiver's own clock */
export async function startReceiver(key: Buffer, now: () => Date): Promise<FakeReceiver> {
  const received = new Map<string, Received>();
  let accepted = 0;
  function answer({ path, headers, body }: ReceivedRequest): FakeAnswer {
    if (path !== "/hook") return { status: 404 };
    if (Buffer.byteLength(body) > mostBytes) return { status: 413 };
    const [id, timestamp, signed] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(
      (name) => String(headers[name] ?? ""),
    );
    if (!id || !signed || Math.abs(now().getTime() / 1000 - Number(timestamp)) > tolerance)
      return { status: 401, body: "stale or unsigned" };
    const expected = Buffer.from(
      `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`,
    );
    const given = Buffer.from(signed);
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return { status: 401, body: "the signature is wrong" };
    if (!jsonOf(body)) return { status: 400 };
    return {
      status: 200,
      effect() {
        accepted += 1;
        if (!received.has(id))
          received.set(id, {
            id,
            body,
            headers: Object.fromEntries(
              Object.entries(headers).map(([name, value]) => [name, String(value)]),
            ),
          });
      },
    };
  }
  const fake = await startFake(answer, { status: 410, body: "gone" });
  return {
    ...fake,
    webhook: `${fake.url}/hook`,
    get received() {
      return [...received.values()];
    },
    accepted: () => accepted,
  };
}
