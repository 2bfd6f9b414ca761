/** What comes between a run's look and its change, step by step. */
import { describe, expect, onTestFinished, test } from "vitest";
import type { Host } from "../../engine/run/host.ts";
import { undo } from "../../engine/run/undo.ts";
import type { RunResult } from "../../ledger/result.ts";
import { after, days, hours, minutes, type Span, seconds } from "../../sdk/time.ts";
import { prepare, subjects } from "../setup/delivery.ts";
import { retention, retentions } from "../setup/retention.ts";
import { actionsIn } from "./ledger.ts";
import { carryOut, type Step } from "./sequence.ts";
import { stage } from "./stage.ts";
import type { Fault } from "./world.ts";

test("what another run did and a person undid meanwhile is left alone, even by what cools down for nobody (rule: state-and-undo)", async () => {
  const delivery = await prepare(subjects.retention, ["wrong-a"]);
  onTestFinished(() => delivery.close());
  const host = delivery.host();
  let waiting = true;
  const store: Host["store"] = {
    ...host.store,
    async transact(steps) {
      if (waiting && steps.some((step) => "put" in step && step.put.type === "lock")) {
        waiting = false;
        const { id } = await delivery.deliver({
          start: { ...delivery.start, key: "slot-2" },
          host: delivery.host(),
        });
        await undo(retention, id, { by: "ann" }, delivery.host());
      }
      return host.store.transact(steps);
    },
  };
  const { actions } = await delivery.deliver({
    start: {
      ...delivery.start,
      kind: "redo",
      again: [{ target: "wrong-a", within: null, state: "" }],
    },
    host: { ...host, store },
  });
  expect(actions.map(({ held }) => held?.by)).toEqual(["hold"]);
  expect(await retentions(delivery.aws)).toMatchObject({ "wrong-a": null });
});

const became = (result: RunResult | undefined) =>
  result?.actions.map(({ target, outcome, held }) => [target, held?.by ?? outcome]);
/** Does something whenever the process waits. */
const whileItWaits =
  (happens: () => void) =>
  (host: Host): Host => ({
    ...host,
    clock: {
      now: host.clock.now,
      async sleep(span: Span) {
        if (span.seconds >= 1) happens();
        await host.clock.sleep(span);
      },
    },
  });

describe("a call for several whose answer does not come is waited for; then the rest is sent one by one, but not", () => {
  const [first, second, third] = ["i-wrong-0", "i-wrong-1", "i-wrong-2"];
  const asked = async (happens: (on: ReturnType<typeof stage>) => void, fault: Fault = "error") => {
    const on = stage("stopping", 3);
    const start = on.start("sweep", "slot-1");
    const at = await on.firstChange(start);
    const result = await on.deliver(start, {
      faults: [{ at, fault }],
      in: whileItWaits(() => happens(on)),
    });
    return { became: became(result), effects: on.world.effects.map(({ target }) => target).sort() };
  };
  test("when the kill switch was turned meanwhile (rule: kill-switch)", async () => {
    expect(
      await asked(({ world }) => {
        world.aws.killSwitch = "stop";
      }),
    ).toEqual({
      became: [
        [first, "kill-switch"],
        [second, "kill-switch"],
        [third, "kill-switch"],
      ],
      effects: [],
    });
  });
  test("when a freeze began meanwhile", async () => {
    const on = stage("stopping", 3);
    const start = on.start("sweep", "slot-1");
    const at = await on.firstChange(start);
    const frozen = (host: Host): Host => {
      const [begins, ends] = [seconds(1), days(1)].map((span) =>
        after(host.clock.now(), span).toISOString(),
      );
      const freeze = {
        from: "",
        until: "2026-11-22",
        timeZone: "UTC",
        owner: "ann",
        reason: "release",
        begins: begins ?? "",
        ends: ends ?? "",
      };
      return { ...host, settings: { ...host.settings, freezes: [freeze] } };
    };
    const result = await on.deliver(start, { faults: [{ at, fault: "error" }], in: frozen });
    expect(became(result)).toEqual([first, second, third].map((target) => [target, "freeze"]));
    expect(on.world.effects).toEqual([]);
  });
  test("what became exempt meanwhile", async () => {
    expect(
      await asked(({ world, subject }) => {
        subject.tags(world.aws, second)["nightshift:exempt"] = "reason=ours";
      }),
    ).toEqual({
      became: [
        [first, "applied"],
        [second, "exemption"],
        [third, "applied"],
      ],
      effects: [first, third],
    });
  });
  test("what had its effect, which may show late", async () => {
    expect(await asked(() => {}, "lost")).toEqual({
      became: [
        [first, "applied"],
        [second, "applied"],
        [third, "applied"],
      ],
      effects: [first, second, third],
    });
  });
});

