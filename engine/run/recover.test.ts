/** A run that died in the middle of a step of several requests. */
import { expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { describeLogGroups, putRetentionPolicy } from "../../aws/logs/log-group.ts";
import { type AnyAutomation, automation } from "../../sdk/automation.ts";
import { composedWrite } from "../../sdk/composed.ts";
import { minutes } from "../../sdk/time.ts";
import { open } from "../../test/setup/delivery.ts";
import { makeGroups, retentions } from "../../test/setup/retention.ts";
import { deployedIn } from "../../testing/deployed.ts";
import { clientsOf } from "../../testing/host.ts";
import { writeSwitch } from "./switch.ts";

const setBoth = composedWrite("test:SetBoth", {
  parts: [putRetentionPolicy],
  async does({ first, second }: { readonly first: string; readonly second: string }, use) {
    for (const logGroupName of [first, second])
      await use(putRetentionPolicy({ logGroupName, retentionInDays: 7 }));
    return {};
  },
  irreversible: "a test",
});

/** Once the first is set nothing is proposed any more, whatever became of the second. */
const unit = automation({
  id: "test-both",
  family: "test",
  summary: "Sets a retention on two groups in one step",
  on: [],
  config: z.strictObject({}),
  reads: [describeLogGroups],
  writes: [setBoth],
  async *find({ read }) {
    for await (const group of read(describeLogGroups({})))
      if (group.logGroupName === "/first") yield group;
  },
  target: ({ logGroupName }) => ({ id: logGroupName, tags: [] }),
  state: ({ retentionInDays = null }) => ({ retentionInDays }),
  becomes: () => ({ retentionInDays: 7 }),
  propose({ retentionInDays }) {
    if (retentionInDays !== undefined) return;
    return { because: "it keeps for ever", call: setBoth({ first: "/first", second: "/second" }) };
  },
}) as AnyAutomation;

async function dead() {
  const delivery = await open(unit, (aws) => makeGroups(aws, "/first", "/second"), {
    irreversible: "act",
  });
  onTestFinished(() => delivery.close());
  let sets = 0;
  delivery.proxy.fault((call) => {
    sets += call.operation === "PutRetentionPolicy" ? 1 : 0;
    return call.operation === "PutRetentionPolicy" && sets === 1;
  }, "killedAfter");
  await expect(delivery.deliver()).rejects.toThrow();
  delivery.proxy.revive();
  expect(await retentions(delivery.aws)).toMatchObject({ "/first": 7, "/second": null });
  await delivery.later(minutes(20));
  return delivery;
}

test("ends the step when it is taken up, for nothing else shows that it is not at its end", async () => {
  const delivery = await dead();
  const { actions } = await delivery.insist();
  expect(actions.map(({ outcome }) => outcome)).toEqual(["applied"]);
  expect(await retentions(delivery.aws)).toMatchObject({ "/first": 7, "/second": 7 });
});

test("does nothing more where the kill switch says so, and says that the rest is not done", async () => {
  const delivery = await dead();
  const { aws } = delivery;
  await writeSwitch(clientsOf(aws, delivery.host().clock), deployedIn(aws.region), "stop");
  const { actions } = await delivery.deliver();
  expect(actions.map(({ outcome, error }) => [outcome, error])).toEqual([
    ["failed", expect.stringContaining("the rest was not done")],
  ]);
  expect(await retentions(aws)).toMatchObject({ "/second": null });
});
