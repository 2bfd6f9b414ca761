/**
 * An account with things that are wrong, and one trigger that is delivered to a test's automation
 * as often as it takes.
 */

import { callsBack } from "../../engine/run/way-back.ts";
import type { ActionRecord } from "../../ledger/actions.ts";
import { keys } from "../../ledger/keys.ts";
import type { Store } from "../../ledger/store.ts";
import { type Outgoing, runIn } from "../../messages/outgoing.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { itemsOf, messages, openIn, type TestDelivery } from "../../testing/delivery.ts";
import type { RecordedCall } from "../../testing/recorded-call.ts";
import { embedded, type TestAccount } from "./aws.ts";
import { makeGroups, retention, retentions } from "./retention.ts";
import { machines, startMachines, stopping } from "./stopping.ts";

/**
 * What is tested on: an automation, something that is wrong for it, and how that looks from
 * outside.
 */
export interface Subject {
  readonly unit: AnyAutomation;
  seed(aws: TestAccount, ...names: string[]): Promise<void>;
  /** By name. */
  look(aws: TestAccount): Promise<Record<string, unknown>>;
  readonly wrong: unknown;
  readonly right: unknown;
  /** The targets that a recorded request changes; none: it is no change. */
  changes(call: RecordedCall): readonly string[];
  /** The operation that takes the change back. */
  readonly back: string;
}

const parameters = ({ parameters: given }: RecordedCall) =>
  given as Readonly<Record<string, string>>;

export const subjects = {
  /** One call for each, by the proposal's own way back. */
  retention: {
    unit: retention,
    seed: makeGroups,
    look: retentions,
    wrong: null,
    right: 7,
    back: "DeleteRetentionPolicy",
    changes: (call) =>
      call.operation === "PutRetentionPolicy" ? [parameters(call).logGroupName ?? ""] : [],
  },
  /** One call for all, by the operation's inverse. */
  stopping: {
    unit: stopping,
    seed: startMachines,
    look: machines,
    wrong: "running",
    right: "stopped",
    back: "StartInstances",
    changes: (call) =>
      call.operation === "StopInstances"
        ? Object.entries(parameters(call)).flatMap(([name, id]) =>
            name.startsWith("InstanceId.") ? [id] : [],
          )
        : [],
  },
} satisfies Record<string, Subject>;

export const names = ["wrong-a", "wrong-b", "wrong-c"] as const;

/** @param wrong what is wrong in the account, beside one thing that is right */
export const prepare = (
  { unit, seed }: Subject,
  wrong: readonly string[] = names,
): Promise<TestDelivery> => open(unit, (aws) => seed(aws, ...wrong, "other"), {}, true);

/**
 * A new account with a ledger, and with what `seed` puts there.
 * @param quick whether the ledger is in memory, behind the same endpoint: most of a delivery's calls are the ledger's
 */
export async function open(
  unit: AnyAutomation,
  seed: (aws: TestAccount, ledger: Store) => Promise<unknown>,
  settings: Partial<UnitSettings> = {},
  quick = false,
): Promise<TestDelivery> {
  return openIn(await embedded(), unit, { seed, settings, quick });
}

export async function actions(
  { store, place }: Pick<TestDelivery, "store" | "place">,
  run: string,
): Promise<ActionRecord[]> {
  return (await itemsOf(store, keys.run("unit", place.unit, run).pk)).flatMap(({ type, body }) =>
    type === "action" ? [body as ActionRecord] : [],
  );
}

/** The runs that the unit has had, each once. */
async function runs({ store, place }: TestDelivery): Promise<string[]> {
  return [
    ...new Set(
      (await itemsOf(store, keys.runs("unit", place.unit))).map(
        ({ body }) => (body as { run: string }).run,
      ),
    ),
  ];
}

/** What a person would read, without times and counts of calls. */
const content = (message: Outgoing): string => {
  const { kind, title, severity, facts } = message;
  return JSON.stringify([
    kind,
    title,
    severity,
    facts,
    runIn(message)?.actions.map(({ id, outcome, held, error }) => [id, outcome, held?.by, error]),
  ]);
};

/**
 * Whether all is as after one clean delivery: the account is right, each target was changed once,
 * by one recorded action that can be taken back, all of it was told and nothing twice, and no lock
 * is left.
 * @param lost the requests that never arrived
 * @returns what is not so
 */
export async function problems(
  subject: Subject,
  delivery: TestDelivery,
  lost: ReadonlySet<number>,
): Promise<string[]> {
  const { aws, proxy, store, place } = delivery;
  const found: string[] = [];
  const check = (is: unknown, wanted: unknown, what: string) => {
    if (JSON.stringify(is) !== JSON.stringify(wanted))
      found.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(wanted)}`);
  };
  const state = await subject.look(aws);
  check(
    names.map((name) => state[name]),
    names.map(() => subject.right),
    "the account",
  );
  check(state.other, subject.wrong, "what was none of its business");

  const sent = Map.groupBy(
    proxy.calls.filter(({ index }) => !lost.has(index)).flatMap(subject.changes),
    (target) => target,
  );
  check(
    [...sent.values()].map((times) => times.length),
    names.map(() => 1),
    "effects on each target",
  );

  const recorded = (
    await Promise.all((await runs(delivery)).map((one) => actions(delivery, one)))
  ).flat();
  const done = recorded.filter(({ outcome }) => outcome === "applied" || outcome === "already");
  check(
    done.map(({ target }) => target).sort(),
    [...sent.keys()].sort(),
    "targets with an action that was done",
  );
  check(
    recorded.filter(({ outcome }) => outcome === "intended").map(({ id }) => id),
    [],
    "actions nobody knows the outcome of",
  );
  for (const one of done) {
    check(one.outcome, "applied", `${one.id}, which we did ourselves, is`);
    check(one.verified, true, `${one.id} is verified`);
    check(
      JSON.stringify(one.before) !== JSON.stringify(one.after),
      true,
      `${one.id} knows before and after`,
    );
    check(callsBack(subject.unit, one, one.at).length, 1, `calls that take back ${one.id}`);
  }

  const told = await messages(delivery);
  const byContent = Map.groupBy(told, content);
  check(
    [...byContent.values()].map((same) => new Set(same.map(({ id }) => id)).size),
    [...byContent.keys()].map(() => 1),
    "ids of each message",
  );
  check(new Set(told.map(({ id }) => id)).size, byContent.size, "messages with an id of their own");
  const toldOf = new Set(
    told.flatMap(
      (one) =>
        runIn(one)?.actions.flatMap(({ target, outcome }) =>
          outcome === "applied" ? [target] : [],
        ) ?? [],
    ),
  );
  check([...toldOf].sort(), [...sent.keys()].sort(), "changes that were told");

  check(
    (await itemsOf(store, keys.lock(place, "").pk)).map(({ sk }) => sk),
    [],
    "locks that are left",
  );
  const cap = (await store.get(keys.cap(place)))?.body as { count: number }[] | undefined;
  const counted = cap?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  if (counted < names.length)
    found.push(`${counted} changes counted against the cap, fewer than were made`);
  return found;
}
