/**
 * One sequence of what may happen to an automation, carried out in a world of its own, and what
 * must be true of it.
 */

import { removeExemption, writeExemption } from "../../engine/exempt.ts";
import { decideOn } from "../../engine/run/approve.ts";
import { createHost, type Host } from "../../engine/run/host.ts";

import { run } from "../../engine/run/run.ts";
import { undo } from "../../engine/run/undo.ts";
import { features } from "../../features.ts";
import { resetFailures } from "../../ledger/heartbeats.ts";
import type { Hold } from "../../ledger/holds.ts";
import { keys, type Place } from "../../ledger/keys.ts";
import type { StoredPlan } from "../../ledger/plans.ts";
import type { Start } from "../../ledger/start.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { noLog } from "../../sdk/log.ts";
import { after, minutes, type Span, seconds } from "../../sdk/time.ts";
import type { Mode } from "../../settings/mode.ts";
import { parseSettings } from "../../settings/parse.ts";
import { settingsOf } from "../../settings/settings.ts";
import type { Request } from "../../testing/memory/aws.ts";
import { takeUndoBack } from "../setup/take-undo-back.ts";
import { actionsIn, items, problemsIn } from "./ledger.ts";
import { type Subject, subjectOf, targetsOf } from "./subjects.ts";
import {
  account,
  clients,
  clock,
  type Effect,
  type Planned,
  type Process,
  region,
  store,
  World,
} from "./world.ts";

export type Step =
  | {
      readonly kind: "sweep" | "event";
      readonly times: number;
      readonly only: readonly number[];
      readonly faults: readonly Planned[];
    }
  | {
      readonly kind: "again" | "approve" | "undo" | "redo";
      readonly which: number;
      readonly faults: readonly Planned[];
    }
  | {
      readonly kind: "deny" | "echo" | "spoil" | "tag" | "untag" | "exempt" | "unexempt";
      readonly which: number;
    }
  | { readonly kind: "stop" | "resume" }
  | {
      readonly kind: "settings";
      readonly mode: Mode;
      readonly cap: number;
      readonly coolDown: Span;
    }
  | { readonly kind: "wait"; readonly span: Span }
  | { readonly kind: "together"; readonly steps: readonly Step[] };

export interface Sequence {
  readonly subject: string;
  readonly targets: number;
  readonly seed: number;
  readonly mode: Mode;
  readonly steps: readonly Step[];
}

/** What a process is allowed to, as it was when it began. */
interface Allowed {
  readonly start: Start | "undo";
  readonly mode: Mode;
  readonly cap: number;
}
/** When something was forbidden: the number of the call before it, and the time. */
interface Since {
  readonly step: number;
  readonly at: number;
}

const ann = `arn:aws:iam::${account}:user/ann`;
const life = minutes(15);
/**
 * A kill switch and an exemption must work within this, whatever was asked before, in milliseconds.
 */
const soon = 60_000;
const day = 86_400_000;
const base = parseSettings({ home: region, approvers: [ann] }, { features, units: [] });

export class Night {
  readonly world: World;
  readonly problems: string[] = [];
  readonly subject: Subject;
  readonly targets: readonly string[];
  readonly #place: Place;
  #settings: { mode: Mode; cap: number; coolDown: Span };
  readonly #allowed = new Map<Process, Allowed>();
  readonly #triggers = new Map<string, Start>();
  readonly #undos = new Set<string>();
  readonly #approvals = new Set<string>();
  readonly #redos = new Map<string, string>();
  readonly #tagged = new Map<string, Since>();
  readonly #exempt = new Map<string, Since>();
  #stopped: Since | undefined;
  #count = 0;

  constructor({ subject, targets, seed, mode }: Omit<Sequence, "steps">) {
    this.subject = subjectOf(subject);
    this.world = new World(seed, this.subject.unit.id);
    this.targets = targetsOf(subject, targets);
    for (const target of this.targets) this.subject.seed(this.world.aws, target);
    this.#place = { unit: this.subject.unit.id, account, region };
    this.#settings = { mode, cap: 25, coolDown: minutes(30) };
    this.world.onEffect = (effect) => this.#check(effect);
  }

