/**
 * Turns events into messages: for each the signals that are for it, else the one that makes any
 * event readable.
 */
import type { Context, SQSBatchResponse } from "aws-lambda";
import type { Clients } from "../../engine/run/clients.ts";
import { EnvelopeError, type IncomingEvent, unwrapEach } from "../../ingest/envelope.ts";
import { type Arrival, invokedByAws, isOfAws } from "../../ingest/trust.ts";
import type { Outgoing, SignalTold } from "../../messages/outgoing.ts";
import { runbookOf } from "../../messages/runbook.ts";
import type { Share } from "../../messages/share.ts";
import { digest } from "../../sdk/codec.ts";
import { isFields } from "../../sdk/fields.ts";
import type { Message } from "../../sdk/message.ts";
import { matchesPattern } from "../../sdk/pattern.ts";
import { cut } from "../../sdk/plain.ts";
import { redact } from "../../sdk/redact.ts";
import type { AnySignal, Occasion } from "../../sdk/signal.ts";
import { after, type Clock } from "../../sdk/time.ts";
import { parseConfig, type UnitSettings } from "../../settings/settings.ts";
import { distrusted, shareOf, written } from "./distrust.ts";
import { confirmed, patience } from "./is-over.ts";
import type { Log } from "./log.ts";
import { type Counter, noMetrics } from "./metrics.ts";

export interface Listening {
  readonly signal: AnySignal;
  readonly settings: UnitSettings;
}

export interface Outbox {
  /** Idempotent by the message's id. */
  put(message: Outgoing, share?: Share): Promise<void>;
  /**
   * Whether a share is used up; then that one more message is not told has been counted. Asked
   * before the event is read.
   */
  isFull?(share: Share, message: Pick<Outgoing, "id" | "unit">): Promise<boolean>;
}

export interface SignalsHost {
  readonly signals: readonly Listening[];
  readonly outbox: Outbox;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics?: Counter;
  /** Whose events are taken; the account that the function runs in where absent. */
  readonly account?: string;
  /** Reads whether what is said to be over is; without them nothing is confirmed. */
  readonly clients?: Clients;
}

/** Whether it is one of a signal's occasions. */
export const fits =
  (event: Pick<IncomingEvent, "source" | "detailType" | "detail">) =>
  ({ source, detailType, where }: Occasion): boolean =>
    source === event.source &&
    (detailType === undefined || detailType === event.detailType) &&
    (where === undefined || matchesPattern(where, event.detail));

/** Which signals are for it; those that take the rest only where no other does. */
function listening(event: IncomingEvent, signals: readonly Listening[]): Listening[] {
  const own = signals.filter(
    ({ signal, settings }) => !signal.fallback && (settings.on ?? signal.on).some(fits(event)),
  );
  return own.length > 0 ? own : signals.filter(({ signal }) => signal.fallback);
}

/** An event, and whether AWS itself said it. */
interface Heard {
  readonly event: IncomingEvent;
  readonly ofAws: boolean;
  /** And EventBridge took it from AWS, so that not even whoever may publish to a topic wrote it. */
  readonly onBus: boolean;
}

/**
 * The same for every delivery. What is not of AWS chooses its ids itself, and must not take the
 * place of what AWS says.
 * @param matter where an event speaks of several, the key of one
 */
const idOf = (unit: string, { event, ofAws }: Heard, matter?: string): string => {
  const { account, region, id, source } = event;
  const what = ofAws ? [account, region, id] : [account, region, id, source, "not of AWS"];
  return `${unit}.${digest(matter === undefined ? what : [...what, matter]).slice(0, 32)}`;
};

/** The same event delivered again is the same message, id and time included. */
function outgoing(message: Message, id: string, unit: string, heard: Heard): SignalTold {
  const { event, ofAws } = heard;
  const { time: at, account, region } = event;
  return {
    runbook: runbookOf(unit),
    ...(ofAws ? written(message) : distrusted(message, event.source)),
    id,
    at,
    account,
    region: (ofAws && message.region) || region,
    unit,
    kind: "signal",
    event: cut(JSON.stringify(redact(event.raw, { text: 1_000, total: 8_000 })), 12_000),
    ...(!ofAws && { untrusted: true }),
  };
}

/** What a signal says of an event, before it is known whether it is so: of each matter once. */
function said({ signal, settings }: Listening, heard: Heard, now: Date) {
  const { event } = heard;
  const { account, region, resources, source, detailType, time: at } = event;
  const context = {
    account,
    region,
    now,
    config: parseConfig(signal, settings.config),
    resources,
    source,
    detailType,
    at,
  };
  const detail: unknown = signal.detail.parse(event.detail);
  const told = [signal.tell(detail, context) ?? []].flat();
  return told.map((message) => {
    const matter = told.length > 1 ? (message.key ?? message.title) : undefined;
    return {
      signal,
      detail,
      context,
      message: outgoing(message, idOf(signal.id, heard, matter), signal.id, heard),
      incidents: settings.incidents === true,
      onBus: heard.onBus,
    };
  });
}
type Said = ReturnType<typeof said>[number];

/** With what the host leaves out filled in. */
type Hearing = SignalsHost & { readonly metrics: Counter };

