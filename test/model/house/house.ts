/**
 * All of on-call as it is deployed, over an account in memory: each function behind its own face,
 * and between them what AWS carries, with the redeliveries that AWS makes. Slack and PagerDuty are
 * servers on this machine.
 */
import type { Context, DynamoDBRecord, SQSRecord } from "aws-lambda";
import type { Misdeed } from "../../../channels/fake-server.ts";
import { type FakePagerDuty, startPagerDuty } from "../../../channels/pagerduty/fake.ts";
import { type FakeSlack, startFakeSlack } from "../../../channels/slack/fake.ts";
import type { UrlEvent } from "../../../channels/slack/fake-workspace.ts";
import { slackFunction } from "../../../channels/slack/slack-function.ts";
import { slackWorkFunction } from "../../../channels/slack/slack-work-function.ts";
import { createHost } from "../../../engine/run/host.ts";
import { run } from "../../../engine/run/run.ts";
import { features } from "../../../features.ts";
import { decideFunction } from "../../../handlers/app/decide-function.ts";
import { deliverFunction } from "../../../handlers/app/deliver-function.ts";
import type { DeployedUnits } from "../../../handlers/app/deployed.ts";
import { contextFor, type Invoked } from "../../../handlers/app/invocation.ts";
import { noMetrics } from "../../../handlers/app/metrics.ts";
import type { CallingPorts } from "../../../handlers/app/ports.ts";
import { tellFunction } from "../../../handlers/app/tell-function.ts";
import { throwIfFailed, unitFunction } from "../../../handlers/app/unit.ts";
import { watchdogFunction } from "../../../handlers/app/watchdog-function.ts";
import type { Store } from "../../../ledger/store.ts";
import { incidentsFunction } from "../../../oncall/incidents/incidents-function.ts";
import { NotPossible } from "../../../sdk/errors.ts";
import { noLog } from "../../../sdk/log.ts";
import { after, milliseconds, minutes, type Span } from "../../../sdk/time.ts";
import { parseSettings } from "../../../settings/parse.ts";
import { settingsOf } from "../../../settings/settings.ts";
import type { Request, Response } from "../../../testing/memory/aws.ts";
import { type KnownPeople, knownPeople } from "../../../testing/signatures.ts";
import { retention } from "../../setup/retention.ts";
import {
  account,
  callFromHere,
  clients,
  clock,
  type Planned,
  region,
  store,
  World,
} from "../world.ts";
import { HouseAws, type Invocation } from "./aws.ts";
import {
  type Call,
  type Came,
  type Carrier,
  Invocations,
  type Lying,
  Queues,
  type Redelivery,
  Stream,
  type StreamRecord,
} from "./carriers.ts";

/** A call of a function that goes wrong: the function's nth of all that it makes. */
export interface HouseFault extends Planned {
  readonly of: string;
}

/** Requests to a channel that go wrong: from its nth on, so many. */
export interface HouseMisdeed {
  readonly channel: "slack" | "phone";
  readonly how: Misdeed;
  readonly from: number;
  readonly times: number;
}

export interface HouseOptions extends Redelivery {
  readonly faults?: readonly HouseFault[];
  readonly misdeed?: HouseMisdeed;
}

/** As lib/ deploys it. */
const watchEvery = milliseconds(minutes(15));
const lifetimes: Readonly<Record<string, Span>> = { deliver: minutes(1) };
const routingKey = "0123456789abcdef0123456789abcdef";
const approver = `arn:aws:iam::${account}:user/ann`;