  /** How many calls the longest process has made. */
  get longest(): number {
    return Math.max(0, ...[...this.#allowed.keys()].map(({ calls }) => calls));
  }

  /** The calls of the process that a trigger or an undo started last. */
  get requests(): readonly Request[] {
    return [...this.#allowed.keys()].at(-1)?.requests ?? [];
  }

  async step(step: Step): Promise<void> {
    const { world } = this;
    const { aws } = world;
    switch (step.kind) {
      case "sweep":
      case "event": {
        const key = `${step.kind}-${++this.#count}`;
        const only =
          step.kind === "event" ? [...new Set(step.only.map((at) => this.#target(at)))] : undefined;
        const start: Start = {
          kind: step.kind,
          key,
          region,
          at: new Date(world.now),
          ...(only && { only, actor: ann }),
        };
        for (let time = 0; time < step.times; time += 1)
          await this.#deliver(start, time ? [] : step.faults);
        return;
      }
      case "again": {
        const start = pick([...this.#triggers.values()], step.which);
        return start ? this.#deliver(start, step.faults) : undefined;
      }
      case "echo": {
        const effect = pick(world.effects, step.which);
        if (!effect) return;
        const actor = `arn:aws:iam::${account}:role/nightshift-${this.#place.unit}`;
        return this.#deliver(
          {
            kind: "event",
            key: `echo-${++this.#count}`,
            region,
            at: new Date(effect.at),
            only: [effect.target],
            actor,
          },
          [],
        );
      }
      case "approve": {
        const plan = pick(this.#plans(), step.which);
        return plan === undefined ? undefined : this.#approve(plan, step.faults);
      }
      case "deny": {
        const plan = pick(this.#plans(), step.which);
        return plan === undefined
          ? undefined
          : this.#person(
              async () =>
                void (await decideOn(store, base, {
                  plan,
                  verdict: "deny",
                  by: ann,
                  at: clock.now(),
                }).catch(refused)),
            );
      }
      case "undo": {
        const done = pick(
          actionsIn(aws, "unit").filter(({ outcome }) => outcome === "applied"),
          step.which >> 1,
        );
        return done && this.#undo(step.which % 2 ? done.id : done.run, step.faults);
      }
      case "redo": {
        const undone = pick(
          items(aws, "undone").filter(({ state }) => state === "undone"),
          step.which,
        );
        return (
          undone &&
          this.#redo(`${undone.pk.split("#of#")[1]}.undo`, `redo-${++this.#count}`, step.faults)
        );
      }
      case "spoil": {
        const target = this.#target(step.which);
        // Not while the ledger has an answer outstanding: whose effect it was could not be told
        // apart.
        if (items(aws, "lock").some(({ sk }) => sk === target)) return;
        return this.subject.spoil(aws, target);
      }
      case "tag":
        this.subject.tags(aws, this.#target(step.which))["nightshift:exempt"] = "reason=ours";
        this.#tagged.set(
          this.#target(step.which),
          this.#tagged.get(this.#target(step.which)) ?? this.#since(),
        );
        return;
      case "untag":
        delete this.subject.tags(aws, this.#target(step.which))["nightshift:exempt"];
        this.#tagged.delete(this.#target(step.which));
        return;
      case "exempt": {
        const target = this.#target(step.which);
        await this.#person(() =>
          writeExemption(store, [
            {
              account,
              region,
              target,
              until: "2030-01-01",
              owner: "ann",
              reason: "ours",
              from: null,
              by: ann,
              at: clock.now(),
            },
          ]),
        );
        return this.#exemptNow(target);
      }
      case "unexempt":
        await this.#person(() =>
          removeExemption(store, {
            target: this.#target(step.which),
            places: [this.#place],
            by: ann,
            at: clock.now(),
          }),
        );
        return this.#exemptNow(this.#target(step.which));
      case "stop":
        aws.killSwitch = "stop";
        this.#stopped ??= this.#since();
        return;
      case "resume":
        aws.killSwitch = "run";
        this.#stopped = undefined;
        return;
      case "settings":
        this.#settings = { mode: step.mode, cap: step.cap, coolDown: step.coolDown };
        return;
      case "wait":
        world.now += step.span.seconds * 1000;
        return;
      case "together":
        await Promise.all(step.steps.map((one) => this.step(one)));
    }
  }

  /** All that was begun comes again until it is done; then what must be so is looked for. */
  async settle(): Promise<string[]> {
    const { world, subject } = this;
    for (let round = 0; round < 4; round += 1) {
      for (const id of this.#undos) await this.#undo(id, []);
      for (const [id, key] of this.#redos) await this.#redo(id, key, []);
      for (const plan of this.#approvals) await this.#approve(plan, []);
      for (const [key, start] of this.#triggers)
        if (this.#claim(key) !== "finished") await this.#deliver(start, []);
      world.now += 20 * 60_000;
    }
    this.problems.push(...problemsIn(world.aws));
    for (const key of this.#triggers.keys())
      if (this.#claim(key) !== "finished") this.problems.push(`${key} was never finished`);
    for (const writer of ["unit", "undo"] as const) {
      const mine = (process: Process) =>
        (this.#allowed.get(process)?.start === "undo") === (writer === "undo");
      for (const target of this.targets) {
        const effects = world.effects.filter(
          (effect) => effect.target === target && mine(effect.process),
        ).length;
        const applied = actionsIn(world.aws, writer).filter(
          (one) => one.target === target && one.outcome === "applied",
        ).length;
        if (effects !== applied)
          this.problems.push(
            `${writer}: ${effects} effects on ${target}, and ${applied} applied actions`,
          );
      }
    }
    await this.#converge();
    for (const target of this.targets)
      if (subject.isWrong(world.aws, target) !== (this.#before.get(target) ?? false))
        this.problems.push(`in the end ${target} is ${subject.state(world.aws, target)}`);
    return this.problems;
  }

  readonly #before = new Map<string, boolean>();

  /**
   * With everything allowed, one sweep, and a person who approves what it asks, puts right what is
   * not left alone, and a second one changes nothing.
   */
  async #converge(): Promise<void> {
    const { world, subject } = this;
    await this.step({ kind: "resume" });
    await this.step({ kind: "settings", mode: "act", cap: 10_000, coolDown: seconds(0) });
    await this.#person(() => resetFailures(store, this.#place));
    for (const target of this.targets) {
      const left = this.#tagged.has(target) || this.#exempt.has(target) || this.#held(target);
      this.#before.set(target, Boolean(left) && subject.isWrong(world.aws, target));
    }
    await this.step({ kind: "sweep", times: 1, only: [], faults: [] });
    // What somebody changed back is asked about: a person asks anew, and says yes.
    const asking = { kind: "manual", region, at: new Date(world.now), by: ann } as const;
    await this.#deliver({ ...asking, key: `manual-${++this.#count}` }, []);
    for (const plan of this.#plans()) await this.#approve(plan, []);
    const { length } = world.effects;
    await this.step({ kind: "sweep", times: 1, only: [], faults: [] });
    if (world.effects.length !== length) this.problems.push("a second sweep changes something");
  }

  #check({ process, target, asked, at }: Effect): void {
    const allowed = this.#allowed.get(process);
    const wrong = (what: string) =>
      void this.problems.push(`${process.name} changed ${target}, ${what}`);
    if (!allowed) return void wrong("and may not");
    const { start, mode, cap } = allowed;
    const forbids = (since: Since | undefined, by: string, what: string) => {
      if (!since) return;
      if ((asked.get(by) ?? 0) > since.step) wrong(`although it had seen that ${what}`);
      if (at - since.at > soon) wrong(`${(at - since.at) / 1000} s after ${what}`);
    };
    forbids(this.#stopped, "switch", "the kill switch is on");
    if (start === "undo") return;
    forbids(this.#tagged.get(target), this.subject.asksTags(target), "it is exempt by tag");
    forbids(
      this.#isExempt(target) ? this.#exempt.get(target) : undefined,
      "ledger",
      "it is exempt",
    );
    if (mode === "watch") wrong("in watch");
    if (start.key.startsWith("echo-")) wrong("for an echo");
    const decided = start.kind === "decision";
    if (mode === "ask" && !decided) wrong("unasked");
    if (start.kind === "decision") {
      const verdict = items(this.world.aws, "decision").find(
        ({ pk }) => pk === keys.decision(start.plan ?? "").pk,
      )?.state;
      if (verdict !== "approve") wrong(`for a plan with the verdict ${verdict}`);
      if (!start.only?.includes(target)) wrong("which the plan does not name");
    }
    const hold = this.#held(target);
    if (
      hold &&
      items(this.world.aws, "undone").some(
        ({ pk, state }) =>
          pk === keys.undone(this.#place.unit, hold.action).pk && state === "undone",
      )
    )
      wrong("which was undone");
    if (decided) return;
    const free = (one: Effect) => {
      const by = this.#allowed.get(one.process)?.start;
      return by !== undefined && by !== "undo" && by.kind !== "decision";
    };
    const lately = this.world.effects.filter((one) => one.at > at - day && free(one)).length;
    if (lately > cap) wrong(`the ${lately}th of a day, with a cap of ${cap}`);
  }

  #isExempt(target: string): boolean {
    const { pk, sk } = keys.exemption(this.#place, target);
    return this.world.aws.table.get(pk, sk) !== undefined;
  }

  /** By the ledger: two people may have said different things at once. */
  #exemptNow(target: string): void {
    if (!this.#isExempt(target)) this.#exempt.delete(target);
    else if (!this.#exempt.has(target)) this.#exempt.set(target, this.#since());
  }

  #held(target: string): Hold | undefined {
    const { pk } = { pk: keys.holds(this.#place) };
    return items(this.world.aws, "hold")
      .filter((one) => one.pk === pk)
      .map(({ body }) => body as Hold)
      .find((one) => one.target === target && one.until.getTime() > this.world.now);
  }

  #since = (): Since => ({ step: this.world.step, at: this.world.now });
  #target = (at: number): string => this.targets[at % this.targets.length] ?? "";
  #claim = (key: string): string | undefined => {
    const { pk, sk } = keys.claim(this.#place, key);
    return this.world.aws.table.get(pk, sk)?.state?.S;
  };

  #host(): Host {
    const { mode, cap, coolDown } = this.#settings;
    const settings = {
      ...settingsOf(base, this.subject.unit, [this.#place.unit]),
      config: { ...this.subject.config },
      mode,
      coolDown,
      caps: { changes: cap, percent: 100, floor: cap },
    };
    return createHost({
      account,
      settings,
      clock,
      clients,
      store,
      log: noLog,
      deadline: after(clock.now(), life),
    });
  }

  /** @returns whether it came to an end, well or badly */
  async #process(
    name: string,
    start: Start | "undo",
    faults: readonly Planned[],
    act: (host: Host) => Promise<unknown>,
  ): Promise<boolean> {
    const ended = await this.world.process(name, faults, async (process) => {
      this.#allowed.set(process, { start, mode: this.#settings.mode, cap: this.#settings.cap });
      try {
        await act(this.#host());
        return true;
      } catch (error) {
        if (error instanceof TypeError || error instanceof RangeError)
          this.problems.push(`${name}: ${error.stack}`);
        return false;
      }
    });
    return ended === true;
  }

  #person = async (act: () => Promise<unknown>): Promise<void> =>
    void (await this.world.process("a person", [], act));

  async #deliver(start: Start, faults: readonly Planned[]): Promise<void> {
    this.#triggers.set(start.key, start);
    await this.#process(start.key, start, faults, (host) => run(this.subject.unit, start, host));
  }

  async #undo(id: string, faults: readonly Planned[]): Promise<void> {
    this.#undos.add(id);
    let busy = false;
    const ended = await this.#process(`undo of ${id}`, "undo", faults, async (host) => {
      const takeBack = (confirms?: string) =>
        undo(this.subject.unit, id, { by: ann, confirms }, host);
      const shown = await takeBack();
      const { actions } = shown.confirm === undefined ? shown : await takeBack(shown.confirm);
      // Told so, a person asks again later.
      busy = actions.some(({ held, outcome }) => held?.by === "lock" || outcome === "failed");
    });
    if (ended && !busy) this.#undos.delete(id);
  }

  async #redo(id: string, key: string, faults: readonly Planned[]): Promise<void> {
    this.#redos.set(id, key);
    let starts: readonly Start[] = [];
    const person = await this.#process(`redo of ${id}`, "undo", faults, async () => {
      starts = await takeUndoBack(store, { id, by: ann, key, at: clock.now() });
    });
    if (person) this.#redos.delete(id);
    for (const start of starts) await this.#deliver(start, faults);
  }

  #plans(): string[] {
    return items(this.world.aws, "plan").map(({ sk }) => sk);
  }

  async #approve(id: string, faults: readonly Planned[]): Promise<void> {
    this.#approvals.add(id);
    let plan: StoredPlan | undefined;
    const ended = await this.world.process(`approval of ${id}`, faults, async () => {
      plan = (
        await decideOn(store, base, {
          plan: id,
          verdict: "approve",
          by: ann,
          at: clock.now(),
        }).catch(refused)
      )?.plan;
      return true;
    });
    if (!ended) return;
    this.#approvals.delete(id);
    if (plan)
      await this.#deliver(
        {
          kind: "decision",
          key: `decision#${id}`,
          region,
          at: new Date(this.world.now),
          plan: id,
          only: plan.proposals.map(({ target }) => target),
        },
        faults,
      );
  }
}

/** Too late, or decided on already: an answer, not a failure. */
function refused(error: unknown): undefined {
  if (!(error instanceof NotPossible)) throw error;
}
const pick = <T>(from: readonly T[], which: number): T | undefined =>
  from[which % Math.max(1, from.length)];

/** @returns what is wrong: nothing */
export async function carryOut(sequence: Sequence): Promise<string[]> {
  const night = new Night(sequence);
  for (const step of sequence.steps) await night.step(step);
  return night.settle();
}
