import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { planRun } from "../engine/run/plan.ts";
import { undo } from "../engine/run/undo.ts";
import { undoWrites } from "../engine/run/way-back.ts";
import { sample, samples } from "../events/samples.ts";
import { registry } from "../functions/registry.ts";
import { noMetrics } from "../handlers/app/metrics.ts";
import { fits } from "../handlers/app/signals.ts";
import { unitHandler } from "../handlers/app/unit.ts";
import { unwrap } from "../ingest/envelope.ts";
import type { RunResult } from "../ledger/result.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import { parse, same, serialise } from "../sdk/codec.ts";
import { matchesPattern } from "../sdk/pattern.ts";
import type { AnyReport } from "../sdk/report.ts";
import type { AnySignal } from "../sdk/signal.ts";
import { days, hours, minutes } from "../sdk/time.ts";
import { contextOf, keptLog } from "../testing/context.ts";
import { type Delivery, messages, nextSweep } from "../testing/delivery.ts";
import { type Fault, startFaultProxy } from "../testing/fault-proxy.ts";
import { clientsOf, deployed, hostOf, testSettings } from "../testing/host.ts";
import type { RecordedCall } from "../testing/recorded-call.ts";
import type { Fixture, ReportFixture } from "./contract/fixture.ts";
import { embedded } from "./setup/aws.ts";
import { open } from "./setup/delivery.ts";

const root = join(import.meta.dirname, "..");
type AnyUnit = AnyAutomation | AnyReport | AnySignal;
const units = (await Promise.all(Object.values(registry).map((load) => load()))).map(
  ({ default: unit }) => unit as unknown as AnyUnit,
);
const automations = units.filter((unit) => unit.kind === "automation");
const reports = units.filter((unit) => unit.kind === "report");
const signals = units.filter((unit) => unit.kind === "signal");
const fixtures = new Map(
  await Promise.all(
    [...automations, ...reports].map(
      async ({ id }) =>
        [
          id,
          ((await import(`./contract/${id}.ts`)) as { fixture: Fixture & ReportFixture }).fixture,
        ] as const,
    ),
  ),
);
const fixtureOf = (id: string): Fixture & ReportFixture => {
  const found = fixtures.get(id);
  if (!found) throw new Error(`${id} has no fixture in test/contract/`);
  return found;
};

const files = readdirSync(join(root, "functions"), { recursive: true, encoding: "utf8" });
const sourceOf = (id: string) =>
  files.filter((path) => new RegExp(`^[a-z-]+/${id}/index\\.ts$`).test(path));

describe.each(units.map((unit) => [unit.id, unit] as const))("%s", (id, unit) => {
  test("is a file of its own that begins with what it does and why, beside its test", () => {
    const [path = "", ...more] = sourceOf(id);
    expect(more).toEqual([]);
    expect(path.split("/")[0]).toBe(unit.family);
    expect(readFileSync(join(root, "functions", path), "utf8")).toMatch(
      /^\/\*\*\n?[\s\S]{80,}?\*\//,
    );
    expect(existsSync(join(root, "functions", path.replace(/\.ts$/, ".test.ts")))).toBe(true);
  });
  test("says in one sentence what it does", () =>
    expect(unit.summary).toMatch(/^[A-Z][^.\n]{15,120}$/));
  test("needs no config, describes every key of it, and refuses a misspelt one", () => {
    expect(unit.config.safeParse({}).success).toBe(true);
    expect(unit.config.safeParse({ confg: 1 }).success).toBe(false);
    const schema = z.toJSONSchema(unit.config, { io: "input" }) as {
      properties?: Record<string, { description?: string }>;
    };
    expect(
      Object.entries(schema.properties ?? {}).flatMap(([key, { description }]) =>
        description ? [] : [key],
      ),
    ).toEqual([]);
  });
});

const operationsOf = (declared: readonly { operation: string }[]) =>
  new Set(declared.map(({ operation }) => operation));
/** What the ledger and the kill switch take. */
const isOurs = ({ service }: RecordedCall) => service === "dynamodb" || service === "ssm";
const made = (calls: readonly RecordedCall[]) =>
  new Set(
    calls
      .filter((call) => !isOurs(call))
      .map(({ service, operation }) => `${service}:${operation}`),
  );

const call = z.strictObject({
  operation: z.string().check(z.regex(/^[a-z0-9]+:[A-Z]\w+$/)),
  input: z.record(z.string(), z.unknown()),
});
const back = z.union([
  call,
  z.array(call),
  z.strictObject({ operation: z.string(), input: z.null() }),
  z.strictObject({ irreversible: z.string() }),
]);
/** The JSON of `npx nightshift plan`: a contract. */
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
      held: z.nullable(z.strictObject({ by: z.string(), why: z.string().check(z.minLength(10)) })),
    }),
  ),
});

