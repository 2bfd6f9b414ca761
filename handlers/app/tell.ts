/** Tells what the outbox holds, as the table's stream hands it over. */
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { Channel } from "../../channels/channel.ts";
import { type Deliveries, deliver } from "../../channels/deliver.ts";
import { ledgerForm } from "../../ledger/table.ts";
import type { KeptMessage } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { type FamilyOf, type RouteTo, routed } from "../../messages/routes.ts";
import type { MessagePlace } from "../../messages/telling.ts";
import type { WaitingMessages } from "../../messages/untaken.ts";
import type { Withhold } from "../../messages/withhold.ts";
import { digest, parse } from "../../sdk/codec.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { before, type Clock, minutes } from "../../sdk/time.ts";
import type { Log } from "./log.ts";
import { type Counter, noMetrics } from "./metrics.ts";

export interface TellHost {
  readonly told: Deliveries;
  readonly channels: readonly Channel[];
  /** Which channels want what; all of them everything where absent. */
  readonly routes?: readonly RouteTo[];
  /** The folder of a unit: routes go by it. */
  readonly familyOf?: FamilyOf;
  /** Keeps what is muted, or comes in quiet hours, from being told. Absent: nothing is. */
  readonly withhold?: Withhold;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics?: Counter;
  /**
   * Whether each of these channels has told it, those with a queue included. Absent where there is
   * none.
   */
  settled?(message: string, channels: readonly string[]): Promise<boolean>;
  /**
   * With on-call: keeps what signals say as incidents, whose news is told. @returns ids of those
   * that it could not take
   */
  readonly incidents?: IncidentsTaking | undefined;
  /**
   * Whether the ledger holds exactly this message there: whoever merely invokes the function cannot
   * have put it there. Absent where nobody else can hand anything over.
   */
  posted?(at: MessagePlace, message: Outgoing): Promise<boolean>;
  /** Starts the TTL of a message that every channel has told (rule: told-at-least-once). */
  expire?(key: MessagePlace): Promise<void>;
}

/** The function of incidents, and what is kept of what it could not take. */
export interface IncidentsTaking extends WaitingMessages {
  /** @param told ids of those that were told as they came: they waited */
  take(messages: readonly Outgoing[], told?: ReadonlySet<string>): Promise<ReadonlySet<string>>;
}

const unreadable = {
  logged: "A message in the outbox could not be read",
  title: "A message in the outbox could not be read, so that what it said is not known",
};
const forged = {
  logged: "A message in the outbox speaks for another unit",
  title:
    "A message in the outbox speaks for another unit than the one that wrote it, and is not told",
};

const isText = (value: unknown): value is string => typeof value === "string";
const isTime = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime());

/** What every channel relies on. */
function isOutgoing(value: unknown): value is Outgoing {
  if (typeof value !== "object" || value === null) return false;
  const { id, title, severity, at, account, region, unit, kind } = value as Partial<
    Record<keyof Outgoing, unknown>
  >;
  return (
    [id, title, account, region, unit, kind].every(isText) &&
    isTime(at) &&
    (severity === "info" || severity === "warning" || severity === "critical")
  );
}

