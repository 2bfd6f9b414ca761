/**
 * Whether a client has read all that an answer in XML says. It drops what it does not know, as what S3
 * has learned since it was made: a filter that it drops makes a rule one for all objects, once it is
 * written back. So elements are counted, in the answer and in what was read of it.
 */
import type { SdkClient } from "../../sdk/call.ts";

interface WithBody {
  readonly response?: { body?: unknown };
  readonly output?: object;
}
type Handler = (sending: object) => Promise<WithBody>;
type Around = (next: Handler, context: { elements?: number }) => Handler;
interface WithMiddleware {
  readonly middlewareStack?: { add(around: Around, options: object): void };
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  return Buffer.concat(await Array.fromAsync(body as AsyncIterable<Uint8Array>));
}

/** Those of a flattened list are its items'. */
function elementsIn(value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== "object" || value instanceof Date) return 1;
  const within = Object.values(value).reduce<number>((sum, each) => sum + elementsIn(each), 0);
  return Array.isArray(value) ? within : within + 1;
}

/** Keeps how many elements have come: what is in comments counts too, and is then too many. */
const counting: Around = (next, context) => async (sending) => {
  const answered = await next(sending);
  const { response } = answered;
  if (!response?.body) return answered;
  const bytes = await bytesOf(response.body);
  response.body = bytes;
  context.elements =
    Buffer.from(bytes)
      .toString()
      .match(/<[^/?!]/g)?.length ?? 0;
  return answered;
};

const comparing: Around = (next, context) => async (sending) => {
  const answered = await next(sending);
  const { output } = answered;
  if (!output || !("Rules" in output)) return answered;
  const isWhole = context.elements === 1 + elementsIn(output.Rules);
  return { ...answered, output: { ...output, isWhole } };
};

const watched = new WeakSet<SdkClient>();

/** From now on what a client answers of lifecycles says whether it `isWhole`. */
export function watchWhole(client: SdkClient): void {
  const { middlewareStack } = client as WithMiddleware;
  if (watched.has(client) || !middlewareStack) return;
  watched.add(client);
  middlewareStack.add(comparing, { step: "initialize", name: "nightshiftCompares" });
  middlewareStack.add(counting, {
    step: "deserialize",
    priority: "low",
    name: "nightshiftCounts",
  });
}
