/**
 * Whatever comes between the steps of flows, in whatever order, each of their writes has one effect,
 * what does not end well ends as it began, each end is told once, and no lock is left.
 * `FC_SEED=n` repeats a run; `FC_RUNS=n` lengthens it.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { undo } from "../../engine/run/undo.ts";
import type { ActionRecord } from "../../ledger/actions.ts";
import { flowsUnderWay } from "../../ledger/flows.ts";
import { keys } from "../../ledger/keys.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { TryAgain } from "../../sdk/errors.ts";
import { minutes } from "../../sdk/time.ts";
import type { CarryOnce } from "../../testing/flows.ts";
import { durableRunner } from "../setup/durable-runner.ts";
import { FlowWorld, type Mishap, memoryPorts } from "../setup/flows-in-memory.ts";
import { reapingIn } from "../setup/reaping.ts";

durableRunner();

const seed = Number(process.env.FC_SEED ?? (process.env.FC_RUNS ? Date.now() % 1_000_000_000 : 1));
const runs = Number(process.env.FC_RUNS ?? 25);

type Port = keyof typeof memoryPorts;

type FlowStep =
  | { readonly kind: "carry"; readonly mishap?: Mishap | undefined }
  | { readonly kind: "again" | "lose" | "sweep" | "undo" | "stop" | "resume" | "watch" | "act" }
  | { readonly kind: "exempt" | "unexempt" | "mend" | "spoil"; readonly volume: string }
  | { readonly kind: "wait"; readonly minutes: number };

interface FlowSequence {
  readonly port: Port;
  readonly pending: number;
  readonly steps: readonly FlowStep[];
}

const volumes = ["vol-1", "vol-2"] as const;
const exempt = { "nightshift:exempt": "until=2999-01-01 owner=ann reason=mine" };

class FlowModel {
  readonly world: FlowWorld;
  readonly port: Port;
  /** Ids of the runs that were delivered. */
  readonly runs = new Set<string>();
  readonly #begun = new Set<string>();
  readonly orders: Parameters<CarryOnce>[0][] = [];
  #slots = 0;

  constructor({ port, pending }: FlowSequence) {
    this.world = new FlowWorld(reapingIn({ pending }));
    this.port = port;
    for (const volume of volumes) this.world.aws.volumes.set(volume, "wrong");
  }

  #by(mishap?: Mishap): CarryOnce {
    const processes = [this.world.process(mishap)];
    return memoryPorts[this.port](this.world, () => processes.shift() ?? this.world.process());
  }

  async sweep(): Promise<void> {
    this.#slots += 1;
    const run = await this.world.deliver(`slot-${this.#slots}`);
    this.runs.add(run.id);
    if (run.actions.some(({ outcome }) => outcome === "begun")) this.#begun.add(run.id);
    this.orders.push(...this.world.flows.due().map(({ order }) => order));
  }

  async actions(): Promise<ActionRecord[]> {
    const { store } = this.world.host();
    const all = await Promise.all(
      [...this.runs].map((run) =>
        Array.fromAsync(
          store.query(keys.run("unit", this.world.unit.id, run).pk, { prefix: "action#" }),
        ),
      ),
    );
    return all.flat().map(({ body }) => body as ActionRecord);
  }

  async #undo(): Promise<void> {
    const begun = (await this.actions()).find(({ outcome }) => outcome === "begun");
    if (!begun) return;
    await undo(this.world.unit, begun.id, { by: "ann" }, this.world.host());
  }

  async step(step: FlowStep): Promise<void> {
    const { world } = this;
    switch (step.kind) {
      case "carry":
        return void (await world.flows.carryNext(this.#by(step.mishap)));
      case "again": {
        const [order] = this.orders;
        if (order) await this.#by()(order, async () => {}).catch(passing);
        return;
      }
      case "lose":
        return world.flows.lose();
      case "sweep":
        return this.sweep();
      case "undo":
        return this.#undo();
      case "stop":
      case "resume":
        world.killSwitch = step.kind === "stop" ? "stop" : "run";
        return;
      case "watch":
      case "act":
        world.settings = { mode: step.kind };
        return;
      case "exempt":
      case "unexempt":
        world.aws.tags.set(step.volume, step.kind === "exempt" ? exempt : {});
        return;
      case "mend":
      case "spoil":
        if (world.aws.volumes.has(step.volume))
          world.aws.volumes.set(step.volume, step.kind === "mend" ? "right" : "wrong");
        return;
      case "wait":
        return world.clock.sleep(minutes(step.minutes));
    }
  }

  /** Whatever was begun comes to its end. */
  async end(): Promise<string[]> {
    await this.world.flows.carryAll(this.#by());
    return [...(await this.#leftBehind()), ...(await this.#told()), ...(await this.#effects())];
  }

  async #leftBehind(): Promise<string[]> {
    const { store } = this.world.host();
    const locks = await Array.fromAsync(store.query(keys.lock(this.world.place, "").pk));
    const under = await Array.fromAsync(flowsUnderWay(store, this.world.unit.id));
    return [
      ...locks.map(({ sk }) => `the lock of ${sk} is left`),
      ...under.map(({ begun }) => `the flow ${begun.action} is left`),
    ];
  }

  async #told(): Promise<string[]> {
    const { store } = this.world.host();
    const items = await Array.fromAsync(store.query(keys.outbox(`unit#${this.world.unit.id}`)));
    const ends = items
      .map(({ body }) => body as Outgoing)
      .filter(({ id }) => id.includes(".flows."))
      .map(({ id }) => id.replace(/\.flows\..*/, ""));
    return [...this.runs].flatMap((run) => {
      const times = ends.filter((end) => end === run).length;
      const wanted = this.#begun.has(run) ? 1 : 0;
      return times === wanted ? [] : [`the end of ${run} is told ${times} times, not ${wanted}`];
    });
  }

  async #effects(): Promise<string[]> {
    const { effects, tokens, snapshots, volumes: there } = this.world.aws;
    const wrong: string[] = [];
    if (new Set(tokens).size !== tokens.length) wrong.push(`a write had two effects: ${tokens}`);
    for (const volume of volumes)
      if (effects.filter((effect) => effect === `DeleteVolume ${volume}`).length > 1)
        wrong.push(`${volume} was deleted twice`);
    const named = new Set<string>();
    const explained = new Set<string>();
    for (const { id, run, target, outcome, error, held, output } of await this.actions()) {
      if (outcome === "begun" || outcome === "intended") wrong.push(`${id} is ${outcome}`);
      const why = error ?? held?.why ?? "";
      for (const [left] of why.matchAll(/snap-\d+/g)) named.add(left);
      if (outcome === "applied" || why.includes("DeleteVolume")) explained.add(target);
      if (outcome !== "applied") continue;
      named.add((output as { SnapshotId?: string } | undefined)?.SnapshotId ?? "");
      if (there.has(target)) wrong.push(`${id} of ${run} is applied, and ${target} is there`);
    }
    for (const gone of volumes)
      if (!there.has(gone) && !explained.has(gone))
        wrong.push(`${gone} is gone, and nobody says so`);
    for (const snapshot of snapshots.keys())
      if (!named.has(snapshot)) wrong.push(`nobody was told of ${snapshot}, which is left`);
    return wrong;
  }
}

function passing(error: unknown): void {
  if (!(error instanceof TryAgain)) throw error;
}

const volume = fc.constantFrom(...volumes);
const mishap: fc.Arbitrary<Mishap | undefined> = fc.option(
  fc.record({
    at: fc.nat(60),
    fate: fc.constantFrom("dies before it", "dies after it", "lost", "reset", "throttled"),
  }),
  { nil: undefined },
);
const step: fc.Arbitrary<FlowStep> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("carry" as const), mishap }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "again" as const,
        "lose" as const,
        "sweep" as const,
        "undo" as const,
        "stop" as const,
        "resume" as const,
        "watch" as const,
        "act" as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "exempt" as const,
        "unexempt" as const,
        "mend" as const,
        "spoil" as const,
      ),
      volume,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      minutes: fc.constantFrom(1, 20, 45, 3000),
    }),
  },
);
const sequences: fc.Arbitrary<FlowSequence> = fc.record({
  port: fc.constantFrom<Port>("ledger", "ledger", "ledger", "durable"),
  pending: fc.nat(3),
  steps: fc.array(step, { minLength: 2, maxLength: 12 }),
});

test(`flows keep their promises in ${runs} sequences (FC_SEED=${seed})`, {
  timeout: Math.max(120_000, runs * 2000),
}, async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const model = new FlowModel(sequence);
      await model.sweep();
      for (const each of sequence.steps) await model.step(each);
      expect(await model.end()).toEqual([]);
    }),
    { seed, numRuns: runs },
  );
});
