/** What a unit does again because something that is no person ended it. */
import {
  CloudWatchLogsClient,
  DeleteRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { days } from "../../sdk/time.ts";
import { open } from "../../test/setup/delivery.ts";
import { makeGroups, retention } from "../../test/setup/retention.ts";
import { messages } from "../../testing/delivery.ts";
import { run } from "./run.ts";

const base = retention as AnyAutomation;
const target = "wrong-a";

/** @param does what it calls its own last action */
function repeating(does: (action: string) => string): AnyAutomation {
  let last: string | undefined;
  return {
    ...base,
    remembers: [base.id],
    async *find(search) {
      last = (await search.remembered({ unit: base.id, target }))?.action;
      yield* base.find(search) as AsyncIterable<unknown>;
    },
    propose(found, context) {
      const proposal = base.propose(found, context);
      return proposal && last ? { ...proposal, again: does(last) } : proposal;
    },
  };
}

async function opened(unit: AnyAutomation) {
  const delivery = await open(unit, (aws) => makeGroups(aws, target), {}, true);
  onTestFinished(() => delivery.close());
  let sweeps = 0;
  return {
    ...delivery,
    sweep() {
      sweeps += 1;
      const at = delivery.host().clock.now();
      return run(unit, { ...delivery.start, key: `slot-${sweeps}`, at }, delivery.host());
    },
    async end() {
      await delivery.aws
        .client(CloudWatchLogsClient)
        .send(new DeleteRetentionPolicyCommand({ logGroupName: target }));
      await delivery.later(days(7));
    },
  };
}

const outcomes = ({ actions }: Awaited<ReturnType<typeof run>>) =>
  actions.map(({ outcome }) => outcome);

describe("a unit that says what it does again", () => {
  test("does it without asking, and tells it once, not each time", async () => {
    const on = await opened(repeating((action) => action));
    const first = await on.sweep();
    for (let week = 0; week < 3; week += 1) {
      await on.end();
      const again = await on.sweep();
      expect(outcomes(again)).toEqual(["applied"]);
      expect(again.actions[0]?.putBack).toBeUndefined();
    }
    expect((await messages(on)).map(({ id }) => id.startsWith(first.id))).toEqual([true]);
  });

  test("is told where that fails", async () => {
    const on = await opened(repeating((action) => action));
    await on.sweep();
    await on.end();
    on.proxy.fault(({ operation }) => operation === "PutRetentionPolicy", "denied");
    await on.sweep().catch(() => undefined);
    expect(await messages(on)).toHaveLength(2);
  });

  test("is asked as anybody where it names another action than its last", async () => {
    const on = await opened(repeating((action) => `${action}0`));
    await on.sweep();
    await on.end();
    expect(outcomes(await on.sweep())).toEqual(["waiting"]);
    expect(await messages(on)).toHaveLength(2);
  });
});
