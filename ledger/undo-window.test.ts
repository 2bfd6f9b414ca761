import { expect, test } from "vitest";
import { undo } from "../engine/run/undo.ts";
import { days } from "../sdk/time.ts";
import { stage } from "../test/model/stage.ts";

test("nothing that an undo needs is ever deleted: it works after years, and of no record time is limited (rule: what-cannot-come-back)", async () => {
  const on = stage("retention", 2);
  const done = await on.deliver(on.start("sweep", "slot-1"));
  on.wait(days(4000));
  // DynamoDB deletes what its TTL allows it to.
  const limited = [...on.world.aws.table.all()].filter(
    ({ ttl }) => Number(ttl?.N ?? Number.POSITIVE_INFINITY) * 1000 < on.world.now,
  );
  for (const { pk, sk } of limited) on.world.aws.table.delete(pk?.S ?? "", sk?.S ?? "");
  const take = (confirms?: string) =>
    on.as("ann", () => undo(on.subject.unit, done?.id ?? "", { by: "ann", confirms }, on.host()));
  // CloudTrail keeps 90 days: later a person says that it was so.
  const undone = await take((await take())?.confirm);
  expect(undone?.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
    ["applied", true],
  ]);
  const kept = [...on.world.aws.table.all()].filter(({ type }) =>
    /^(action|run|line|story|undone)$/.test(type?.S ?? ""),
  );
  expect([kept.length > 8, kept.filter(({ ttl }) => ttl !== undefined)]).toEqual([true, []]);
});
