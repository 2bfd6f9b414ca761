/**
 * Flows of `reaping.ts` over an account in memory: volumes and snapshots, and the ledger. Each process
 * has a request handler of its own, in which any request may go wrong.
 */
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import type { HttpRequest } from "@smithy/types";
import { type DurableWorkplace, durableFlows } from "../../engine/flows/durable.ts";
import { carryByLedger } from "../../engine/flows/ledger-steps.ts";
import { workplaceOf } from "../../engine/run/attempt.ts";
import { createClients } from "../../engine/run/clients.ts";
import { createHost, type Host, ledgerOf } from "../../engine/run/host.ts";
import { run } from "../../engine/run/run.ts";
import { actionsOf } from "../../ledger/actions.ts";
import { flowsUnderWay } from "../../ledger/flows.ts";
import { keys, type Place } from "../../ledger/keys.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { type AnyFlow, isFlow } from "../../sdk/flow.ts";
import { noLog } from "../../sdk/log.ts";
import { after, type Clock, minutes } from "../../sdk/time.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { type CarryOnce, type TestFlows, testFlows } from "../../testing/flows.ts";
import { testSettings } from "../../testing/host.ts";
import {
  answerInJson,
  answerInXml,
  type Request,
  type Response,
  refusal,
  requestOf,
  tableAnswer,
} from "../../testing/memory/aws.ts";
import { MemoryTable, TransactionRefused } from "../../testing/memory/table.ts";
import {
  filtersOf,
  type Parameters,
  set,
  tagSet,
  tagsOfParameters,
} from "../../testing/memory/xml.ts";

const account = "123456789012";
const region = "eu-west-1";

/** The runner puts a time of its own in place of the system's: that of before is kept. */
const now = performance.now.bind(performance);
const loaded = Date.now() - now();
const realNow = (): number => loaded + now();

/** As `clockAt`, by that time. */
function worldClock(start: Date): Clock {
  const began = realNow();
  let skipped = 0;
  return {
    now: () => new Date(start.getTime() + realNow() - began + skipped),
    async sleep(span) {
      skipped += span.seconds * 1000;
    },
  };
}

interface MemorySnapshot {
  readonly of: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Volumes by id, their names as tags, and snapshots, which are complete at once. */
export class MemoryVolumes {
  readonly volumes = new Map<string, string>();
  readonly snapshots = new Map<string, MemorySnapshot>();
  /** Tags beside the names, by volume. */
  readonly tags = new Map<string, Readonly<Record<string, string>>>();
  /** Each change that had its effect. */
  readonly effects: string[] = [];
  /** Of each snapshot that was ever made: the token of the write that made it. */
  readonly tokens: string[] = [];
  #after: (() => unknown) | undefined;

  /** Done once, by somebody else, right after the next change. */
  onChange(act: () => unknown): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#after = () =>
      Promise.resolve()
        .then(act)
        .then(() => done.resolve(), done.reject);
    return done.promise;
  }