const settings = parseSettings(
  {
    home: region,
    regions: [region],
    approvers: [approver, "slack:T0TEAM/U0ANN/A0APP"],
    people: { ann: { name: "Ann", email: "ann@example.com", slack: "U0ANN" } },
    channels: {
      team: {
        kind: "slack",
        team: "T0TEAM",
        app: "A0APP",
        channel: "C0ONCALL",
        token: "ssm:/slack/token",
        signingSecret: "ssm:/slack/secret",
      },
      phone: { kind: "pagerduty", routingKey: "ssm:/phone" },
    },
    routes: [{ channel: "team" }, { channel: "phone", atLeast: "critical" }],
    onCall: {
      rotations: {
        primary: {
          people: ["ann"],
          from: "2026-01-05",
          handover: { every: "week", on: "monday", at: "09:00" },
        },
      },
      escalations: [
        { match: { severity: ["critical"] }, steps: [{ after: minutes(10), call: ["primary"] }] },
      ],
    },
  },
  { features, units: [retention.id] },
);
const unitSettings = {
  ...settingsOf(settings, retention, [retention.id]),
  mode: "ask" as const,
};
const deployed: DeployedUnits = {
  settings,
  units: { [retention.id]: unitSettings },
  watched: [],
  reporting: [retention.id],
};

/** What Lambda gives and takes is JSON. */
const asJson = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

export class House {
  readonly aws = new HouseAws(account, region);
  readonly world: World;
  readonly slack: FakeSlack;
  readonly phone: FakePagerDuty;
  /** What AWS gave up: it lies in the failure queue, and an alarm says so. */
  readonly lost: string[] = [];
  /** The calls that each function has made, in order. */
  readonly made = new Map<string, Request[]>();
  readonly people: KnownPeople;
  readonly #faults: readonly HouseFault[];
  readonly #redelivery: Redelivery;
  readonly #stream: Stream;
  readonly #queues: Queues;
  readonly #invocations: Invocations;
  /** Functions whose process lives. */
  readonly #warm = new Map<string, Invoked<never, unknown>>();
  #watchAt: number;

  private constructor(world: World, fakes: Pick<House, "slack" | "phone">, options: HouseOptions) {
    const { faults = [], misdeed, ...redelivery } = options;
    if (misdeed) fakes[misdeed.channel].fail(misdeed.how, misdeed.times, misdeed.from);
    this.world = world;
    this.aws = world.aws as HouseAws;
    this.slack = fakes.slack;
    this.phone = fakes.phone;
    this.people = knownPeople({ now: () => new Date(world.now) });
    this.#faults = faults;
    this.#redelivery = redelivery;
    this.#watchAt = world.now + watchEvery;
    this.#stream = new Stream((records) => this.#tell(records), this.lost, redelivery);
    this.#queues = new Queues((letters) => this.#deliver(letters), this.lost, redelivery);
    this.#invocations = new Invocations((call) => this.#start(call), this.lost, redelivery);
    this.aws.table.onInsert = (item) => {
      if (item.type?.S === "message") this.#stream.add(item, world.now);
    };
    this.aws.queues = {
      post: (queue, body) => this.#queues.post(queue, body, world.now),
      later: (_, receipt, seconds) => this.#queues.later(receipt, world.now + seconds * 1000),
    };
    for (const [name, value] of [
      ["/slack/token", fakes.slack.token],
      ["/slack/secret", fakes.slack.signingSecret],
      ["/phone", routingKey],
    ] as const)
      this.aws.secrets.set(name, value);
  }

  static async open(options: HouseOptions = {}): Promise<House> {
    const world = new World(1, retention.id, new HouseAws(account, region));
    const now = () => new Date(world.now);
    const [slack, phone] = await Promise.all([startFakeSlack({ now }), startPagerDuty(routingKey)]);
    return new House(world, { slack, phone }, options);
  }

  async close(): Promise<void> {
    await Promise.all([this.slack.stop(), this.phone.stop()]);
  }

  /** What is none of the functions does, as a process of its own. */
  as<T>(act: (store: Store) => Promise<T>): Promise<T | undefined> {
    return this.world.process("somebody", [], () => act(store));
  }

  /** What a person orders of a function, as their command line signs it. */
  signed(to: string, order: object): Promise<object> {
    return this.people.sign(approver, { deployed: settings, account, to }, order);
  }

  /** The unit's nightly sweep, which asks. */
  async sweep(): Promise<void> {
    await this.as((ledger) =>
      run(
        retention,
        { kind: "sweep", key: "slot-1", region, at: clock.now() },
        createHost({
          account,
          settings: unitSettings,
          clock,
          clients,
          store: ledger,
          log: noLog,
          deadline: after(clock.now(), minutes(15)),
        }),
      ),
    );
  }

