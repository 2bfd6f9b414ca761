import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Start } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { CannotJudge } from "../../sdk/errors.ts";
import { before, clockAt, days, hours, milliseconds } from "../../sdk/time.ts";
import { embedded } from "../../test/setup/aws.ts";
import { open } from "../../test/setup/delivery.ts";
import { makeGroups, retention, retentions } from "../../test/setup/retention.ts";
import type { TestDelivery } from "../../testing/delivery.ts";
import { hostOf, testSettings } from "../../testing/host.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import { workplaceOf } from "./attempt.ts";
import { look } from "./find.ts";
import { planRun } from "./plan.ts";

const base = retention as AnyAutomation;
/** Changes only what has kept its logs for ever for three days, as far as is known. */
const patient: AnyAutomation = {
  ...base,
  counts: ({ retentionInDays }) => retentionInDays === undefined,
  propose: (found, context) =>
    context.since && context.now.getTime() - context.since.getTime() > milliseconds(days(3))
      ? base.propose(found, context)
      : undefined,
};
/** Once in each period for each group. */
const inPeriod = (period: () => string): AnyAutomation => ({
  ...base,
  propose(found, context) {
    const proposal = base.propose(found, context);
    return proposal && { ...proposal, once: period() };
  },
});

async function opened(unit: AnyAutomation) {
  const delivery = await open(unit, (aws) => makeGroups(aws, "wrong-a"));
  onTestFinished(() => delivery.close());
  let nights = 0;
  return {
    ...delivery,
    night: async (start: Partial<Start> = {}, given = {}) =>
      (
        await delivery.deliver({
          start: { ...delivery.start, key: `night-${++nights}`, ...start },
          host: delivery.host(given),
        })
      ).actions.map(({ outcome, held }) => held?.by ?? outcome),
  };
}
const byHand = ({ aws }: TestDelivery, retentionInDays?: number) =>
  retentionInDays
    ? aws
        .client(CloudWatchLogsClient)
        .send(new PutRetentionPolicyCommand({ logGroupName: "wrong-a", retentionInDays }))
    : aws
        .client(CloudWatchLogsClient)
        .send(new DeleteRetentionPolicyCommand({ logGroupName: "wrong-a" }));

describe("how long something has been so is measured", () => {
  test("from the first sweep that saw it, in every mode; an event does not begin it", async () => {
    const one = await opened(patient);
    expect(await one.night({ kind: "event", only: ["wrong-a"] })).toEqual([]);
    await one.later(days(4));
    expect(await one.night({}, { mode: "watch" })).toEqual([]);
    await one.later(days(2));
    expect(await one.night()).toEqual([]);
    await one.later(days(2));
    expect(await one.night({ kind: "event", only: ["wrong-a"] })).toEqual(["applied"]);
  });
  test("anew, once an event has shown that it is not so, although each sweep sees it so", async () => {
    const one = await opened(patient);
    expect(await one.night()).toEqual([]);
    await one.later(days(3));
    await byHand(one, 30);
    expect(await one.night({ kind: "event", only: ["wrong-a"] })).toEqual([]);
    await byHand(one);
    await one.later(days(2));
    expect(await one.night()).toEqual([]);
    await one.later(days(4));
    expect(await one.night()).toEqual(["applied"]);
  });
  test("by whoever looks at everything, also by hand; what is gone begins anew", async () => {
    const one = await opened(patient);
    expect(await one.night({ kind: "manual", by: "ann" }, { mode: "watch" })).toEqual([]);
    await one.later(days(2));
    const logs = one.aws.client(CloudWatchLogsClient);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: "wrong-a" }));
    await one.night({ kind: "manual", by: "ann" });
    await makeGroups(one.aws, "wrong-a");
    await one.later(days(2));
    expect(await one.night()).toEqual([]);
    await one.later(days(4));
    expect(await one.night()).toEqual(["applied"]);
  });
  test("on, while a thing cannot be judged", async () => {
    let odd = false;
    const puzzled: AnyAutomation = {
      ...patient,
      propose(found, context) {
        if (odd) throw new CannotJudge("its key cannot be read");
        return patient.propose(found, context);
      },
    };
    const one = await opened(puzzled);
    await one.night();
    await one.later(days(4));
    odd = true;
    expect(await one.night()).toEqual([]);
    odd = false;
    expect(await one.night()).toEqual(["applied"]);
  });
  test("of thousands in parallel, and of what has not changed not again", async () => {
    const store = memoryLedger(clockAt(new Date())).store;
    const names = Array.from({ length: 5000 }, (_, at) => `wrong-${at}`);
    const unit: AnyAutomation = {
      ...patient,
      async *find() {
        for (const logGroupName of names) yield { logGroupName, retentionInDays: undefined };
      },
    };
    let puts = 0;
    let queries = 0;
    const host = {
      ...hostOf(await embedded(), testSettings({ region: "eu-west-1" }, unit)),
      store: {
        ...store,
        put: (...given: Parameters<typeof store.put>) => {
          puts += 1;
          return store.put(...given);
        },
        query: (...given: Parameters<typeof store.query>) => {
          queries += 1;
          return store.query(...given);
        },
      },
    };
    const workplace = workplaceOf(unit, "eu-west-1", host);
    await look(workplace, undefined, { record: true });
    expect([puts, queries]).toEqual([5000, 1]);
    await look(workplace, undefined, { record: true });
    expect([puts, queries]).toEqual([5000, 2]);
  });
  test("is pretended, where a person wants to see what would be", async () => {
    const one = await opened(patient);
    const planned = async (pretend?: Date) =>
      (await planRun(patient, one.start, one.host(), pretend)).proposals.length;
    expect(await planned()).toBe(0);
    const now = one.host().clock.now();
    expect(await planned(before(now, days(2)))).toBe(0);
    expect(await planned(before(now, days(4)))).toBe(1);
    expect(await planned()).toBe(0);
  });
  test("anew, when it was otherwise in between", async () => {
    const one = await opened(patient);
    await one.night();
    await one.later(days(2));
    await byHand(one, 7);
    await one.night();
    await byHand(one);
    await one.later(days(2));
    expect(await one.night()).toEqual([]);
    await one.later(days(4));
    expect(await one.night()).toEqual(["applied"]);
  });
});

describe("once a key", () => {
  test("one effect, whatever triggers it; another key is another", async () => {
    let period = "this one";
    const one = await opened(inPeriod(() => period));
    expect(await one.night()).toEqual(["applied"]);
    await byHand(one);
    await one.later(hours(1));
    expect(await one.night()).toEqual(["once"]);
    expect(await one.night({ kind: "event", only: ["wrong-a"] })).toEqual(["once"]);
    expect(await retentions(one.aws)).toEqual({ "wrong-a": null });
    period = "the next";
    expect(await one.night()).toEqual(["applied"]);
  });
  test("what failed may be tried again", async () => {
    const one = await opened(inPeriod(() => "this one"));
    one.proxy.fault(({ operation }) => operation === "PutRetentionPolicy", "denied", { times: 1 });
    expect(await one.night()).toEqual(["failed"]);
    expect(await one.night()).toEqual(["applied"]);
  });
});