  #changed(effect: string): void {
    this.effects.push(effect);
    const act = this.#after;
    this.#after = undefined;
    act?.();
  }

  answer(operation: string, parameters: Parameters): string {
    const filters = filtersOf(parameters);
    const fits = (name: string, value: string | undefined) =>
      filters.get(name)?.includes(value ?? "") ?? true;
    if (operation === "DescribeVolumes")
      return set(
        "volumeSet",
        [...this.volumes]
          .filter(([id]) => fits("volume-id", id))
          .map(
            ([id, Name]) =>
              `<volumeId>${id}</volumeId><size>8</size>${tagSet({ Name, ...this.tags.get(id) })}`,
          ),
      );
    if (operation === "DescribeSnapshots")
      return set(
        "snapshotSet",
        [...this.snapshots]
          .filter(
            ([id, { tags }]) =>
              fits("snapshot-id", id) && fits("tag:nightshift:token", tags["nightshift:token"]),
          )
          .map(
            ([id, { of, tags }]) =>
              `<snapshotId>${id}</snapshotId><volumeId>${of}</volumeId><status>completed</status><volumeSize>8</volumeSize>${tagSet(tags)}`,
          ),
      );
    if (operation === "DescribeTags")
      return set(
        "tagSet",
        [...this.tags]
          .filter(([id]) => fits("resource-id", id))
          .flatMap(([id, tags]) =>
            Object.entries(tags).map(
              ([key, value]) =>
                `<resourceId>${id}</resourceId><key>${key}</key><value>${value}</value>`,
            ),
          ),
      );
    if (operation === "CreateTags" || operation === "DeleteTags")
      return this.#tag(operation, parameters);
    return this.#change(operation, parameters);
  }

  /** One tag of one volume; it is taken off with its value alone. */
  #tag(operation: "CreateTags" | "DeleteTags", parameters: Parameters): string {
    const id = parameters["ResourceId.1"] ?? "";
    const [key, value] = [parameters["Tag.1.Key"] ?? "", parameters["Tag.1.Value"] ?? ""];
    if (!this.volumes.has(id))
      throw new TransactionRefused("InvalidVolume.NotFound", `${id} does not exist`);
    const { [key]: standing, ...others } = this.tags.get(id) ?? {};
    if (operation === "CreateTags") this.tags.set(id, { ...others, [key]: value });
    else if (standing === value) this.tags.set(id, others);
    this.#changed(`${operation} ${id}`);
    return "<return>true</return>";
  }

  #change(operation: string, parameters: Parameters): string {
    const { VolumeId = "", SnapshotId = "" } = parameters;
    const known = operation === "DeleteSnapshot" ? this.snapshots : this.volumes;
    const id = operation === "DeleteSnapshot" ? SnapshotId : VolumeId;
    if (!known.has(id)) {
      const kind = operation === "DeleteSnapshot" ? "Snapshot" : "Volume";
      throw new TransactionRefused(`Invalid${kind}.NotFound`, `${id} does not exist`);
    }
    const of = VolumeId || this.snapshots.get(SnapshotId)?.of;
    if (operation === "DeleteVolume" || operation === "DeleteSnapshot") {
      known.delete(id);
      this.tags.delete(id);
      this.#changed(`${operation} ${of}`);
      return "<return>true</return>";
    }
    const made = `snap-${String(this.effects.length + 1).padStart(8, "0")}`;
    const tags = tagsOfParameters(parameters);
    this.snapshots.set(made, { of: VolumeId, tags });
    this.tokens.push(tags["nightshift:token"] ?? "");
    this.#changed(`${operation} ${of}`);
    return `<snapshotId>${made}</snapshotId><volumeId>${VolumeId}</volumeId><status>pending</status>`;
  }
}

/** How a request of a process goes wrong. */
export const fates = [
  "dies before it",
  "dies after it",
  "reset",
  "lost",
  "throttled",
  "error500",
  "denied",
] as const;
export type Fate = (typeof fates)[number];

export interface Mishap {
  /** Which of the process's requests, from 0, or the first of an operation: clocks move the count. */
  readonly at: number | string;
  readonly fate: Fate;
}

const never = new Promise<never>(() => {});
const reset = (): Error =>
  Object.assign(new Error("socket hang up"), { name: "TimeoutError", code: "ECONNRESET" });

const refusals = {
  throttled: {
    dynamodb: ["ProvisionedThroughputExceededException", 400],
    other: ["RequestLimitExceeded", 503],
  },
  error500: { dynamodb: ["InternalServerError", 500], other: ["InternalError", 500] },
  denied: { dynamodb: ["AccessDeniedException", 400], other: ["UnauthorizedOperation", 403] },
} as const;

function refused(fate: keyof typeof refusals, { service }: Request): Response {
  const [name, status] = refusals[fate][service === "dynamodb" ? "dynamodb" : "other"];
  const error = new TransactionRefused(name, "It went wrong");
  return refusal(service, Object.assign(error, { status }));
}

