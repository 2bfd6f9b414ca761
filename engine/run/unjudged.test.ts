/** One odd thing keeps nobody from the others: it is held, and told. */
import { describe, expect, onTestFinished, test } from "vitest";
import { failures } from "../../ledger/heartbeats.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { CannotJudge } from "../../sdk/errors.ts";
import { open } from "../../test/setup/delivery.ts";
import { makeGroups, retention, retentions } from "../../test/setup/retention.ts";
import { messages, type TestDelivery } from "../../testing/delivery.ts";
import { planRun } from "./plan.ts";
import { run } from "./run.ts";

const base = retention as AnyAutomation;
/** The same, for which some things are odd. */
const puzzled = (odd: readonly string[], error: Error): AnyAutomation => ({
  ...base,
  propose(found, context) {
    if (odd.includes(found.logGroupName)) throw error;
    return base.propose(found, context);
  },
});
const unreadable = new CannotJudge("its key cannot be read");
const bug = new TypeError("x is undefined");

async function prepared(...groups: string[]): Promise<TestDelivery> {
  const delivery = await open(base, (aws) => makeGroups(aws, ...groups), {}, true);
  onTestFinished(() => delivery.close());
  return delivery;
}
const outcomes = ({ actions }: RunResult) =>
  actions.map(({ target, outcome, held }) => [target, held?.by ?? outcome]);
const sweepOf = ({ start }: TestDelivery, key: string): Start => ({ ...start, key });
const eventOf = ({ start }: TestDelivery, key: string, ...only: string[]): Start => ({
  ...start,
  kind: "event",
  key,
  only,
  actor: "arn:aws:iam::1:user/ann",
});

describe("what cannot be judged", () => {
  test("stays as it is and is told once, the others go on", async () => {
    const delivery = await prepared("wrong-a", "wrong-b");
    const unit = puzzled(["wrong-a"], unreadable);
    const results = [];
    for (const key of ["first", "second", "third"])
      results.push(await run(unit, sweepOf(delivery, key), delivery.host()));
    expect(results.map(outcomes)).toEqual([[["wrong-b", "applied"]], [], []]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["done", "held", "held"]);
    expect(results[2]?.unjudged).toEqual({
      count: 1,
      targets: [{ target: "wrong-a", within: null, why: "its key cannot be read" }],
    });
    expect(await retentions(delivery.aws)).toEqual({ "wrong-a": null, "wrong-b": 7 });
    const told = await messages(delivery);
    expect(told.map(({ severity, title }) => [severity, title])).toEqual([
      ["warning", `test-retention in ${delivery.aws.region}: 1 changed, 1 not judged`],
    ]);
    expect(told[0]?.facts?.["could not be judged"]).toBe(
      "wrong-a: its key cannot be read. They stay as they are until that can be known",
    );
    expect(await failures(delivery.store, delivery.place)).toBe(0);
  });
  test("is shown by a plan", async () => {
    const delivery = await prepared("wrong-a", "wrong-b");
    const unit = puzzled(["wrong-a"], unreadable);
    const plan = await planRun(unit, delivery.start, delivery.host());
    expect(plan.proposals.map(({ target }) => target)).toEqual(["wrong-b"]);
    expect(plan.unjudged?.targets.map(({ target }) => target)).toEqual(["wrong-a"]);
  });
  test("opens no breaker, by whatever event it is hinted at, and is tried by nobody again", async () => {
    const delivery = await prepared("wrong-a", "wrong-b");
    const unit = puzzled(["wrong-a"], bug);
    for (let at = 0; at < 6; at += 1) {
      const { outcome } = await run(
        unit,
        eventOf(delivery, `event-${at}`, "wrong-a"),
        delivery.host(),
      );
      expect(outcome).toBe("held");
    }
    expect(await failures(delivery.store, delivery.place)).toBe(0);
    expect(outcomes(await run(unit, sweepOf(delivery, "night"), delivery.host()))).toEqual([
      ["wrong-b", "applied"],
    ]);
  });
  test("right before its change is not changed", async () => {
    const delivery = await prepared("wrong-a");
    let looks = 0;
    const unit: AnyAutomation = {
      ...base,
      propose(found, context) {
        looks += 1;
        if (looks > 1) throw unreadable;
        return base.propose(found, context);
      },
    };
    const { actions } = await run(unit, delivery.start, delivery.host());
    expect(actions[0]?.held).toEqual({
      by: "unjudged",
      why: "it cannot be judged now, so it stays as it is: its key cannot be read",
    });
    expect(await retentions(delivery.aws)).toEqual({ "wrong-a": null });
  });
  test("after its change does not count as seen", async () => {
    const delivery = await prepared("wrong-a");
    const unit: AnyAutomation = {
      ...base,
      propose(found, context) {
        if (found.retentionInDays !== undefined) throw unreadable;
        return base.propose(found, context);
      },
    };
    const { actions } = await run(unit, delivery.start, delivery.host());
    expect(actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
      ["applied", null],
    ]);
  });
  test("for a unit that can judge nothing at all is the unit's own failure", async () => {
    const delivery = await prepared("wrong-a", "wrong-b");
    const names = ["wrong-a", "wrong-b"];
    await expect(
      run(puzzled(names, bug), sweepOf(delivery, "broken"), delivery.host()),
    ).rejects.toThrow("x is undefined");
    const held = await run(puzzled(names, unreadable), sweepOf(delivery, "held"), delivery.host());
    expect(held.outcome).toBe("held");
  });
});
