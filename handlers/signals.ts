/** Turns events into messages: for each the signals that are for it, else the one that makes any event readable. */
import type { Context, SQSBatchResponse } from "aws-lambda";
import { digest } from "../core/codec.ts";
import type { Message } from "../core/message.ts";
import { unlinked } from "../core/plain.ts";
import { redactText } from "../core/redact.ts";
import type { Outgoing } from "../core/run/result.ts";
import { parseConfig, type UnitSettings } from "../core/settings.ts";
import type { AnySignal, Occasion } from "../core/signal.ts";
import type { Clock } from "../core/time.ts";
import { EnvelopeError, type IncomingEvent, isFields, unwrapEach } from "./envelope.ts";
import type { Log } from "./log.ts";
import { type Counter, noMetrics } from "./metrics.ts";

export interface Listening {
  readonly signal: AnySignal;
  readonly settings: UnitSettings;
}

export interface Outbox {
  /** Idempotent by the message's id. */
  put(message: Outgoing): Promise<void>;
}

export interface SignalsHost {
  readonly signals: readonly Listening[];
  readonly outbox: Outbox;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics?: Counter;
  /** Whose events are taken; the account that the function runs in where absent. */
  readonly account?: string;
}

const fits = (event: IncomingEvent) => (one: Occasion) => one.source === event.source && (one.detailType === undefined || one.detailType === event.detailType);

/** Which signals are for it; those that take the rest only where no other does. */
function listening(event: IncomingEvent, signals: readonly Listening[]): Listening[] {
  const own = signals.filter(({ signal, settings }) => !signal.fallback && (settings.on ?? signal.on).some(fits(event)));
  return own.length > 0 ? own : signals.filter(({ signal }) => signal.fallback);
}

/** What is not from AWS may name no link, and cannot close what AWS opened (rules.md, 12). */
function distrusted({ key: _, closes: __, title, facts, ...message }: Message): Message {
  const safe = (text: string) => unlinked(redactText(text));
  return {
    ...message,
    title: safe(title),
    ...(facts && { facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [safe(name), safe(value)])) }),
  };
}

/** The same event delivered again is the same message, id and time included. */
function outgoing(message: Message, unit: string, event: IncomingEvent): Outgoing {
  const { id, time: at, account, region } = event;
  const trusted = event.source.startsWith("aws.");
  return {
    ...(trusted ? message : distrusted(message)),
    id: `${unit}.${digest([account, region, id]).slice(0, 32)}`,
    at,
    account,
    region,
    unit,
    kind: "signal",
    ...(!trusted && { untrusted: true }),
  };
}

function hears({ signal, settings }: Listening, event: IncomingEvent, now: Date): Outgoing | undefined {
  const { account, region, resources, source, detailType, time: at } = event;
  const config = parseConfig(signal, settings.config);
  const message = signal.tell(signal.detail.parse(event.detail), { account, region, now, config, resources, source, detailType, at });
  return message && outgoing(message, signal.id, event);
}

/**
 * @returns the handler: for SQS it answers which records failed, anything else fails as a whole and is delivered again
 */
export function signalsHandler({ signals, outbox, log, clock, metrics = noMetrics, account }: SignalsHost) {
  const fallbacks = signals.filter(({ signal }) => signal.fallback);

  /** Says it through the fallback when a signal cannot: nothing is lost to a detail that AWS has changed. */
  function messages(event: IncomingEvent): Outgoing[] {
    const said = listening(event, signals).flatMap((one): Outgoing[] => {
      try {
        return [hears(one, event, clock.now()) ?? []].flat();
      } catch (error) {
        if (one.signal.fallback) throw error;
        log.warn("A signal could not read an event; it is told as it is", {
          signal: one.signal.id,
          event: event.id,
          source: event.source,
          detailType: event.detailType,
          error,
        });
        return fallbacks.flatMap((other) => hears(other, event, clock.now()) ?? []);
      }
    });
    return [...new Map(said.map((message) => [message.id, message])).values()];
  }

  async function take(event: IncomingEvent, own: string): Promise<void> {
    const regions = new Set(signals.flatMap(({ settings }) => [settings.home, ...settings.regions]));
    if (event.account !== own || !regions.has(event.region)) {
      log.info("An event of an account or region that is not configured", {
        event: event.id,
        source: event.source,
        account: event.account,
        region: event.region,
      });
      metrics.add("foreign", 1);
      return;
    }
    metrics.add("found", 1);
    for (const message of messages(event)) await outbox.put(message);
  }

  return async (payload: unknown, context?: Partial<Context>): Promise<SQSBatchResponse | undefined> => {
    const own = account ?? context?.invokedFunctionArn?.split(":")[4];
    if (!own) throw new Error("It is not known which account this runs in: the invocation has no function ARN, and no account was given");

    const failures: { error: unknown; messageId: string | undefined }[] = [];
    for (const delivery of unwrapEach(payload)) {
      try {
        if ("error" in delivery) throw delivery.error;
        await take(delivery.event, own);
      } catch (error) {
        metrics.add("failed", 1);
        log.error(error instanceof EnvelopeError ? "What was delivered is not an event" : "An event could not be told", {
          messageId: delivery.messageId,
          error,
        });
        failures.push({ error, messageId: delivery.messageId });
      }
    }
    if (isQueue(payload)) return { batchItemFailures: failures.flatMap(({ messageId }) => (messageId ? [{ itemIdentifier: messageId }] : [])) };
    if (failures.length === 1) throw failures[0]?.error;
    if (failures.length > 1)
      throw new AggregateError(
        failures.map(({ error }) => error),
        `${failures.length} events could not be told`,
      );
    return undefined;
  };
}

const isQueue = (payload: unknown): boolean =>
  isFields(payload) &&
  Array.isArray(payload.Records) &&
  payload.Records.length > 0 &&
  payload.Records.every((record) => isFields(record) && typeof record.messageId === "string" && "body" in record);