/** A process: what it asks is answered, until it dies. */
export interface MemoryProcess {
  readonly requestHandler: object;
  readonly died: Promise<void>;
  requests(): number;
}

export class FlowWorld {
  readonly clock = worldClock(new Date("2026-11-21T03:00:00Z"));
  readonly table = new MemoryTable();
  readonly aws = new MemoryVolumes();
  readonly unit: AnyAutomation;
  /** Those of whatever process begins next. */
  settings: Partial<UnitSettings>;
  readonly flows: TestFlows;
  readonly place: Place;
  /** What the parameter says: `run`, or `stop`. */
  killSwitch = "run";
  /** What was asked before, by action and name. */
  readonly asked = new Set<string>();
  /** Whether what runs in an attempt is what is deployed. */
  isLive: (attempt: number) => boolean = () => true;

  constructor(unit: AnyAutomation, settings: Partial<UnitSettings> = {}) {
    this.unit = unit;
    this.settings = settings;
    this.place = { unit: unit.id, account, region };
    this.flows = testFlows(unit, this.clock, () => this.host());
  }

  #answer(request: Request): Response {
    const { service, operation, input } = request;
    if (service === "dynamodb") return tableAnswer(this.table, request, this.clock.now().getTime());
    if (service === "ssm")
      return answerInJson(200, { Parameter: { Name: input.Name, Value: this.killSwitch } });
    try {
      const body = this.aws.answer(operation, input);
      return answerInXml(200, `<${operation}Response>${body}</${operation}Response>`);
    } catch (error) {
      if (!(error instanceof TransactionRefused)) throw error;
      return refusal(service, error);
    }
  }

  process(mishap?: Mishap): MemoryProcess {
    const death = Promise.withResolvers<void>();
    let count = 0;
    let dead = false;
    let missed = false;
    const goesWrong = ({ operation }: Request) => {
      const isIt = mishap?.at === count++ || (mishap?.at === operation && !missed);
      missed ||= isIt;
      return isIt ? mishap?.fate : undefined;
    };
    const die = (): Promise<never> => {
      dead = true;
      death.resolve();
      return never;
    };
    const handle = async (sent: HttpRequest) => {
      if (dead) return never;
      await new Promise((resolve) => setImmediate(resolve));
      const request = requestOf(sent);
      const fate = goesWrong(request);
      if (fate === "dies before it") return die();
      if (fate === "reset") throw reset();
      if (fate === "throttled" || fate === "error500" || fate === "denied")
        return { response: refused(fate, request) };
      const response = this.#answer(request);
      if (fate === "dies after it") return die();
      if (fate === "lost") throw reset();
      return { response };
    };
    const requestHandler = {
      metadata: { handlerProtocol: "http/1.1" },
      handle,
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
      destroy() {},
    };
    return { requestHandler, died: death.promise, requests: () => count };
  }

  host({ requestHandler }: Pick<MemoryProcess, "requestHandler"> = this.process()): Host {
    const settings = testSettings({ region }, this.unit, { mode: "act", ...this.settings });
    const clients = createClients(this.clock, {
      endpoint: "http://memory",
      credentials: async () => ({ accessKeyId: "memory", secretAccessKey: "memory" }),
      requestHandler,
    });
    return createHost({
      ...{ account, settings, clients, log: noLog, begin: this.flows?.begin },
      clock: this.clock,
      store: ledgerOf(clients, settings, this.clock),
      deadline: after(this.clock.now(), minutes(15)),
    });
  }

  deliver(key = "slot-1", more: Partial<Start> = {}): Promise<RunResult> {
    const start = { kind: "sweep", key, region, at: this.clock.now(), ...more } as const;
    return run(this.unit, start, this.host());
  }

  /** What is left behind, and what was told, in words that can be compared. */
  async end(runId: string) {
    const { store } = this.host();
    const { place } = this;
    const actions = await actionsOf(store, "unit", this.unit.id, runId);
    const locks = await Array.fromAsync(store.query(keys.lock(place, "").pk));
    const under = await Array.fromAsync(flowsUnderWay(store, this.unit.id));
    const told = await Array.fromAsync(store.query(keys.outbox(`unit#${this.unit.id}`)));
    return {
      outcomes: actions.map(({ outcome }) => outcome),
      why: actions.map(({ error, held }) => error ?? held?.why ?? null),
      left: [...locks.map(({ sk }) => `lock ${sk}`), ...under.map(({ state }) => `flow ${state}`)],
      told: told.map(({ body }) => (body as Outgoing).title.replace(/^.*?: /, "")),
      volumes: [...this.aws.volumes.values()].sort(),
      snapshots: [...this.aws.snapshots.values()].map(({ of }) => of),
      effects: this.aws.effects,
    };
  }
}

