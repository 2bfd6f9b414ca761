/** What a signal tells of a sample event, and whether it takes the matter as over. */

import { sample } from "../../events/samples.ts";
import { unwrap } from "../../ingest/envelope.ts";
import type { Described } from "../../sdk/call.ts";
import type { Message } from "../../sdk/message.ts";
import type { AnySignal, SignalContext } from "../../sdk/signal.ts";

export interface Otherwise {
  readonly config?: object;
  /** Fields of the detail that are other than in the sample. */
  readonly change?: object;
  readonly detailType?: string;
  readonly region?: string;
  readonly resources?: readonly string[];
}

function heard(signal: AnySignal, path: string, { config = {}, change = {}, ...other }: Otherwise) {
  const [{ event } = { event: undefined }] = unwrap(sample(path), "123456789012");
  if (!event) throw new Error(`${path} holds no event`);
  const { account, region, source, detailType, resources, time: at } = event;
  const context: SignalContext<AnySignal["config"]> = {
    ...{ account, region, source, detailType, resources, at, now: at },
    ...other,
    config: signal.config.parse(config),
  };
  return {
    detail: signal.detail.parse({ ...(event.detail as object), ...change }) as unknown,
    context,
  };
}

export function tell(
  signal: AnySignal,
  path: string,
  otherwise: Otherwise = {},
): Message | undefined {
  const { detail, context } = heard(signal, path, otherwise);
  return signal.tell(detail, context);
}

/**
 * Asks the signal's `over`, which reads `answers`, by operation; what it asked is returned beside.
 */
export async function over(
  signal: AnySignal,
  path: string,
  answers: Readonly<Record<string, unknown>>,
  otherwise: Otherwise = {},
) {
  const { detail, context } = heard(signal, path, otherwise);
  const asked: Described[] = [];
  const read = (call: Described) => {
    asked.push({ operation: call.operation, kind: call.kind, input: call.input });
    const answer = answers[call.operation];
    return Array.isArray(answer) ? items(answer) : Promise.resolve(answer);
  };
  if (!signal.over) throw new Error(`${signal.id} has no over`);
  return { over: await signal.over(detail, { ...context, read: read as never }), asked };
}

async function* items(all: readonly unknown[]) {
  yield* all;
}
