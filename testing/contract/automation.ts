/** What every automation owes, tried on its fixture in the embedded AWS. */
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { workplaceOf } from "../../engine/run/attempt.ts";
import { planRun } from "../../engine/run/plan.ts";
import { undo } from "../../engine/run/undo.ts";
import { undoWrites } from "../../engine/run/way-back.ts";
import { noMetrics } from "../../handlers/app/metrics.ts";
import { unitFunction } from "../../handlers/app/unit.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import { runIn } from "../../messages/outgoing.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { parse, same, serialise } from "../../sdk/codec.ts";
import { isFlow } from "../../sdk/flow.ts";
import { matchesPattern } from "../../sdk/pattern.ts";
import { days, hours, minutes } from "../../sdk/time.ts";
import { contextOf, keptLog } from "../context.ts";
import { countedBefore } from "../counted.ts";
import { messages, nextSweep, openIn, type TestDelivery } from "../delivery.ts";
import type { Fault } from "../fault-proxy.ts";
import type { AutomationFixture } from "../fixture.ts";
import { clientsOf } from "../host.ts";
import type { RecordedCall } from "../recorded-call.ts";
import { identifyNobody } from "../signatures.ts";
import type { Bench } from "./bench.ts";
import { isOurs, made, operationsOf, writesMade } from "./made.ts";
import { readable } from "./readable.ts";

/** An automation with what it is tried on. */
interface Trial {
  readonly unit: AnyAutomation;
  readonly fixture: AutomationFixture;
  readonly bench: Bench;
}

const call = z.strictObject({
  operation: z.string().check(z.regex(/^((elsewhere:)?[a-z0-9-]+:[A-Z]\w+|flow:[a-z0-9-]+)$/)),
  input: z.record(z.string(), z.unknown()),
});
const back = z.union([
  call,
  z.array(call),
  z.strictObject({ operation: z.string(), input: z.null() }),
  z.strictObject({ irreversible: z.string() }),
]);
const change = z.strictObject({
  field: z.nullable(z.string()),
  before: z.string(),
  after: z.string(),
});
/** What a plan holds: a contract. */
const planned = z.strictObject({
  automation: z.string(),
  account: z.string().check(z.regex(/^\d{12}$/)),
  region: z.string(),
  at: z.strictObject({ $date: z.iso.datetime() }),
  found: z.int(),
  hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  proposals: z.array(
    z.strictObject({
      target: z.string().check(z.minLength(1)),
      because: z.string().check(z.minLength(10)),
      call,
      undo: back,
      savesPerMonth: z.nullable(z.number().check(z.nonnegative())),
      // Beside it nothing is said to be saved.
      unpriced: z.optional(z.literal(true)),
      held: z.nullable(z.strictObject({ by: z.string(), why: z.string().check(z.minLength(10)) })),
      name: z.optional(z.string().check(z.minLength(1))),
      // What a person is shown; whoever sees none does not know what it changes.
      changes: z.array(change).check(z.minLength(1)),
    }),
  ),
  unjudged: z.optional(
    z.strictObject({
      count: z.int().check(z.gte(1)),
      targets: z.array(
        z.strictObject({
          target: z.string().check(z.minLength(1)),
          within: z.nullable(z.string()),
          why: z.string().check(z.minLength(10)),
        }),
      ),
    }),
  ),
});

async function opened({ unit, fixture, bench }: Trial): Promise<TestDelivery> {
  const aws = await bench.account();
  const caps = { changes: 100, percent: 100, floor: 100 };
  const delivery = await openIn(aws, unit, {
    seed: fixture.seed,
    settings: { ...fixture.settings, caps },
  });
  onTestFinished(() => delivery.close());
  await countedBefore(workplaceOf(unit, aws.region, delivery.host()), fixture.counted);
  delivery.proxy.reset();
  return delivery;
}

/** What takes back what flows wrote. */
const backOfFlows = ({ writes }: AnyAutomation) =>
  writes.filter(isFlow).flatMap((flow) => flow.writes.flatMap(({ undoneBy }) => [...undoneBy]));

/** Its own, and those of its flows. */
const readsOf = ({ reads, writes }: AnyAutomation) => [
  ...reads,
  ...writes.filter(isFlow).flatMap((flow) => [...flow.reads]),
];