/** The runner skips waits: the world's own time passes before what is asked again. */
function timely({ unit, clock, asked }: FlowWorld, action: string): AnyAutomation {
  const inTime = (flow: AnyFlow): AnyFlow => {
    const carry: AnyFlow["carry"] = (input, aws) =>
      flow.carry(input, {
        ...aws,
        until: (name, ask, pace) =>
          aws.until(
            name,
            async (read, _, remembered) => {
              if (asked.has(`${action} ${name}`)) await clock.sleep(pace.every);
              asked.add(`${action} ${name}`);
              return ask(read, clock.now(), remembered);
            },
            pace,
          ),
      });
    return Object.assign((input: object) => flow(input), flow, { carry });
  };
  return { ...unit, writes: unit.writes.map((write) => (isFlow(write) ? inTime(write) : write)) };
}

/** After each wait Lambda gives a process anew, which the runner does not. */
const lasting = (world: FlowWorld, process: MemoryProcess): Host =>
  Object.defineProperty(world.host(process), "deadline", {
    get: () => after(world.clock.now(), minutes(15)),
    enumerable: true,
  });

/** What becomes of a checkpoint of the durable port: an error in place of it. */
export type CheckpointFate = () => Error | undefined;
const unhindered: CheckpointFate = () => undefined;

type DurableHandler = ReturnType<typeof durableFlows>;

/** The runner gives the handler what it makes its checkpoints by beside the event. */
interface WithCheckpoints {
  durableExecutionClient: { checkpoint(...params: unknown[]): Promise<unknown> };
}

const hindered =
  (handler: DurableHandler, fate: CheckpointFate): DurableHandler =>
  async (event, context) => {
    const { durableExecutionClient: client } = event as unknown as WithCheckpoints;
    const checkpoint = client.checkpoint.bind(client);
    Object.assign(event, {
      durableExecutionClient: Object.assign(Object.create(client), {
        async checkpoint(...params: unknown[]) {
          const error = fate();
          if (error) throw error;
          return checkpoint(...params);
        },
      }),
    });
    return handler(event, context);
  };

/** The two ports, each process of which may be another. */
export const memoryPorts = {
  ledger:
    (world: FlowWorld, next: () => MemoryProcess): CarryOnce =>
    async (order, wake) => {
      const process = next();
      const workplace = workplaceOf(world.unit, order.region, world.host(process));
      return Promise.race([carryByLedger(workplace, order, wake), process.died]);
    },
  durable:
    (world: FlowWorld, next: () => MemoryProcess, checkpoint = unhindered): CarryOnce =>
    async (order) => {
      const process = next();
      const handlerFunction = durableFlows(
        ({ region: where, attempt }): DurableWorkplace => ({
          ...workplaceOf(timely(world, order.action), where, lasting(world, process)),
          isLive: async () => world.isLive(attempt),
        }),
      );
      const runner = new LocalDurableTestRunner({
        handlerFunction: hindered(handlerFunction, checkpoint),
      });
      const execution = await Promise.race([runner.run({ payload: order }), process.died]);
      return execution?.getStatus();
    },
} as const;