/**
 * Says it through the fallback when a signal cannot: nothing is lost to a detail that AWS has
 * changed.
 */
function allSaid(
  listeners: readonly Listening[],
  heard: Heard,
  { signals, log, clock }: Hearing,
): Said[] {
  const { event } = heard;
  const fallbacks = signals.filter(({ signal }) => signal.fallback);
  const all = listeners.flatMap((listener): Said[] => {
    try {
      return said(listener, heard, clock.now());
    } catch (error) {
      if (listener.signal.fallback) throw error;
      log.warn("A signal could not read an event; it is told as it is", {
        signal: listener.signal.id,
        event: event.id,
        source: event.source,
        detailType: event.detailType,
        error,
      });
      return fallbacks.flatMap((other) => said(other, heard, clock.now()));
    }
  });
  return [...new Map(all.map((one) => [one.message.id, one])).values()];
}

/** An event of an account and region that are configured. */
function isOurs({ event }: Heard, own: string, { signals, log, metrics }: Hearing): boolean {
  const regions = new Set(signals.flatMap(({ settings }) => [settings.home, ...settings.regions]));
  if (event.account === own && regions.has(event.region)) return true;
  log.info("An event of an account or region that is not configured", {
    event: event.id,
    source: event.source,
    account: event.account,
    region: event.region,
  });
  metrics.add("foreign", 1);
  return false;
}

/**
 * Who is for it and has room left for it: what is not of AWS takes its share before anything is
 * done with it.
 */
async function withRoom(
  heard: Heard,
  share: Share | undefined,
  { signals, outbox }: Hearing,
): Promise<Listening[]> {
  const all = listening(heard.event, signals);
  if (!share || !outbox.isFull) return all;
  const open: Listening[] = [];
  for (const listener of all) {
    const unit = listener.signal.id;
    if (!(await outbox.isFull(share, { id: idOf(unit, heard), unit }))) open.push(listener);
  }
  return open;
}

/** @param until when whatever is asked of AWS is given up */
async function take(heard: Heard, until: Date, hearing: Hearing): Promise<void> {
  const { signals, log, metrics, clients, clock, outbox } = hearing;
  metrics.add("found", 1);
  const share = heard.ofAws ? undefined : shareOf(heard.event, signals);
  const listeners = await withRoom(heard, share, hearing);
  for (const one of allSaid(listeners, heard, hearing)) {
    // Without incidents there is none that it could end.
    if (one.message.quiet && !one.incidents) continue;
    await outbox.put(await confirmed(one, { clients, clock, log, until }), share);
  }
}

interface NotTold {
  readonly error: unknown;
  readonly messageId: string | undefined;
}

/** What a function was invoked with, and how. */
interface Invoked extends Arrival {
  readonly payload: unknown;
  /** The account that it runs in, 12 digits. */
  readonly own: string;
}

async function takeEach(invoked: Invoked, hearing: Hearing): Promise<NotTold[]> {
  const { payload, own } = invoked;
  const { log, metrics, clock } = hearing;
  const failures: NotTold[] = [];
  const until = after(clock.now(), patience);
  for (const delivery of unwrapEach(payload, own)) {
    const { messageId } = delivery;
    try {
      if ("error" in delivery) throw delivery.error;
      const ofAws = isOfAws(delivery, invoked);
      const onBus = ofAws && delivery.via === "eventbridge";
      const heard = { event: delivery.event, ofAws, onBus };
      if (isOurs(heard, own, hearing)) await take(heard, until, hearing);
    } catch (error) {
      metrics.add("failed", 1);
      const known = error instanceof EnvelopeError;
      log.error(known ? "What was delivered is not an event" : "An event could not be told", {
        messageId,
        error,
      });
      failures.push({ error, messageId });
    }
  }
  return failures;
}

/**
 * @returns the handler: for SQS it answers which records failed, anything else fails as a whole and is delivered again
 */
export function signalsHandler(host: SignalsHost) {
  const hearing: Hearing = { ...host, metrics: host.metrics ?? noMetrics };
  const topics = host.signals[0]?.settings.signalTopics ?? [];
  return async (
    payload: unknown,
    context?: Partial<Context>,
  ): Promise<SQSBatchResponse | undefined> => {
    const invoked = context?.invokedFunctionArn;
    const own = host.account ?? invoked?.split(":")[4];
    if (!own)
      throw new Error(
        "It is not known which account this runs in: the invocation has no function ARN, and no account was given",
      );
    const failures = await takeEach(
      { payload, own, byAws: invokedByAws(invoked), topics },
      hearing,
    );
    if (isQueue(payload))
      return {
        batchItemFailures: failures.flatMap(({ messageId }) =>
          messageId ? [{ itemIdentifier: messageId }] : [],
        ),
      };
    const errors = failures.map(({ error }) => error);
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1)
      throw new AggregateError(errors, `${errors.length} events could not be told`);
    return undefined;
  };
}

const isQueue = (payload: unknown): boolean =>
  isFields(payload) &&
  Array.isArray(payload.Records) &&
  payload.Records.length > 0 &&
  payload.Records.every(
    (record) => isFields(record) && typeof record.messageId === "string" && "body" in record,
  );
