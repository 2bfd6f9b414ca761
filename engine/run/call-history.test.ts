import { expect, onTestFinished, test } from "vitest";
import type { ActionRecord } from "../../ledger/actions.ts";
import { after, minutes } from "../../sdk/time.ts";
import { prepare, subjects } from "../../test/setup/delivery.ts";
import type { FaultAnswer } from "../../testing/fault-answers.ts";
import { startFaultProxy } from "../../testing/fault-proxy.ts";
import { clientsOf } from "../../testing/host.ts";
import type { RecordedCall } from "../../testing/recorded-call.ts";
import { type CallComparison, compareWithHistory } from "./call-history.ts";

const role = (account: string) => `arn:aws:iam::${account}:role/nightshift-test-stopping`;

interface Call {
  readonly asked: object;
  readonly name?: string;
  readonly role?: string;
  readonly account?: string;
  readonly errorCode?: string;
  readonly answer?: object;
}

/** A history that holds these calls, a page of 50 at a time, behind a real endpoint. */
async function history(calls: (account: string) => readonly Call[], region = "eu-west-1") {
  const delivery = await prepare(subjects.stopping, []);
  const { account } = delivery.aws;
  const events = calls(account).map((call, at) => ({
    EventName: call.name ?? "StopInstances",
    CloudTrailEvent: JSON.stringify({
      eventID: `event-${at}`,
      eventName: call.name ?? "StopInstances",
      eventTime: "2026-11-21T02:00:05Z",
      recipientAccountId: call.account ?? account,
      userIdentity: { sessionContext: { sessionIssuer: { arn: call.role ?? role(account) } } },
      requestParameters: call.asked,
      ...(call.errorCode && { errorCode: call.errorCode }),
      ...(call.answer && { responseElements: call.answer }),
    }),
  }));
  const lookups: RecordedCall[] = [];
  const page = (call: RecordedCall): FaultAnswer | undefined => {
    if (call.operation !== "LookupEvents") return undefined;
    lookups.push(call);
    const { NextToken = "0" } = call.parameters as { readonly NextToken?: string };
    const start = Number(NextToken);
    const more = events.length > start + 50 ? { NextToken: String(start + 50) } : {};
    return {
      status: 200,
      headers: { "content-type": "application/x-amz-json-1.1" },
      body: JSON.stringify({ Events: events.slice(start, start + 50), ...more }),
    };
  };
  const proxy = await startFaultProxy(delivery.aws.endpoint, page);
  onTestFinished(async () => {
    await proxy.stop();
    await delivery.close();
  });
  const host = delivery.host();
  const own = clientsOf(delivery.aws, host.clock, { endpoint: proxy.endpoint });
  const at = host.clock.now();
  await host.clock.sleep(minutes(40));
  const record = (given: Partial<ActionRecord> = {}): ActionRecord => ({
    ...delivery.place,
    region,
    id: "test-stopping.20261121T020000.abcdef01.0123456789",
    run: "test-stopping.20261121T020000.abcdef01",
    at,
    target: "i-1",
    within: null,
    because: "it should not run",
    digest: "d",
    call: { operation: "ec2:StopInstances", input: { InstanceIds: ["i-1"] } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { runs: true },
    after: { runs: false },
    outcome: "applied",
    verified: true,
    held: null,
    error: null,
    ...given,
  });
  const long = after(host.clock.now(), minutes(15));
  const compare = (records: readonly ActionRecord[]) =>
    compareWithHistory(records, {
      unit: subjects.stopping.unit,
      host: { ...host, own, deadline: long },
    });
  return { record, compare, lookups, clock: host.clock };
}

/** As CloudTrail tells of EC2's lists. */
const stopping = (...ids: readonly string[]) => ({
  instancesSet: { items: ids.map((instanceId) => ({ instanceId })) },
  force: false,
});

test.each<[string, Call, CallComparison["is"]]>([
  ["the call", { asked: stopping("i-1") }, "confirmed"],
  ["one call for several", { asked: stopping("i-0", "i-1", "i-2") }, "confirmed"],
  ["a call on another", { asked: stopping("i-9") }, "refused"],
  ["a call of another role", { asked: stopping("i-1"), role: "arn:aws:iam::1:role/x" }, "refused"],
  ["a call in another account", { asked: stopping("i-1"), account: "999999999999" }, "refused"],
  ["a call that failed", { asked: stopping("i-1"), errorCode: "Client.Denied" }, "refused"],
  ["another operation", { asked: stopping("i-1"), name: "StartInstances" }, "refused"],
])("a history with %s: %s", async (_, call, is) => {
  const { record, compare } = await history(() => [call]);
  const one = record();
  expect((await compare([one])).get(one.id)?.is).toBe(is);
});

test("a history that shows nothing of anybody says nothing", async () => {
  const { record, compare } = await history(() => []);
  const one = record();
  expect((await compare([one])).get(one.id)).toMatchObject({
    is: "unknown",
    why: "CloudTrail shows nothing at all of that time, of anybody",
  });
});

const revoke: Partial<ActionRecord> = {
  target: "sgr-1",
  within: "sg-1",
  call: {
    operation: "ec2:StopInstances",
    input: { GroupId: "sg-1", SecurityGroupRuleIds: ["sgr-1"] },
  },
  before: { GroupId: "sg-1", CidrIpv4: "0.0.0.0/0", FromPort: 22 },
  after: undefined,
};
const asked = { groupId: "sg-1", securityGroupRuleIds: { items: [{ id: "sgr-1" }] } };
const gone = (cidrIpv4: string) => ({
  removedRuleSet: { items: [{ securityGroupRuleId: "sgr-1", groupId: "sg-1", cidrIpv4 }] },
});

test.each<[string, Call, object]>([
  ["as it is recorded", { asked, answer: gone("0.0.0.0/0") }, { is: "confirmed" }],
  [
    "otherwise",
    { asked, answer: gone("10.0.0.0/8") },
    { is: "refused", why: expect.stringContaining("CidrIpv4 was 10.0.0.0/8, and 0.0.0.0/0 is") },
  ],
])(
  "what AWS answered of what a call took away is compared with the recorded state: %s",
  async (_, call, said) => {
    const { record, compare } = await history(() => [call]);
    const one = record(revoke);
    expect((await compare([one])).get(one.id)).toMatchObject(said);
  },
);

test.each<[string, object, Partial<ActionRecord>]>([
  ["nothing", {}, {}],
  ["its container alone", { GroupId: "sg-1" }, {}],
  ["its container, in the target's own id", { GroupId: "sg-1" }, { target: "sgr-2:sg-1" }],
  ["the target as a text of people alone", { GroupId: "sg-1", Description: "sgr-2" }, {}],
])(
  "a recorded call that names %s is not the call that CloudTrail has on another target",
  async (_, input, given) => {
    const { record, compare } = await history(() => [
      { asked: { ...asked, description: "sgr-2" }, answer: gone("0.0.0.0/0") },
    ]);
    const call = { operation: "ec2:StopInstances", input };
    const one = record({ ...revoke, target: "sgr-2", ...given, call });
    expect((await compare([one])).get(one.id)).toMatchObject({
      is: "unknown",
      why: expect.stringContaining("it may have been about another"),
    });
  },
);

test("what CloudTrail hides is a person's to confirm", async () => {
  const { record, compare } = await history(() => [
    { asked: { instanceId: "i-1", userData: "HIDDEN_DUE_TO_SECURITY_REASONS" } },
  ]);
  const input = { InstanceId: "i-1", UserData: "echo" };
  const one = record({ call: { operation: "ec2:StopInstances", input } });
  expect((await compare([one])).get(one.id)?.is).toBe("unknown");
});

test("a thousand actions are looked up together, by pages, at two a second at most", async () => {
  const ids = Array.from({ length: 1000 }, (_, at) => `i-${at}`);
  const { record, compare, lookups, clock } = await history(() =>
    ids.map((id) => ({ asked: stopping(id) })),
  );
  const records = ids.map((target) =>
    record({
      id: target,
      target,
      call: { operation: "ec2:StopInstances", input: { InstanceIds: [target] } },
    }),
  );
  const began = clock.now().getTime();
  const found = await compare(records);
  expect([...found.values()].filter(({ is }) => is === "confirmed")).toHaveLength(1000);
  expect(lookups).toHaveLength(20);
  const waited = (clock.now().getTime() - began) / 1000;
  expect(waited / lookups.length).toBeGreaterThan(0.5);
  expect(waited).toBeLessThan(60);
});

test("a step of several calls is asked of nobody: CloudTrail has none of its name", async () => {
  const { unit } = subjects.stopping;
  const [write] = unit.writes;
  const operation = "machines:StopAndCheck";
  const step = { ...write, operation, parts: [...unit.reads, ...unit.writes] };
  const record = { id: "a", at: new Date(), call: { operation, input: {} } } as ActionRecord;
  const host = { clock: { now: () => new Date() } };
  const comparing = { unit: { ...unit, writes: [step] }, host } as never;
  expect((await compareWithHistory([record], comparing)).get("a")).toEqual({
    is: "unknown",
    why: "it is a step, of several calls, and CloudTrail tells of each of them alone",
  });
});
