import { expect, onTestFinished, test } from "vitest";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { digest } from "../../sdk/codec.ts";
import { hours } from "../../sdk/time.ts";
import { open } from "../../test/setup/delivery.ts";
import { makeGroups, retention } from "../../test/setup/retention.ts";
import { nextSweep } from "../../testing/delivery.ts";
import { workplaceOf } from "./attempt.ts";
import { remembering } from "./remembered.ts";
import { undo } from "./undo.ts";

const unit: AnyAutomation = { ...(retention as AnyAutomation), remembers: ["test-retention"] };
const target = "wrong-a";

async function opened(of: AnyAutomation = unit) {
  const delivery = await open(of, (aws) => makeGroups(aws, target), {}, true);
  onTestFinished(() => delivery.close());
  const asking = (by: AnyAutomation = of) =>
    remembering(workplaceOf(by, delivery.aws.region, delivery.host()))({
      unit: "test-retention",
      target,
    });
  return { delivery, asking };
}

test("what was last done to a target is known with its states, once it is done", async () => {
  const { delivery, asking } = await opened();
  expect(await asking()).toBeUndefined();
  const run = await delivery.deliver();
  expect(await asking()).toMatchObject({
    unit: "test-retention",
    action: run.actions[0]?.id,
    run: run.id,
    call: { operation: "logs:PutRetentionPolicy", input: { logGroupName: target } },
    before: {},
    after: { retentionInDays: 7 },
  });
});

test("what failed is not what was last done", async () => {
  const { delivery, asking } = await opened();
  delivery.proxy.fault(({ operation }) => operation === "PutRetentionPolicy", "denied");
  await delivery.deliver();
  expect(await asking()).toBeUndefined();
});

test("what was taken back is not remembered, nor what came before that", async () => {
  const { delivery, asking } = await opened();
  const run = await delivery.deliver();
  await delivery.later(hours(1));
  await undo(unit, run.id, { by: "ann" }, delivery.host());
  expect(await asking()).toBeUndefined();
});

test("a unit that does not say whom it remembers is refused, by name", async () => {
  const { asking } = await opened();
  const silent = { ...unit, remembers: undefined } as unknown as AnyAutomation;
  await expect(asking(silent)).rejects.toThrow(
    "test-retention asks what test-retention did, and does not name it in `remembers`",
  );
});

test("`find` asks by it: here for how it was before, to do nothing a second time", async () => {
  const seen: unknown[] = [];
  const curious: AnyAutomation = {
    ...unit,
    async *find(search) {
      seen.push(digest((await search.remembered({ unit: "test-retention", target })) ?? null));
      yield* unit.find(search) as AsyncIterable<unknown>;
    },
  };
  const { delivery } = await opened(curious);
  await delivery.deliver();
  await delivery.later(hours(1));
  await delivery.deliver({ start: nextSweep(delivery) });
  expect(seen.at(0)).toBe(digest(null));
  expect(seen.at(-1)).not.toBe(digest(null));
});