const pick = <T>(state: Readonly<Record<string, T>>, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, state[name]]));
const others = (state: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.keys(state).filter((name) => !names.includes(name));
const applied = ({ actions }: { readonly actions: readonly { readonly outcome: string }[] }) =>
  actions.filter(({ outcome }) => outcome === "applied").length;
const holders = (results: readonly { readonly held: { readonly by: string } | null }[]) =>
  results.flatMap(({ held }) => (held ? [held.by] : [])).sort();

/** A recorded call is known by its operation alone, and its way back by that. */
function writesContract({ unit }: Trial): void {
  test("declares each operation that it writes by once: an undo would take the first one's way back for all", () => {
    const lists = [unit.writes, ...unit.writes.filter(isFlow).map(({ writes }) => writes)];
    const twice = lists.flatMap((writes) =>
      writes
        .map(({ operation }) => operation)
        .filter((operation, at, all) => all.indexOf(operation) !== at),
    );
    expect(twice, "one write, whose inverse tells by its input what it takes back").toEqual([]);
  });
}

/** It knows where the events of its triggers point. */
function hintsContract({ unit }: Trial, events: ReadonlyMap<string, object>): void {
  const triggers = unit.on.filter((trigger) => trigger.kind === "event");
  if (triggers.length)
    test("is told by a sample event of each of its triggers where to look", () => {
      for (const trigger of triggers) {
        const fitting = [...events].filter(([, event]) => matchesPattern(trigger.pattern, event));
        const pattern = JSON.stringify(trigger.pattern);
        expect(fitting.length, `put an event like ${pattern} into events/`).toBeGreaterThan(0);
        for (const [file, event] of fitting)
          expect(
            trigger.only((event as { detail: unknown }).detail).length,
            `targets that events/${file} points to`,
          ).toBeGreaterThan(0);
      }
    });
}

async function plansOnly(trial: Trial): Promise<void> {
  const { unit, fixture } = trial;
  const delivery = await opened(trial);
  const before = await fixture.look(delivery.aws, delivery.store);
  const result = await planRun(unit, delivery.start, delivery.host());
  expect(planned.safeParse(JSON.parse(serialise(result))).error?.issues).toBeUndefined();
  expect(parse(serialise(result))).toEqual(result);
  const free = result.proposals.filter(({ held }) => !held);
  expect(free.length, "proposals that nothing holds").toBeGreaterThanOrEqual(fixture.wrong.length);
  expect(holders(result.proposals)).toEqual(Object.values(fixture.held).sort());
  expect(await fixture.look(delivery.aws, delivery.store)).toEqual(before);
  expect(
    made(delivery.proxy.calls).difference(operationsOf(unit.reads)),
    "calls that it makes and does not declare among its reads",
  ).toEqual(new Set());
}

/** The run changed what is wrong, and nothing else, by what is declared. */
async function putsRight({ unit, fixture }: Trial, delivery: TestDelivery): Promise<RunResult> {
  const { aws, proxy, store } = delivery;
  const before = await fixture.look(aws, store);
  const decoys = others(before, fixture.wrong);
  const run = await delivery.ended(await delivery.deliver());
  expect(
    run.actions
      .filter(({ outcome }) => outcome !== "held")
      .every(({ outcome, verified }) => outcome === "applied" && verified),
  ).toBe(true);
  expect(holders(run.actions)).toEqual(Object.values(fixture.held).sort());

  const after = await fixture.look(aws, store);
  expect(pick(after, decoys)).toEqual(pick(before, decoys));
  for (const name of fixture.wrong) expect([name, after[name]]).not.toEqual([name, before[name]]);
  expect(
    made(proxy.calls).difference(
      operationsOf([...readsOf(unit), ...unit.writes, ...backOfFlows(unit)]),
    ),
    "calls that it makes and does not declare",
  ).toEqual(new Set());
  expect(
    operationsOf(unit.writes).difference(made(proxy.calls)),
    "writes that it declares and never proposes: take them out of `writes`, or seed what needs them",
  ).toEqual(new Set());
  return run;
}

/** What cannot be taken back says so, and nothing is tried. */
async function isRefused(
  takeBack: () => Promise<RunResult>,
  { proxy }: TestDelivery,
): Promise<void> {
  const { actions } = await takeBack();
  expect(actions.map(({ outcome, error }) => [outcome, error])).toEqual(
    actions.map(() => ["failed", readable]),
  );
  expect(made(proxy.calls), "calls of an undo that is refused").toEqual(new Set());
}

/** Targets of changes that nothing takes back, beside others that can be. */
function lastingOf(unit: AnyAutomation, { actions }: RunResult): ReadonlySet<string> {
  const never = new Set(
    unit.writes.flatMap(({ operation, back: way }) => (way === "never" ? [operation] : [])),
  );
  return new Set(
    actions.flatMap(({ outcome, target, call: { operation } }) =>
      outcome === "applied" && never.has(operation) ? [target] : [],
    ),
  );
}

function partition<T>(all: readonly T[], is: (each: T) => boolean): readonly [T[], T[]] {
  return [all.filter(is), all.filter((each) => !is(each))];
}

async function putsRightAndBack(trial: Trial): Promise<void> {
  const { unit, fixture } = trial;
  const delivery = await opened(trial);
  const { aws, proxy } = delivery;
  const before = await fixture.look(aws, delivery.store);
  const run = await putsRight(trial, delivery);
  await delivery.later(hours(2));
  const again = await planRun(unit, nextSweep(delivery), delivery.host());
  expect(
    again.proposals.filter(({ held }) => !held),
    "proposals right after all was put right",
  ).toEqual([]);

  proxy.reset();
  const takeBack = (confirms?: string) =>
    undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  if (unit.writes.every(({ back: way }) => way === "never")) return isRefused(takeBack, delivery);
  const asked = await takeBack();
  // Of a flow CloudTrail cannot tell: a person confirms what they are shown.
  const undone = asked.confirm === undefined ? asked : await takeBack(asked.confirm);
  const lasting = lastingOf(unit, run);
  const [stays, comesBack] = partition(undone.actions, ({ target }) => lasting.has(target));
  expect(comesBack.map(({ outcome, verified, error }) => [outcome, verified, error])).toEqual(
    comesBack.map(() => ["applied", true, null]),
  );
  expect(stays.map(({ outcome, error }) => [outcome, error])).toEqual(
    stays.map(() => ["failed", readable]),
  );
  const after = await fixture.look(aws, delivery.store);
  const gone = lasting.size ? Object.keys(before).filter((name) => !(name in after)) : [];
  expect(gone.length, "what cannot be taken back").toBe(lasting.size);
  const restored = pick(before, others(before, gone));
  expect(after).toEqual(restored);
  expect(
    made(proxy.calls).difference(operationsOf([...unit.reads, ...undoWrites(unit)])),
    "calls of the undo that are not declared",
  ).toEqual(new Set());

  // Two sweeps later it is still as it was.
  for (const key of ["slot-3", "slot-4"]) {
    await delivery.later(days(1));
    expect(applied(await delivery.deliver({ start: { ...delivery.start, key } }))).toBe(0);
  }
  expect(await fixture.look(aws, delivery.store)).toEqual(restored);
}

type Which = (call: RecordedCall) => boolean;
type Mishap = readonly [words: string, fault: Fault, which: Which];

const mishaps = ({ unit }: Trial): Mishap[] => {
  const operations = writesMade(unit.writes);
  const changes: Which = ({ service, operation }) => operations.has(`${service}:${operation}`);
  const throttled: Mishap = [
    "throttled at each of its own operations",
    "throttled",
    (request) => !isOurs(request),
  ];
  // What only says in the ledger what it saw has no change in AWS that could go wrong.
  if (!operations.size) return [throttled];
  return [
    throttled,
    ["denied its change", "denied", changes],
    ["killed before its change", "killed", changes],
    ["killed after its change", "killedAfter", changes],
  ];
};

/** What is made anew has another id. */
const withoutIds = (state: unknown) =>
  JSON.parse(serialise(state).replace(/\b(i|vol|sg|subnet)-[0-9a-f]+/g, "$1-…"));

interface End {
  readonly run: RunResult;
  readonly state: unknown;
}

/**
 * What failed twice is not begun again by a sweep for a day: then a person starts it, who knows what
 * was mended.
 */
const startAfter = (delivery: TestDelivery, runs: number): Start => ({
  ...nextSweep(delivery, runs),
  ...(runs > 1 && { kind: "manual" }),
});

/**
 * The runs that it takes. A flow that failed is begun again by the next sweep, not by the same one;
 * what did not fail is then done already. Each of its operations may fail once, and then none.
 */
async function resultsOf(delivery: TestDelivery, { unit }: Trial): Promise<RunResult[]> {
  const results = [await delivery.ended(await delivery.insist())];
  const most = unit.writes.some(isFlow) ? operationsOf(unit.writes).size + 1 : 1;
  while (results.at(-1)?.outcome === "failed" && results.length < most)
    results.push(
      await delivery.ended(await delivery.deliver({ start: startAfter(delivery, results.length) })),
    );
  return results;
}

async function endsAs(wanted: End, trial: Trial, [, fault, which]: Mishap): Promise<void> {
  const delivery = await opened(trial);
  const seen = new Set<string>();
  // Each operation once; what dies dies once.
  const nameOf = ({ operation }: RecordedCall) => (fault.startsWith("killed") ? "" : operation);
  delivery.proxy.fault((request) => which(request) && !seen.has(nameOf(request)), fault, {
    onFault: (request) => seen.add(nameOf(request)),
  });
  await delivery
    .deliver()
    .then(delivery.ended)
    .catch(() => {});
  delivery.proxy.revive();
  expect(seen.size).toBeGreaterThan(0);
  await delivery.later(minutes(20));
  const results = await resultsOf(delivery, trial);
  const done = results.reduce((sum, result) => sum + applied(result), 0);
  expect([results.at(-1)?.outcome, done]).toEqual([wanted.run.outcome, applied(wanted.run)]);
  expect(withoutIds(await trial.fixture.look(delivery.aws, delivery.store))).toEqual(
    withoutIds(wanted.state),
  );
  const actions = (await messages(delivery)).flatMap((message) => runIn(message)?.actions ?? []);
  const told = new Set(actions.filter(({ outcome }) => outcome === "applied").map(({ id }) => id));
  expect(told.size).toBe(done);
}

function mishapsContract(trial: Trial): void {
  let clean: Promise<End> | undefined;
  /** How it ends where nothing goes wrong: once for all that can. */
  const cleanly = (): Promise<End> => {
    clean ??= opened(trial).then(async (delivery) => ({
      run: await delivery.ended(await delivery.deliver()),
      state: await trial.fixture.look(delivery.aws, delivery.store),
    }));
    return clean;
  };
  if (trial.unit.writes.length)
    test.each<Mishap>(mishaps(trial))("%s, it ends as without that", async (...mishap) =>
      endsAs(await cleanly(), trial, mishap),
    );
}

async function actsWhereItPoints(
  trial: Trial,
  { of, wrong }: NonNullable<AutomationFixture["event"]>,
): Promise<void> {
  const { look } = trial.fixture;
  const delivery = await opened(trial);
  const { aws } = delivery;
  const before = await look(aws, delivery.store);
  const { clock, settings } = delivery.host();
  const handle = unitFunction(
    {
      clock,
      clients: clientsOf(aws, clock),
      log: keptLog().log,
      metrics: noMetrics,
      identify: identifyNobody,
    },
    trial.unit,
    settings,
  );
  const event = { ...(await of(aws)), account: aws.account, region: aws.region };
  const { runs } = await handle(event, contextOf(aws));
  // It may point at what is in order: that something is in use again is worth a look too.
  expect(runs.map(({ outcome }) => outcome)).toEqual([wrong.length > 0 ? "done" : "nothing"]);
  const after = await look(aws, delivery.store);
  expect(Object.keys(before).filter((name) => !same(before[name], after[name]))).toEqual(wrong);
}

/** A flow that is denied each of its operations in turn begins as often. */
const patienceOf = ({ unit }: Trial): number => (unit.writes.some(isFlow) ? 240_000 : 60_000);

/** Registers the tests. */
export function automationContract(trial: Trial, events: ReadonlyMap<string, object>): void {
  const { mishaps: which } = trial.bench;
  if (which === "alone")
    return void describe("on its fixture", { timeout: 600_000 }, () => mishapsContract(trial));
  writesContract(trial);
  hintsContract(trial, events);
  describe("on its fixture", { timeout: patienceOf(trial) }, () => {
    test("plans what is wrong, in the JSON that is promised, and nothing else; planning changes nothing", () =>
      plansOnly(trial));
    test("puts right what is wrong, leaves the decoys, proposes nothing more, and can be taken back field by field", () =>
      putsRightAndBack(trial));
    if (which !== "none") mishapsContract(trial);
    const { event } = trial.fixture;
    if (trial.unit.on.some(({ kind }) => kind === "event"))
      test("acts on an event where that points, and nowhere else", async () => {
        if (!event)
          throw new Error("fixture.ts lacks `event`: one as AWS sends it, and what it points to");
        await actsWhereItPoints(trial, event);
      });
  });
}
