import { expect, test } from "vitest";
import { stopInstances } from "../../aws/ec2/instance.ts";
import { revokeSecurityGroupIngress } from "../../aws/ec2/security-group.ts";
import { putRetentionPolicy } from "../../aws/logs/log-group.ts";
import type { CallData } from "../../ledger/actions.ts";
import type { Write } from "../../sdk/call.ts";
import { join, sentTogether } from "./batch.ts";

const work = (write: Write, ...calls: readonly CallData[]) =>
  calls.map((call) => ({ write, call: { operation: call.operation, input: call.input } }));
const stop = (...ids: string[]) =>
  work(stopInstances, ...ids.map((id) => stopInstances({ InstanceIds: [id] })));
const inputs = (given: Parameters<typeof join>[0]) => join(given).map(({ input }) => input);

test("calls that differ in their list alone are one, in the same order", () => {
  const [one] = join(stop("i-1", "i-2", "i-3"));
  expect(one?.input).toEqual({ InstanceIds: ["i-1", "i-2", "i-3"] });
  expect(one?.changes).toHaveLength(3);
});
test("what differs in anything else stays apart", () => {
  const revoke = (GroupId: string, id: string) =>
    revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: [id] });
  expect(
    inputs(
      work(
        revokeSecurityGroupIngress,
        revoke("sg-1", "a"),
        revoke("sg-2", "b"),
        revoke("sg-1", "c"),
      ),
    ),
  ).toEqual([
    { GroupId: "sg-1", SecurityGroupRuleIds: ["a", "c"] },
    { GroupId: "sg-2", SecurityGroupRuleIds: ["b"] },
  ]);
});
test("a batch holds no more than the call takes, and each proposal stands in exactly one", () => {
  const ids = Array.from({ length: 120 }, (_, at) => `i-${at}`);
  const joined = join(stop(...ids));
  expect(joined.map(({ changes }) => changes.length)).toEqual([50, 50, 20]);
  expect(
    joined.flatMap(({ changes }) =>
      changes.flatMap(({ call }) => (call.input as { InstanceIds: string[] }).InstanceIds),
    ),
  ).toEqual(ids);
});
test("calls without a batch are never joined, not even equal ones", () => {
  const call = putRetentionPolicy({ logGroupName: "a", retentionInDays: 7 });
  expect(inputs(work(putRetentionPolicy, call, call))).toHaveLength(2);
});
test("different operations stay apart", () =>
  expect(
    inputs([
      ...stop("i-1"),
      ...work(putRetentionPolicy, putRetentionPolicy({ logGroupName: "a", retentionInDays: 7 })),
      ...stop("i-2"),
    ]),
  ).toHaveLength(2));
test("nothing is nothing", () => expect(join([])).toEqual([]));

interface PlacedCall {
  readonly target: string;
  readonly within: string | null;
  readonly write: Write;
  readonly call: CallData;
}
const rule = (group: string, id: string): PlacedCall => {
  const call = revokeSecurityGroupIngress({ GroupId: group, SecurityGroupRuleIds: [id] });
  return { target: id, within: group, write: revokeSecurityGroupIngress, call };
};
const parts = (changes: readonly PlacedCall[]) => [...sentTogether(changes)];

test("what is sent together is whole containers, so that each is one call", () => {
  // Ids are in no order of groups.
  const rules = Array.from({ length: 200 }, (_, at) => rule(`sg-${at % 20}`, `sgr-${at}`));
  const together = parts(rules);
  expect(together.flatMap((some) => join(some))).toHaveLength(20);
  expect(together.map(({ length }) => length)).toEqual([100, 100]);
  expect(
    together
      .flat()
      .map(({ target }) => target)
      .sort(),
  ).toEqual(rules.map(({ target }) => target).sort());
});
test("it is as many containers as come to a hundred changes: all of them are looked at together", () => {
  const rules = Array.from({ length: 120 }, (_, at) => rule(`sg-${at}`, `sgr-${at}`));
  expect(parts(rules).map((some) => join(some).length)).toEqual([100, 20]);
});
test("a container of more than a hundred is cut, and no change is lost", () => {
  const rules = Array.from({ length: 250 }, (_, at) => rule("sg-1", `sgr-${at}`));
  expect(parts(rules).map(({ length }) => length)).toEqual([100, 100, 50]);
});
test("two changes of one target, which has one lock, are never together", () => {
  const twice = [rule("sg-1", "a"), rule("sg-1", "b"), rule("sg-1", "a")];
  expect(parts(twice).map((some) => some.map(({ target }) => target))).toEqual([["a", "b"], ["a"]]);
});
