import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  type LogGroup,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { beforeAll, describe, expect, test } from "vitest";
import { deleteRetentionPolicy, putRetentionPolicy } from "../../../aws/logs/log-group.ts";
import { createClients } from "../../../engine/run/clients.ts";
import { reader } from "../../../engine/run/reader.ts";
import { matchesPattern } from "../../../sdk/pattern.ts";
import { systemClock } from "../../../sdk/time.ts";
import { embedded, type TestAccount } from "../../../test/setup/aws.ts";
import { look, proposals, send } from "../../../test/setup/look.ts";
import unit from "./index.ts";

const here = {
  account: "123456789012",
  region: "eu-west-1",
  now: new Date("2026-11-21T03:00:00Z"),
  since: undefined,
};
const logGroupName = "/aws/lambda/orders";
const defaults = unit.config.parse({});

/** The call that undo makes, from the recorded state alone. */
const restored = (group: LogGroup) =>
  unit.restore?.calls(unit.state(group), { target: group.logGroupName ?? "", within: undefined });

describe("what is proposed", () => {
  test("a group that keeps for ever keeps for 90 days, and undo removes that again", () => {
    expect(unit.propose({ logGroupName }, { ...here, config: defaults })).toEqual({
      because: "it keeps its events for ever",
      call: putRetentionPolicy({ logGroupName, retentionInDays: 90 }),
    });
    expect(restored({ logGroupName })).toEqual(deleteRetentionPolicy({ logGroupName }));
  });
  test("what it never changes it does not put back", () => {
    expect(restored({ logGroupName, retentionInDays: 30 })).toBeUndefined();
  });
  test.each([
    ["a longer retention of its own", { logGroupName, retentionInDays: 3653 }, {}],
    ["a shorter one", { logGroupName, retentionInDays: 1 }, {}],
    ["an excepted beginning", { logGroupName: "/audit/logins" }, { except: ["/audit/"] }],
    ["the delivery class", { logGroupName, logGroupClass: "DELIVERY" as const }, {}],
  ])("%s is left alone", (_, found, config) => {
    expect(unit.propose(found, { ...here, config: unit.config.parse(config) })).toBeUndefined();
  });
  test("by default nothing is excepted", () => expect(defaults).toEqual({ days: 90, except: [] }));
  test("the target is the group by its name, its tags are fetched", () =>
    expect(unit.target({ logGroupName })).toEqual({ id: logGroupName, tags: undefined }));
  test("one that was deleted and made anew under its name is another", () => {
    const known = (creationTime: number) => unit.recognise?.({ logGroupName, creationTime });
    expect(known(1)).toEqual(known(1));
    expect(known(1)).not.toEqual(known(2));
  });
  test("the state is the retention alone", () => {
    expect(unit.state({ logGroupName, storedBytes: 5, retentionInDays: 14 })).toEqual({
      retentionInDays: 14,
    });
  });
});

test.each([{ days: 91 }, { days: "90" }, { except: [""] }, { exept: [] }])(
  "config %o is refused",
  (given) => {
    expect(unit.config.safeParse(given).success).toBe(false);
  },
);

test.each([
  ["the group that was created", { requestParameters: { logGroupName } }, [logGroupName]],
  ["nothing", { requestParameters: null }, []],
])("an event names %s", (_, detail, only) => {
  expect(unit.on.find((trigger) => trigger.kind === "event")?.only(detail)).toEqual(only);
});

test.each([
  ["CreateLogGroup", "aws.logs", true],
  ["DeleteRetentionPolicy", "aws.logs", true],
  ["PutRetentionPolicy", "aws.logs", false],
  ["CreateLogGroup", "aws.ec2", false],
])("%s of %s begins a run: %s", (eventName, source, begins) => {
  const event = { source, "detail-type": "AWS API Call via CloudTrail", detail: { eventName } };
  expect(
    unit.on.some((trigger) => trigger.kind === "event" && matchesPattern(trigger.pattern, event)),
  ).toBe(begins);
});

describe("in an account", { tags: ["moto"] }, () => {
  let aws: TestAccount;
  beforeAll(async () => {
    aws = await embedded();
    const logs = aws.client(CloudWatchLogsClient);
    for (const name of ["/app", "/app/a", "/app/b", "/kept"])
      await logs.send(new CreateLogGroupCommand({ logGroupName: name, tags: { name } }));
    for (let at = 0; at < 60; at += 1)
      await logs.send(new CreateLogGroupCommand({ logGroupName: `/many/${at}` }));
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: "/kept", retentionInDays: 400 }));
  });

  test("a sweep sees every page, and proposes for those without a retention", async () => {
    const { found, requests } = await look(unit, aws);
    expect([found.length, requests]).toEqual([64, 2]);
    const proposed = await proposals(unit, aws, { config: { except: ["/many/"] } });
    expect([...proposed.keys()]).toEqual(["/app", "/app/a", "/app/b"]);
  });

  test("a name finds that group only, and one that is gone fails nobody", async () => {
    const { found } = await look(unit, aws, { only: ["/app", "/gone", "/app/b", "/man"] });
    expect(found.map((one) => one.logGroupName)).toEqual(["/app", "/app/b"]);
  });

  test("tags are fetched for the group that is asked for", async () => {
    const clients = createClients(systemClock, {
      endpoint: aws.endpoint,
      credentials: async () => aws.credentials,
    });
    const [group] = (await look(unit, aws, { only: ["/app/a"] })).found;
    expect(
      group && (await unit.tags?.(group, { read: reader(unit.reads, clients, aws.region) })),
    ).toEqual({ name: "/app/a" });
  });

  test("set, nothing more is proposed; undone, it is as it was", async () => {
    const only = ["/app/b"];
    const [before] = (await look(unit, aws, { only })).found;
    const proposal = (await proposals(unit, aws, { only })).get("/app/b");
    if (!before || !proposal) throw new Error("nothing was proposed");
    await send(unit, aws, proposal.call);
    expect((await proposals(unit, aws, { only })).size).toBe(0);
    for (const call of [restored(before) ?? []].flat()) await send(unit, aws, call as never);
    const [again] = (await look(unit, aws, { only })).found;
    expect(again && unit.state(again)).toEqual(unit.state(before));
  });
});
