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
  /** Of several matters, the one that is asked for. */
  readonly key?: string;
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

/** What is told of an event that speaks of one matter. */
export function tell(
  signal: AnySignal,
  path: string,
  otherwise: Otherwise = {},
): Message | undefined {
  const [message, ...more] = tellEach(signal, path, otherwise);
  if (more.length > 0) throw new Error(`${path} speaks of ${more.length + 1} matters`);
  return message;
}

/** What is told of an event: a message for each of its matters. */
export function tellEach(
  signal: AnySignal,
  path: string,
  otherwise: Otherwise = {},
): readonly Message[] {
  const { detail, context } = heard(signal, path, otherwise);
  return [signal.tell(detail, context) ?? []].flat();
}

/**
 * Asks what confirms the signal's ends, which reads `answers`, by operation: an error is thrown;
 * what it asked is returned beside.
 */
export async function over(
  signal: AnySignal,
  path: string,
  answers: Readonly<Record<string, unknown>>,
  otherwise: Otherwise = {},
) {
  const { detail, context } = heard(signal, path, otherwise);
  const [message] = [signal.tell(detail, context) ?? []].flat();
  const key = otherwise.key ?? message?.key;
  const asked: Described[] = [];
  const read = (call: Described) => {
    asked.push({ operation: call.operation, kind: call.kind, input: call.input });
    const answer = answers[call.operation];
    if (answer instanceof Error) throw answer;
    return Array.isArray(answer) ? items(answer) : Promise.resolve(answer);
  };
  if (!signal.confirmation) throw new Error(`${signal.id} confirms nothing`);
  const { reads, over: isOver } = (await signal.confirmation()).default;
  const result = await isOver(detail, { ...context, key, read: read as never });
  const undeclared = asked.filter((call) => !reads.some((one) => one.operation === call.operation));
  if (undeclared.length > 0) throw new Error(`${undeclared[0]?.operation} is not declared`);
  return { over: result, asked };
}

async function* items(all: readonly unknown[]) {
  yield* all;
}