  /** What a schedule or an event starts. */
  happens(name: string, payload: unknown): void {
    this.#invocations.add(name, payload, this.world.now);
  }

  /** Somebody calls a function's address, and waits. @returns its status; none where it died */
  async asked(name: string, event: UrlEvent | object): Promise<number | undefined> {
    const came = await this.#start({ name, payload: event, id: `address-${this.world.step}` });
    await this.#handOver();
    return came.is === "answered"
      ? (came.answer as { readonly statusCode: number }).statusCode
      : undefined;
  }

  /** All that happens within this time. */
  async pass(span: Span): Promise<void> {
    const until = this.world.now + milliseconds(span);
    for (;;) {
      await this.#handOver();
      const first = this.#carriers().reduce((a, b) => (b.next() < a.next() ? b : a));
      const next = Math.min(first.next(), this.#watchAt, ...this.#timersDue());
      if (next > until) break;
      this.world.now = Math.max(this.world.now, next);
      if (this.#fires()) continue;
      await first.deliver(this.world.now);
    }
    this.world.now = Math.max(this.world.now, until);
  }

  /** What still lies somewhere. */
  get waiting(): number {
    return this.#carriers().filter((carrier) => Number.isFinite(carrier.next())).length;
  }

  #carriers(): readonly [Carrier, ...Carrier[]] {
    return [this.#stream, this.#queues, this.#invocations];
  }

  readonly #timersDue = (): number[] =>
    [...this.aws.timers.values()].map(({ at }) => at.getTime() + this.#lateness);

  get #lateness(): number {
    switch (this.#redelivery.timers) {
      case "late":
        return milliseconds(minutes(10));
      case "never":
        return Number.POSITIVE_INFINITY;
      default:
        return 0;
    }
  }

  /** Schedules whose time has come hand their input over. @returns whether there were any */
  #fires(): boolean {
    const { now } = this.world;
    const due = [...this.aws.timers].filter(([, { at }]) => at.getTime() + this.#lateness <= now);
    for (const [name, { payload }] of due) {
      this.aws.timers.delete(name);
      this.happens("incidents", payload);
      if (this.#redelivery.timers === "twice") this.happens("incidents", payload);
    }
    if (this.#watchAt <= now) {
      this.#watchAt += watchEvery;
      this.happens("watchdog", { kind: "watch", at: new Date(now).toISOString() });
      return true;
    }
    return due.length > 0;
  }

  /** What functions have begun and nobody has waited for. */
  async #handOver(): Promise<void> {
    for (const { name, payload, waits } of this.aws.invocations.splice(0)) {
      if (waits) await this.#start({ name, payload, id: `orphan-${this.world.step}` });
      else this.#invocations.add(name, payload, this.world.now);
    }
  }

  #tell(records: readonly StreamRecord[]): Promise<Came> {
    const Records = records.map(
      ({ nth, at, item }): DynamoDBRecord => ({
        eventName: "INSERT",
        awsRegion: region,
        eventSourceARN: `arn:aws:dynamodb:${region}:${account}:table/nightshift/stream/1`,
        dynamodb: {
          ApproximateCreationDateTime: at / 1000,
          SequenceNumber: String(nth),
          NewImage: item as NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"] & object,
        },
      }),
    );
    return this.#start({ name: "tell", payload: { Records }, id: `stream-${this.world.step}` });
  }

  #deliver(letters: readonly Lying[]): Promise<Came> {
    const Records = letters.map(
      ({ id, queue, body, sent, receives }): SQSRecord => ({
        messageId: id,
        receiptHandle: id,
        body,
        attributes: {
          ApproximateReceiveCount: String(receives),
          SentTimestamp: String(sent),
          SenderId: "tell",
          ApproximateFirstReceiveTimestamp: String(sent),
        },
        messageAttributes: {},
        md5OfBody: "",
        eventSource: "aws:sqs",
        eventSourceARN: `arn:aws:sqs:${region}:${account}:${queue}`,
        awsRegion: region,
      }),
    );
    return this.#start({ name: "deliver", payload: { Records }, id: `batch-${this.world.step}` });
  }