test("what had to wait for four others that are in doubt is asked about again before it is sent (rule: kill-switch)", async () => {
  const on = stage("retention", 5);
  const start = on.start("sweep", "slot-1");
  const at = await on.firstChange(start);
  const result = await on.deliver(start, {
    // Reads are tried again; the four that are sent first are not.
    faults: Array.from({ length: 12 }, (_, more) => ({ at: at + more, fault: "error" })),
    in: whileItWaits(() => {
      on.world.aws.killSwitch = "stop";
    }),
  });
  expect(became(result)?.map(([, what]) => what)).toEqual([
    "failed",
    "failed",
    "failed",
    "failed",
    "kill-switch",
  ]);
  expect(on.world.effects).toEqual([]);
});

describe("a run that died is taken up later", () => {
  test.each(["sweep", "redo"] as const)(
    "and a %s does not count as its own what another run did between its look and its lock, though nothing cools down",
    async (kind) => {
      const on = stage("retention", 1, { coolDown: seconds(0) });
      const again = on.targets.map((target) => ({ target, within: null, state: "" }));
      const redone = { only: on.targets, again };
      const slow = on.start(kind, "slot-1", kind === "redo" ? redone : {});
      const died = Promise.withResolvers<void>();
      let ahead = true;
      const overtaken = (host: Host): Host => ({
        ...host,
        store: {
          ...host.store,
          async transact(steps) {
            const locks = steps.some((step) => "put" in step && step.put.type === "lock");
            if (locks && ahead) {
              ahead = false;
              await on.deliver(on.start("event", "event-1", { only: on.targets }));
            }
            const lost = await host.store.transact(steps);
            // The other has taken from the cap: it is counted again.
            if (!locks || lost.length) return lost;
            // It dies with the lock in hand.
            died.resolve();
            return new Promise(() => {});
          },
        },
      });
      void on.deliver(slow, { in: overtaken });
      await died.promise;
      on.wait(minutes(30));
      await on.deliver(slow);
      expect(on.world.effects.map(({ process }) => process.name)).toEqual(["event-1"]);
      expect(
        actionsIn(on.world.aws, "unit")
          .map(({ outcome }) => outcome)
          .sort(),
      ).toEqual(["applied", "held"]);
    },
  );

  // Found by whole sequences: the smallest that showed each, at all calls at which it could.
  const sweep = (...faults: (readonly [at: number, fault: Fault])[]): Step => ({
    kind: "sweep",
    times: 1,
    only: [0],
    faults: faults.map(([at, fault]) => ({ at, fault })),
  });
  const wait = (span: Span): Step => ({ kind: "wait", span });
  const from = (first: number, last: number): number[] =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const found: Readonly<Record<string, readonly (readonly Step[])[]>> = {
    "two that died a day apart, of which the second had made the change, are not both credited with it":
      from(8, 15).flatMap((first) =>
        from(8, 15).map((second) => [
          sweep([first, "killedAfter"]),
          wait(hours(24)),
          sweep([second, "killedAfter"]),
        ]),
      ),
    "what failed before it died is told, though it waits for a person by then": from(8, 15).flatMap(
      (first) =>
        from(first + 1, 22).map((second) => [
          sweep([first, "error"], [second, "killed"]),
          { kind: "settings", mode: "ask", cap: 1, coolDown: minutes(30) } as const,
        ]),
    ),
    "the lock of what was never sent is given back, though it is not proposed any more": from(
      6,
      16,
    ).map((at) => [sweep([at, "killedAfter"]), { kind: "tag", which: 0 }, wait(hours(24))]),
    "an undo that died before it could tell is told when it is asked for again": from(4, 18).map(
      (at) => [
        sweep(),
        { kind: "undo", which: 0, faults: [{ at, fault: "killed" }] },
        wait(days(1)),
      ],
    ),
  };
  test.each(Object.entries(found))("%s", async (_, sequences) => {
    for (const steps of sequences)
      expect(
        await carryOut({ subject: "retention", mode: "act", targets: 1, seed: 0, steps }),
      ).toEqual([]);
  });
  test("an exemption that is set and lifted at the same moment counts as the ledger has it", async () => {
    const both: Step = {
      kind: "together",
      steps: [
        { kind: "unexempt", which: 0 },
        { kind: "exempt", which: 0 },
      ],
    };
    for (const seed of from(0, 9))
      expect(
        await carryOut({
          subject: "retention",
          mode: "act",
          targets: 1,
          seed,
          steps: [
            { kind: "sweep", times: 2, only: [0], faults: [{ at: 4, fault: "killed" }] },
            both,
            wait(seconds(30)),
          ],
        }),
      ).toEqual([]);
  });
});
