/**
 * Turns events into messages: for each the signals that are for it, else the one that makes any
 * event readable.
 */
import type { Context, SQSBatchResponse } from "aws-lambda";
import type { Clients } from "../../engine/run/clients.ts";
import { EnvelopeError, type IncomingEvent, unwrapEach } from "../../ingest/envelope.ts";
import type { Outgoing, SignalTold } from "../../messages/outgoing.ts";
import type { Share } from "../../messages/share.ts";
import { digest } from "../../sdk/codec.ts";
import { isFields } from "../../sdk/fields.ts";
import type { Message } from "../../sdk/message.ts";
import { matchesPattern } from "../../sdk/pattern.ts";
import { cut, unlinked } from "../../sdk/plain.ts";
import { redact, redactText } from "../../sdk/redact.ts";
import type { AnySignal, Occasion } from "../../sdk/signal.ts";
import { after, type Clock } from "../../sdk/time.ts";
import { parseConfig, type UnitSettings } from "../../settings/settings.ts";
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

/**
 * Without secrets and of a size that fits into the ledger, whatever stood in the event (rule:
 * redact-and-cut).
 */
function written(message: Message, safe: (text: string) => string): Message {
  const { title, facts, affected } = message;
  return {
    ...message,
    title: cut(safe(title), 300),
    ...(affected && { affected: affected.slice(0, 50).map((one) => cut(safe(one), 300)) }),
    ...(facts && {
      facts: Object.fromEntries(
        Object.entries(facts).map(([name, value]) => [safe(name), cut(safe(value), 1_000)]),
      ),
    }),
  };
}

/**
 * What is not from AWS may name no link, and cannot close what AWS opened (rule:
 * events-close-nothing): it groups among its own.
 */
function distrusted(
  { key, closes: _, quiet: __, link: ___, ...message }: Message,
  source: string,
): Message {
  return {
    ...written(message, (text) => unlinked(redactText(text))),
    ...(key !== undefined && { key: `${source}/${key}` }),
  };
}

/** The same event delivered again is the same message, id and time included. */
function outgoing(message: Message, unit: string, event: IncomingEvent): SignalTold {
  const { id, time: at, account, region } = event;
  const trusted = event.source.startsWith("aws.");
  return {
    runbook: runbookOf(unit),
    ...(trusted ? written(message, redactText) : distrusted(message, event.source)),
    id: `${unit}.${digest([account, region, id]).slice(0, 32)}`,
    at,
    account,
    region,
    unit,
    kind: "signal",
    event: cut(JSON.stringify(redact(event.raw, { text: 1_000, total: 8_000 })), 12_000),
    ...(!trusted && { untrusted: true }),
  };
}

/** What to look at and do: each signal has a section there. */
export const runbookOf = (unit: string): string => `docs/runbooks.md#${unit}`;

/** What a signal says of an event, before it is known whether it is so. */
function said({ signal, settings }: Listening, event: IncomingEvent, now: Date) {
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
  const message = signal.tell(detail, context);
  return (
    message && {
      signal,
      detail,
      context,
      message: outgoing(message, signal.id, event),
      incidents: settings.incidents === true,
    }
  );
}
type Said = NonNullable<ReturnType<typeof said>>;

/**
 * What is not from AWS has a share of what is told; sources that no signal names, which come
 * through topics, have one together.
 */
function shareOf(
  { untrusted, unit, account, region }: SignalTold,
  { source }: IncomingEvent,
  signals: readonly Listening[],
): Share | undefined {
  const [first] = signals;
  if (!untrusted || !first) return undefined;
  const named = signals.some(({ signal, settings }) =>
    [...signal.on, ...(settings.on ?? [])].some((one) => one.source === source),
  );
  const of = named ? unlinked(redactText(cut(source, 100))) : "sources that no signal names";
  const most = first.settings.untrustedPerHour;
  return {
    source: named ? source : "*",
    most,
    instead({ count, at, since, until }) {
      const [from, to] = [since, until].map((one) => `${one.toISOString().slice(11, 16)} UTC`);
      return {
        id: `${unit}.${digest([source, since, count]).slice(0, 32)}`,
        at,
        account,
        region,
        unit,
        kind: "signal",
        severity: "warning",
        title:
          count === null
            ? `More than ${most} events of ${of} came since ${from}: the next ones are not told`
            : `${count} more events of ${of} were not told since ${from}`,
        facts: {
          "not told": `what comes until ${to}; it is counted, and told again at 10, 100, 1000 and so on`,
          "what now":
            "find out who puts them on the bus; the settings' `untrustedPerHour` says how many are told",
        },
        untrusted: true,
      };
    },
  };
}

/** With what the host leaves out filled in. */
type Hearing = SignalsHost & { readonly metrics: Counter };

/**
 * Says it through the fallback when a signal cannot: nothing is lost to a detail that AWS has
 * changed.
 */
function allSaid(event: IncomingEvent, { signals, log, clock }: Hearing): Said[] {
  const fallbacks = signals.filter(({ signal }) => signal.fallback);
  const all = listening(event, signals).flatMap((listener): Said[] => {
    try {
      return [said(listener, event, clock.now()) ?? []].flat();
    } catch (error) {
      if (listener.signal.fallback) throw error;
      log.warn("A signal could not read an event; it is told as it is", {
        signal: listener.signal.id,
        event: event.id,
        source: event.source,
        detailType: event.detailType,
        error,
      });
      return fallbacks.flatMap((other) => said(other, event, clock.now()) ?? []);
    }
  });
  return [...new Map(all.map((one) => [one.message.id, one])).values()];
}

/** @param until when whatever is asked of AWS is given up */
async function take(
  event: IncomingEvent,
  own: string,
  until: Date,
  hearing: Hearing,
): Promise<void> {
  const { signals, log, metrics, clients, clock, outbox } = hearing;
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
  for (const one of allSaid(event, hearing)) {
    // Without incidents there is none that it could end.
    if (one.message.quiet && !one.incidents) continue;
    const message = await confirmed(one, { clients, clock, log, until });
    await outbox.put(message, shareOf(message, event, signals));
  }
}

interface NotTold {
  readonly error: unknown;
  readonly messageId: string | undefined;
}

async function takeEach(payload: unknown, own: string, hearing: Hearing): Promise<NotTold[]> {
  const { log, metrics, clock } = hearing;
  const failures: NotTold[] = [];
  const until = after(clock.now(), patience);
  for (const delivery of unwrapEach(payload, own)) {
    const { messageId } = delivery;
    try {
      if ("error" in delivery) throw delivery.error;
      await take(delivery.event, own, until, hearing);
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
  return async (
    payload: unknown,
    context?: Partial<Context>,
  ): Promise<SQSBatchResponse | undefined> => {
    const own = host.account ?? context?.invokedFunctionArn?.split(":")[4];
    if (!own)
      throw new Error(
        "It is not known which account this runs in: the invocation has no function ARN, and no account was given",
      );
    const failures = await takeEach(payload, own, hearing);
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