  async #start({ name, payload, id }: Call): Promise<Came> {
    const calls = this.made.get(name) ?? [];
    this.made.set(name, calls);
    const faults = this.#faults
      .filter(({ of: whose, at }) => whose === name && at >= calls.length)
      .map((fault) => ({ ...fault, at: fault.at - calls.length }));
    const lifetime = lifetimes[name] ?? minutes(5);
    const end = this.world.now + milliseconds(lifetime);
    const context: Context = {
      ...contextFor(name, { account, deployed: settings, lifetime }),
      awsRequestId: id,
      getRemainingTimeInMillis: () => end - this.world.now,
    };
    let requests: readonly Request[] = [];
    const came = await this.world.process(name, faults, async (process): Promise<Came> => {
      process.deadline = end;
      requests = process.requests;
      try {
        const handle = this.#function(name);
        return { is: "answered", answer: asJson(await handle(asJson(payload) as never, context)) };
      } catch (error) {
        return { is: "failed", error };
      }
    });
    calls.push(...requests);
    if (!came) this.#warm.delete(name);
    return came ?? { is: "died" };
  }

  #function(name: string): Invoked<never, unknown> {
    const known = this.#warm.get(name);
    if (known) return known;
    const made = this.#composed(name);
    this.#warm.set(name, made);
    return made;
  }

  #composed(name: string): Invoked<never, unknown> {
    const ports: CallingPorts = {
      clock,
      clients,
      log: noLog,
      metrics: noMetrics,
      identify: this.people.identify,
      invoke: (to, payload) => this.#invoke(to, payload),
      ask: (to, payload) => this.#ask(to, payload),
    };
    const embedded = { url: this.slack.api, isResponse: this.slack.isResponse };
    switch (name) {
      case "tell":
        return tellFunction(ports, deployed);
      case "deliver":
        return deliverFunction(ports, deployed, {
          urls: { slack: this.slack.api, pagerduty: this.phone.url },
        });
      case "incidents":
        return incidentsFunction(ports, deployed);
      case "watchdog":
        return watchdogFunction(ports, deployed);
      case "slack":
        return slackFunction(ports, deployed, embedded);
      case "slack-work":
        return slackWorkFunction(ports, deployed, embedded);
      case "decide":
        return decideFunction(ports, deployed);
      case retention.id: {
        const handle = unitFunction(ports, retention, unitSettings);
        return async (payload, context) => throwIfFailed(await handle(payload, context));
      }
      default:
        throw new Error(`there is no function ${name}`);
    }
  }

  async #invoke(name: string, payload: unknown): Promise<void> {
    answered(await callFromHere(calling({ name, payload: asJson(payload), waits: false })));
  }

  async #ask(name: string, payload: unknown): Promise<unknown> {
    const call: Invocation = { name, payload: asJson(payload), waits: true };
    const sent = await callFromHere(calling(call)).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    const at = this.aws.invocations.indexOf(call);
    if (at >= 0) this.aws.invocations.splice(at, 1);
    const came = at < 0 ? undefined : await this.#start({ ...call, id: `ask-${this.world.step}` });
    if ("error" in sent) throw sent.error;
    answered(sent.answer);
    if (came?.is === "answered") return came.answer;
    if (came?.is === "failed" && came.error instanceof NotPossible) throw came.error;
    throw new Error(`${name} failed`, { cause: came });
  }
}

const calling = (call: Invocation): Request => ({
  service: "lambda",
  operation: "Invoke",
  input: call as never,
});

/** @throws what is no answer of the function */
function answered({ response }: { readonly response: Response }): void {
  const body = Buffer.from(response.body).toString();
  if (response.statusCode >= 300 || body !== "{}")
    throw new Error(`Lambda answered ${response.statusCode}: ${body}`);
}