function read(body: string | undefined): Outgoing | undefined {
  try {
    const message = parse(body ?? "");
    return isOutgoing(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a message is its writer's own: a role that may write one unit's part of the ledger speaks
 * for no other.
 */
export function isOwn({ unit, id, kind }: Outgoing, pk = ""): boolean {
  const [writer, of] = pk.split("#");
  if (writer !== "unit" && writer !== "undo") return true;
  // News of incidents says where it goes: only whoever keeps them writes it.
  return kind !== "incident" && unit === of && id.startsWith(`${of}.`);
}

/** It is told by the version that wrote it, once that is deployed again: it stays where it lies. */
const newer = {
  logged: "A message in the outbox was written by a newer version",
  title: "A message in the outbox was written by a newer Nightshift than tells it, and waits",
};

const isNewer = ({ dynamodb }: DynamoDBRecord): boolean =>
  Number(dynamodb?.NewImage?.v?.N ?? ledgerForm) > ledgerForm;

/** Why what lies in the outbox cannot be told as it is. */
function faultOf(record: DynamoDBRecord, message: Outgoing | undefined, pk: string | undefined) {
  if (isNewer(record)) return newer;
  if (!message) return unreadable;
  return isOwn(message, pk) ? undefined : forged;
}

/**
 * What lasts until it is over, and is kept as an incident: what signals say, and what is wrong with
 * Nightshift itself.
 */
const isMatter = ({ kind, key }: Outgoing): boolean =>
  kind === "signal" || (key !== undefined && (kind === "watchdog" || kind === "breaker"));

/**
 * Where incidents are what is broken, it is told as it came: late and by itself is better than not
 * at all. It goes on waiting to become an incident.
 */
const patience = minutes(2);
const isOld = ({ dynamodb }: DynamoDBRecord, now: Date): boolean =>
  (dynamodb?.ApproximateCreationDateTime ?? Number.POSITIVE_INFINITY) * 1000 <
  before(now, patience).getTime();

/** Where the ledger holds it, as the record says. */
const placeIn = ({ dynamodb }: DynamoDBRecord): Partial<MessagePlace> => ({
  ...(dynamodb?.NewImage?.pk?.S && { pk: dynamodb.NewImage.pk.S }),
  ...(dynamodb?.NewImage?.sk?.S && { sk: dynamodb.NewImage.sk.S }),
});

/** What a record holds, if it can be read and is its writer's own. */
function readable(record: DynamoDBRecord): Outgoing | undefined {
  if (isNewer(record)) return undefined;
  const { dynamodb } = record;
  const message = read(dynamodb?.NewImage?.body?.S);
  return message && isOwn(message, dynamodb?.NewImage?.pk?.S) ? message : undefined;
}

/**
 * Told in place of a message that cannot be read or is forged, so that somebody looks at the item.
 */
function untellable(
  { dynamodb, eventID, awsRegion, eventSourceARN }: DynamoDBRecord,
  now: Date,
  title: string,
): Outgoing {
  const [pk = "?", sk = "?"] = [dynamodb?.NewImage?.pk?.S, dynamodb?.NewImage?.sk?.S];
  return {
    id: `tell.${digest([pk, sk, eventID]).slice(0, 32)}`,
    at: dynamodb?.ApproximateCreationDateTime
      ? new Date(dynamodb.ApproximateCreationDateTime * 1000)
      : now,
    account: eventSourceARN?.split(":")[4] ?? "unknown",
    region: awsRegion ?? "unknown",
    unit: "tell",
    kind: "watchdog",
    severity: "critical",
    title,
    facts: {
      "partition key": cut(plain(pk), 300),
      "sort key": cut(plain(sk), 300),
      "what now":
        "read the item in the ledger; whoever wrote it is another version, or not Nightshift",
    },
  };
}

/**
 * Told in place of what was handed over and lies in no outbox, once an hour however often that is
 * tried. Nothing of it is repeated.
 */
function unposted({ awsRegion, eventSourceARN }: DynamoDBRecord, now: Date): Outgoing {
  const hour = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000);
  return {
    id: `tell.unposted.${hour.toISOString()}`,
    at: now,
    account: cut(plain(eventSourceARN?.split(":")[4] ?? "unknown"), 12),
    region: cut(plain(awsRegion ?? "unknown"), 30),
    unit: "tell",
    kind: "watchdog",
    severity: "critical",
    title: "A message was handed to Nightshift that lies in no outbox, and is not told",
    facts: {
      why: "somebody invoked the function tell themselves, or removed the message from the ledger before it was told",
      "what now":
        "the log of tell names its place; `npx nightshift doctor` names who else is let in to the function; CloudTrail says who invoked it, where data events of Lambda are recorded",
    },
  };
}

/**
 * Tells one message through the channels that want it: directly, or into their queues.
 * @param at where the ledger holds it; absent where it does not, then only what tells directly can tell it
 * @returns whether all of them have told it, or it was kept from being told
 */
export async function tell(
  message: Outgoing,
  {
    told,
    settled,
    channels,
    routes,
    familyOf,
    withhold,
    log,
    metrics = noMetrics,
  }: Omit<TellHost, "clock">,
  at?: MessagePlace,
): Promise<boolean> {
  const wanting = routes ? routed(message, routes, channels, familyOf) : channels;
  const able = at ? wanting : wanting.filter(({ mark }) => mark === undefined);
  const chosen = able.length > 0 ? able : channels.filter(({ mark }) => mark === undefined);
  const names = chosen.map(({ name }) => name);
  const why = at && (await withhold?.({ ...at, message }, names));
  if (why) {
    log.info("A message was kept from being told", {
      messageId: message.id,
      unit: message.unit,
      severity: message.severity,
      why,
    });
    return true;
  }
  const through = await deliver(message, chosen, told, at && { ...at, channels: names });
  const waiting = chosen.flatMap(({ name, mark }) => (mark === undefined ? [] : [name]));
  metrics.add("told", through.filter((name) => !waiting.includes(name)).length);
  log.info("A message was told", {
    messageId: message.id,
    unit: message.unit,
    severity: message.severity,
    channels: through,
    ...(waiting.length && { waiting }),
  });
  return waiting.length === 0 || ((await settled?.(message.id, names)) ?? false);
}

/**
 * @returns the handler. It answers which records failed: Lambda delivers from the first of them on again, and what was
 * told meanwhile is not told twice
 */
export function tellHandler(host: TellHost) {
  const { log, clock, metrics = noMetrics, incidents } = host;

  /**
   * All of a batch at once: a storm is few steps of few groups. @returns ids of those that must
   * come again
   */
  async function kept(records: readonly DynamoDBRecord[]): Promise<ReadonlySet<string>> {
    const messages = records.flatMap((record) => readable(record) ?? []).filter(isMatter);
    if (!incidents || !messages.length) return new Set();
    try {
      const waiting = await incidents.waitingBefore(messages);
      const known = new Set(waiting.map(({ message }) => message.id));
      const all = waiting.map(({ message }) => message);
      const rest = messages.filter(({ id }) => !known.has(id));
      const left = await incidents.take([...all, ...rest], known);
      for (const each of waiting) if (!left.has(each.message.id)) await taken(incidents, each);
      if (left.size) metrics.add("untaken", left.size);
      return left;
    } catch (error) {
      log.error("Messages could not be made incidents", { messages: messages.length, error });
      metrics.add("untaken", messages.length);
      return new Set(messages.map(({ id }) => id));
    }
  }

  /** Its end begins: whoever wants to know of it looks at the incident. */
  async function taken({ end }: IncidentsTaking, { message, pk, sk }: KeptMessage): Promise<void> {
    try {
      await host.expire?.({ pk, sk });
      await end(message);
    } catch (error) {
      // It is offered again, and changes nothing then.
      log.warn("A message that was taken goes on waiting", { messageId: message.id, error });
    }
  }

  /** What a record says, or what is said in place of it. @returns whether every channel has told it */
  async function tellRecord(record: DynamoDBRecord, isLeft: boolean): Promise<boolean> {
    const now = clock.now();
    const { pk, sk } = placeIn(record);
    const message = read(record.dynamodb?.NewImage?.body?.S);
    const wrong = faultOf(record, message, pk);
    if (!message || wrong) {
      const { logged, title } = wrong ?? unreadable;
      log.error(logged, { pk, sk });
      metrics.add("failed", 1);
      const told = await tell(untellable(record, now, title), host);
      return told && wrong !== newer;
    }
    if (isLeft && !isOld(record, now))
      throw new Error("the incidents could not take it; it comes again");
    if (incidents && !isLeft && isMatter(message)) return true;
    const at = pk && sk ? { pk, sk } : undefined;
    if (!host.posted || (at && (await host.posted(at, message)))) {
      if (!isLeft || !at) return tell(message, host, at);
      await incidents?.keep(at, message);
      await tell(message, host, at);
      return false;
    }
    log.error("A message was handed over that lies in no outbox", { pk, sk });
    metrics.add("failed", 1);
    await tell(unposted(record, now), host);
    return false;
  }

  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const batchItemFailures: DynamoDBBatchResponse["batchItemFailures"] = [];
    const records = Records.filter(
      ({ eventName, dynamodb }) =>
        eventName === "INSERT" && dynamodb?.NewImage?.type?.S === "message",
    );
    const left = await kept(records);
    for (const record of records) {
      const id = read(record.dynamodb?.NewImage?.body?.S)?.id;
      try {
        const { pk, sk } = placeIn(record);
        const all = await tellRecord(record, id !== undefined && left.has(id));
        if (all && pk && sk) await host.expire?.({ pk, sk });
      } catch (error) {
        log.error("A message was not told through every channel", { messageId: id, error });
        metrics.add("failed", 1);
        batchItemFailures.push({ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" });
      }
    }
    return { batchItemFailures };
  };
}
