/** What comes between a run's look and its change, step by step. */
import { expect, onTestFinished, test } from "vitest";
import type { Host } from "../../core/run/host.ts";
import { undo } from "../../core/run/undo.ts";
import { prepare, subjects } from "../setup/delivery.ts";
import { retention, retentions } from "../setup/retention.ts";

test("what another run did and a person undid meanwhile is left alone, even by what cools down for nobody (rules.md, 28)", async () => {
  const delivery = await prepare(subjects.retention, ["wrong-a"]);
  onTestFinished(() => delivery.close());
  const host = delivery.host();
  let waiting = true;
  const store: Host["store"] = {
    ...host.store,
    async transact(steps) {
      if (waiting && steps.some((step) => "put" in step && step.put.type === "lock")) {
        waiting = false;
        const { id } = await delivery.deliver({ start: { ...delivery.start, key: "slot-2" }, host: delivery.host() });
        await undo(retention, id, "ann", delivery.host());
      }
      return host.store.transact(steps);
    },
  };
  const { actions } = await delivery.deliver({ start: { ...delivery.start, kind: "redo" }, host: { ...host, store } });
  expect(actions.map(({ held }) => held?.by)).toEqual(["hold"]);
  expect(await retentions(delivery.aws)).toMatchObject({ "wrong-a": null });
});