async function opened(unit: AnyAutomation): Promise<Delivery> {
  const { seed, settings } = fixtureOf(unit.id);
  const delivery = await open(unit, seed, {
    ...settings,
    caps: { changes: 100, percent: 100, floor: 100 },
  });
  onTestFinished(() => delivery.close());
  return delivery;
}
const pick = <T>(state: Readonly<Record<string, T>>, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, state[name]]));
const others = (state: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.keys(state).filter((name) => !names.includes(name));
const applied = ({ actions }: { readonly actions: readonly { readonly outcome: string }[] }) =>
  actions.filter(({ outcome }) => outcome === "applied").length;

describe.each(automations.map((unit) => [unit.id, unit] as const))(
  "the automation %s",
  { timeout: 60_000 },
  (_, unit) => {
    const fixture = fixtureOf(unit.id);

    test("is told by each sample event of its triggers where to look", () => {
      const triggers = unit.on.filter((trigger) => trigger.kind === "event");
      const pointed = triggers.map((trigger) => {
        const fitting = samples
          .map((path) => sample(path))
          .filter((event) => matchesPattern(trigger.pattern, event));
        return fitting.map(
          (event) => trigger.only((event as { detail: unknown }).detail).length > 0,
        );
      });
      expect(pointed.filter((of) => of.length === 0 || of.includes(false))).toEqual([]);
    });

    test("plans what is wrong, in the JSON that is promised, and nothing else; planning changes nothing", async () => {
      const delivery = await opened(unit);
      const before = await fixture.look(delivery.aws);
      const result = await planRun(unit, delivery.start, delivery.host());
      expect(planned.safeParse(JSON.parse(serialise(result))).error?.issues).toBeUndefined();
      expect(parse(serialise(result))).toEqual(result);
      const free = result.proposals.filter(({ held }) => !held);
      expect(free.length).toBeGreaterThanOrEqual(fixture.wrong.length);
      expect(result.proposals.flatMap(({ held }) => (held ? [held.by] : [])).sort()).toEqual(
        Object.values(fixture.held).sort(),
      );
      expect(await fixture.look(delivery.aws)).toEqual(before);
      expect(made(delivery.proxy.calls).difference(operationsOf(unit.reads))).toEqual(new Set());
    });

    test("puts right what is wrong, leaves the decoys, proposes nothing more, and can be taken back field by field", async () => {
      const delivery = await opened(unit);
      const { aws, proxy } = delivery;
      const before = await fixture.look(aws);
      const decoys = others(before, fixture.wrong);
      const run = await delivery.deliver();
      expect(
        run.actions
          .filter(({ outcome }) => outcome !== "held")
          .every(({ outcome, verified }) => outcome === "applied" && verified),
      ).toBe(true);
      expect(run.actions.flatMap(({ held }) => (held ? [held.by] : [])).sort()).toEqual(
        Object.values(fixture.held).sort(),
      );

      const after = await fixture.look(aws);
      expect(pick(after, decoys)).toEqual(pick(before, decoys));
      for (const name of fixture.wrong)
        expect([name, after[name]]).not.toEqual([name, before[name]]);
      // Only what is declared was asked of AWS, and all that is declared to change was needed.
      expect(made(proxy.calls).difference(operationsOf([...unit.reads, ...unit.writes]))).toEqual(
        new Set(),
      );
      expect(operationsOf(unit.writes).difference(made(proxy.calls))).toEqual(new Set());

      await delivery.later(hours(2));
      const again = await planRun(unit, nextSweep(delivery), delivery.host());
      expect(again.proposals.filter(({ held }) => !held)).toEqual([]);

      proxy.reset();
      const undone = await undo(unit, run.id, "ann", delivery.host());
      expect(
        undone.actions.map(({ outcome, verified, error }) => [outcome, verified, error]),
      ).toEqual(undone.actions.map(() => ["applied", true, null]));
      expect(await fixture.look(aws)).toEqual(before);
      expect(
        made(proxy.calls).difference(operationsOf([...unit.reads, ...undoWrites(unit)])),
      ).toEqual(new Set());

      // Two sweeps later it is still as it was.
      for (const key of ["slot-3", "slot-4"]) {
        await delivery.later(days(1));
        expect(applied(await delivery.deliver({ start: { ...delivery.start, key } }))).toBe(0);
      }
      expect(await fixture.look(aws)).toEqual(before);
    });

    let clean: Promise<{ readonly run: RunResult; readonly state: unknown }> | undefined;
    /** How it ends where nothing goes wrong: once for all that can. */
    const cleanly = () => {
      clean ??= opened(unit).then(async (delivery) => ({
        run: await delivery.deliver(),
        state: await fixture.look(delivery.aws),
      }));
      return clean;
    };

    test.each<[string, Fault, (call: RecordedCall) => boolean]>([
      ["throttled at each of its own operations", "throttled", (one) => !isOurs(one)],
      [
        "denied its change",
        "denied",
        ({ service, operation }) => operationsOf(unit.writes).has(`${service}:${operation}`),
      ],
      [
        "killed before its change",
        "killed",
        ({ service, operation }) => operationsOf(unit.writes).has(`${service}:${operation}`),
      ],
      [
        "killed after its change",
        "killedAfter",
        ({ service, operation }) => operationsOf(unit.writes).has(`${service}:${operation}`),
      ],
    ])("%s, it ends as without that", async (_, fault, which) => {
      const delivery = await opened(unit);
      const seen = new Set<string>();
      // Each operation once; what dies dies once.
      const first = (one: RecordedCall) =>
        which(one) && !seen.has(fault.startsWith("killed") ? "" : one.operation);
      delivery.proxy.fault(first, fault, {
        onFault: (one) => seen.add(fault.startsWith("killed") ? "" : one.operation),
      });
      await delivery.deliver().catch(() => {});
      delivery.proxy.revive();
      expect(seen.size).toBeGreaterThan(0);
      await delivery.later(minutes(20));
      const [wanted, result] = [await cleanly(), await delivery.insist()];
      expect([result.outcome, applied(result)]).toEqual([wanted.run.outcome, applied(wanted.run)]);
      const without = (state: unknown) =>
        JSON.parse(serialise(state).replace(/\b(i|vol|sg|subnet)-[0-9a-f]+/g, "$1-…"));
      expect(without(await fixture.look(delivery.aws))).toEqual(without(wanted.state));
      const told = new Set(
        (await messages(delivery)).flatMap(
          ({ run }) =>
            run?.actions.flatMap(({ id, outcome }) => (outcome === "applied" ? [id] : [])) ?? [],
        ),
      );
      expect(told.size).toBe(applied(result));
    });
  },
);

const listening = automations.filter(({ on }) => on.some(({ kind }) => kind === "event"));
test.each(listening.map((unit) => [unit.id, unit] as const))(
  "%s acts on an event where that points, and nowhere else",
  async (_, unit) => {
    const { look, event } = fixtureOf(unit.id);
    const delivery = await opened(unit);
    const { aws } = delivery;
    const before = await look(aws);
    const { clock, settings } = delivery.host();
    const handle = unitHandler(unit, {
      settings,
      clock,
      clients: clientsOf(aws, clock),
      log: keptLog().log,
      metrics: noMetrics,
    });
    const { runs } = await handle(
      { ...(await event?.of(aws)), account: aws.account, region: aws.region },
      contextOf(aws),
    );
    expect(runs.map(({ outcome }) => outcome)).toEqual(["done"]);
    const after = await look(aws);
    expect(Object.keys(before).filter((name) => !same(before[name], after[name]))).toEqual(
      event?.wrong,
    );
  },
);

/** One line that a person can read. */
const readable = expect.stringMatching(/^[^\p{Cc}\p{Cf}]{10,300}$/u);

describe.each(reports.map((unit) => [unit.id, unit] as const))("the report %s", (_, unit) => {
  test("tells what it found, and asks AWS nothing that it does not declare", async () => {
    const { seed, region, told } = fixtureOf(unit.id);
    const aws = await embedded(region ? { region } : {});
    const proxy = await startFaultProxy(aws.endpoint);
    onTestFinished(() => proxy.stop());
    await deployed(aws);
    await seed(aws);
    const host = hostOf(aws, testSettings(aws, unit.id), { endpoint: proxy.endpoint });
    const handle = unitHandler(unit, { ...host, log: keptLog().log, metrics: noMetrics });
    const { runs } = await handle(
      { kind: "slot", region: aws.region, schedule: "s", slot: new Date().toISOString(), sweep: 0 },
      contextOf(aws),
    );
    expect(runs[0]?.message).toMatchObject({ ...told, title: readable });
    expect(runs[0]?.message?.title).toContain(told.title);
    expect(made(proxy.calls)).toEqual(operationsOf(unit.reads));
  });
});

describe.each(signals.map((unit) => [unit.id, unit] as const))("the signal %s", (_, unit) => {
  const own = samples.filter((path) => {
    const [one] = unwrap(sample(path), "123456789012");
    return one && (unit.fallback || unit.on.some(fits(one.event)));
  });
  test("has sample events", () => expect(own.length).toBeGreaterThan(0));
  test.each(own)("makes a message of %s that a person can read", (path) => {
    const [one] = unwrap(sample(path), "123456789012");
    if (!one) throw new Error(`${path} holds no event`);
    const { account, region, source, detailType, resources, time } = one.event;
    const config = unit.config.parse({});
    const message = unit.tell(unit.detail.parse(one.event.detail), {
      account,
      region,
      source,
      detailType,
      resources,
      at: time,
      now: time,
      config,
    });
    expect(message).toMatchObject({
      title: readable,
      severity: expect.stringMatching(/^(info|warning|critical)$/),
    });
  });
});

test("no two units share an id, and every unit's file is in the registry", () => {
  const inFiles = files.filter(
    (path) =>
      /^[a-z-]+\/[a-z0-9-]+\/index\.ts$/.test(path) &&
      /export default (automation|report|signal)\(/.test(
        readFileSync(join(root, "functions", path), "utf8"),
      ),
  );
  expect(inFiles.map((path) => path.split("/").at(-2)).sort()).toEqual(
    units.map(({ id }) => id).sort(),
  );
});
