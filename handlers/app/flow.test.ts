import { describe, expect, onTestFinished, test } from "vitest";
import { flowsUnderWay } from "../../ledger/flows.ts";
import { minutes } from "../../sdk/time.ts";
import { open } from "../../test/setup/delivery.ts";
import { makeVolumes, reapingIn, snapshotsIn } from "../../test/setup/reaping.ts";
import { contextOf, keptLog } from "../../testing/context.ts";
import { clientsOf } from "../../testing/host.ts";
import { identifyNobody } from "../../testing/signatures.ts";
import { flowFunctionOf, parseFlowOrder } from "./flow.ts";
import { noMetrics } from "./metrics.ts";
import { unitFunction } from "./unit.ts";

test.each<[what: string, order: unknown]>([
  ["nothing", undefined],
  ["of another kind", { kind: "slot", region: "eu-west-1" }],
  ["without an attempt", { kind: "carry", region: "eu-west-1", action: "a" }],
  ["with an attempt that is none", { kind: "carry", region: "eu-west-1", action: "a", attempt: 0 }],
])("an order that is %s is refused, and says what it must be", (_, order) => {
  expect(() => parseFlowOrder(order)).toThrow(/what carries flows is called with \{ kind: "carry"/);
});

describe("an order", () => {
  async function begun() {
    const unit = reapingIn({ pending: 0 });
    const delivery = await open(unit, (aws) => makeVolumes(aws, "wrong"), {}, true);
    onTestFinished(() => delivery.close());
    await delivery.deliver();
    const { clock, settings } = delivery.host();
    const { aws, proxy } = delivery;
    const woken: Date[] = [];
    const carry = flowFunctionOf(
      {
        clock,
        clients: clientsOf(aws, clock, { endpoint: proxy.endpoint }),
        log: keptLog().log,
        metrics: noMetrics,
        wake: async (_order, at) => void woken.push(at),
      },
      unit,
      settings,
    );
    const [due] = delivery.flows.due();
    if (!due) throw new Error("nothing was begun");
    return { delivery, order: due.order, carry: (order: object) => carry(order, contextOf(aws)) };
  }

  test("about a flow that is not there does nothing", async () => {
    const { carry, order, delivery } = await begun();
    expect(
      await carry({ ...order, action: "test-reaping.20261121T020000.00000000.0000000000" }),
    ).toEqual({ carried: "none" });
    expect(await snapshotsIn(delivery.aws)).toEqual([]);
  });

  test("of an attempt that is not the flow's does nothing", async () => {
    const { carry, order, delivery } = await begun();
    expect(await carry({ ...order, attempt: 2 })).toEqual({ carried: "none" });
    expect(await snapshotsIn(delivery.aws)).toEqual([]);
  });

  test("carries it to its end; the same again does nothing", async () => {
    const { carry, order, delivery } = await begun();
    expect(await carry(order)).toEqual({ carried: "over" });
    await delivery.later(minutes(1));
    expect(await carry(order)).toEqual({ carried: "none" });
    expect(await snapshotsIn(delivery.aws)).toHaveLength(1);
    expect(await Array.fromAsync(flowsUnderWay(delivery.store, delivery.place.unit))).toEqual([]);
  });

  test("twice at once: one carries it, the other comes again later", async () => {
    const { carry, order, delivery } = await begun();
    const ends = await Promise.allSettled([carry(order), carry(order)]);
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await snapshotsIn(delivery.aws)).toHaveLength(1);
  });
});

describe("the watchdog's order about a flow", () => {
  test("has the unit's own function hand it over, when nobody carries it; then it comes to its end", async () => {
    const unit = reapingIn({ pending: 0 });
    const delivery = await open(unit, (aws) => makeVolumes(aws, "wrong"), {}, true);
    onTestFinished(() => delivery.close());
    await delivery.deliver();
    const { clock, settings } = delivery.host();
    const { aws, proxy, flows } = delivery;
    const [due] = flows.due();
    if (!due) throw new Error("nothing was begun");
    flows.lose();
    const handle = unitFunction(
      {
        clock,
        clients: clientsOf(aws, clock, { endpoint: proxy.endpoint }),
        log: keptLog().log,
        metrics: noMetrics,
        identify: identifyNobody,
        beginFlow: (_unit, order) => flows.begin(order),
      },
      unit,
      settings,
    );
    const { region, action } = due.order;
    const order = { kind: "take-up-flow", region, action };
    expect(await handle(order, contextOf(aws))).toEqual({ runs: [] });
    expect(flows.due(), "it may still come").toEqual([]);
    await delivery.later(minutes(30));
    await handle(order, contextOf(aws));
    expect(flows.due().map(({ order: { attempt } }) => attempt)).toEqual([2]);
    await flows.carryAll();
    expect(await snapshotsIn(aws)).toHaveLength(1);
  });
});
