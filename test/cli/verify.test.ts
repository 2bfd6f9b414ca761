/**
 * The ledger is true: whatever it and the account do not explain of each other is found, and
 * nothing else.
 */
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { trailRecords } from "../../cli/io/lines.ts";
import type { ActionRecord } from "../../ledger/actions.ts";
import { changersOf, joinChangers } from "../../ledger/changers.ts";
import { claim } from "../../ledger/claims.ts";
import { intend } from "../../ledger/intents.ts";
import { keys, type Place } from "../../ledger/keys.ts";
import type { Store } from "../../ledger/store.ts";
import { put } from "../../messages/outbox.ts";
import { after, before, hours, minutes } from "../../sdk/time.ts";
import { hostOf, testSettings } from "../../testing/host.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { makeGroups } from "../setup/retention.ts";
import { cli, file, settingsFor } from "./cli.ts";

let aws: TestAccount;
let act: string;
let store: Store;
let place: Place;
// biome-ignore lint/suspicious/noExplicitAny: a run as the command line prints it
let ran: any;
async function anew() {
  aws = await embedded();
  aws.use();
  act = settingsFor(aws, "act");
  store = hostOf(aws, testSettings(aws, "log-retention")).store;
  place = { unit: "log-retention", account: aws.account, region: aws.region };
  await makeGroups(aws, "/a", "/b");
  ran = (await cli("run", "log-retention", "--settings", act, "--json")).json;
}
const found = async (...rest: readonly string[]) => {
  const { code, json } = await cli("verify", "--settings", act, "--json", ...rest);
  const findings = json.findings.map(({ kind, what }: { kind: string; what: string }) => [
    kind,
    what,
  ]);
  expect(code).toBe(findings.length ? 1 : 0);
  return findings;
};
const now = new Date();
/** What intends, until when. */
const until = (from: Date, end: Date) => ({
  store,
  writer: "unit" as const,
  lease: { from, until: end },
});
const dead = () => until(before(now, hours(1)), before(now, minutes(1)));
const alive = () => until(now, after(now, hours(1)));
const died = (id: string): ActionRecord => ({
  ...place,
  id: `${ran.id}.${id}`,
  run: ran.id,
  at: before(now, hours(1)),
  target: `/${id}`,
  within: null,
  because: "x",
  digest: id,
  call: {
    operation: "logs:PutRetentionPolicy",
    input: { logGroupName: `/${id}`, retentionInDays: 90 },
  },
  undo: null,
  once: null,
  savesPerMonth: null,
  before: null,
  outcome: "intended",
  verified: null,
  held: null,
  error: null,
});

describe("verify", () => {
  beforeEach(anew);

  test("finds nothing after a run and an undo, and says what it looked at", async () => {
    await cli("undo", ran.actions[0].id, "--settings", act);
    const { code, json, err } = await cli("verify", "--settings", act, "--json");
    expect([code, json]).toEqual([
      0,
      { findings: [], looked: { runs: 2, actions: 3, targets: 2, trail: null } },
    ]);
    expect(err).toContain("no trail: give one with --trail");
  });

  test("finds what somebody changed since, and what is gone", async () => {
    await aws
      .client(CloudWatchLogsClient)
      .send(new PutRetentionPolicyCommand({ logGroupName: "/a", retentionInDays: 3 }));
    await aws.client(CloudWatchLogsClient).send(new DeleteLogGroupCommand({ logGroupName: "/b" }));
    expect(await found()).toEqual([
      ["drift", "/a"],
      ["drift", "/b"],
    ]);
    expect((await cli("verify", "--settings", act)).out).toMatch(
      /not as it was left: \/a .*\n.*retentionInDays was 90 and is 3\n.*history --target \/a/,
    );
  });

  test("what another of our own changed since is that one's to answer for", async () => {
    await aws
      .client(CloudWatchLogsClient)
      .send(new PutRetentionPolicyCommand({ logGroupName: "/a", retentionInDays: 3 }));
    const another = { ...place, unit: "idle-instances", target: "/a" };
    const body = { run: "r", action: "a", at: after(now, minutes(1)) };
    const last = { pk: keys.story("unit", another, "/a"), sk: "last", type: "story", body };
    const joined = joinChangers(another, await changersOf(store, another));
    expect(joined).toBeDefined();
    await store.transact([{ put: last }, ...(joined ? [joined] : [])]);
    expect(await found()).toEqual([]);
  });

  test("what an undo brought back under another id is as it was left, until somebody takes it away", async () => {
    const ec2 = aws.client(EC2Client);
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: "world", Description: "world" }),
    );
    const IpPermissions = [
      { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    ];
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    act = settingsFor(aws, "act", { units: { "open-ingress": { mode: "act" } } });
    const { json } = await cli("run", "open-ingress", "--settings", act, "--json");
    expect(await found()).toEqual([]);
    expect((await cli("undo", json.id, "--settings", act)).code).toBe(0);
    expect(await found()).toEqual([]);
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    expect(await found()).toEqual([["drift", json.actions[0].target]]);
  });

  test("finds a change whose outcome nobody knows, with the lock that it left; not one that is under way", async () => {
    await intend(dead(), [died("dead")]);
    await intend(alive(), [died("alive")]);
    expect(await found()).toEqual([
      ["no-outcome", `${ran.id}.dead`],
      ["lock", "/dead"],
    ]);
  });

  test("finds a run that died before it wrote a line of itself, with what it had begun", async () => {
    await claim(
      store,
      {
        place,
        start: { kind: "sweep", key: "k", region: aws.region, at: now },
        run: "log-retention.20261121T020000.12345678",
        holder: "h",
      },
      { from: before(now, hours(2)), until: before(now, hours(1)) },
    );
    const lost = {
      ...died("x"),
      id: "log-retention.20261121T020000.12345678.x",
      run: "log-retention.20261121T020000.12345678",
    };
    await intend(dead(), [lost]);
    await store.remove(keys.lock(place, "/x"));
    expect(await found()).toEqual([
      ["no-outcome", lost.id],
      ["unfinished", lost.run],
    ]);
  });

  test("finds a run whose record was taken away", async () => {
    await store.remove(keys.run("unit", "log-retention", ran.id));
    expect(await found()).toEqual([["no-record", ran.id]]);
    await store.remove({
      pk: keys.runs("unit", "log-retention"),
      sk: `${(await Array.fromAsync(store.query(keys.runs("unit", "log-retention"))))[0]?.sk}`,
    });
    expect(await found()).toEqual([["no-record", ran.id]]);
  });

  test("finds a message that waits too long", async () => {
    const message = {
      account: aws.account,
      region: aws.region,
      unit: "log-retention",
      kind: "watchdog",
      severity: "info",
      title: "t",
    } as const;
    await put(store, "undo#log-retention", { ...message, id: "old", at: before(now, minutes(11)) });
    await put(store, "exempt", { ...message, id: "new", at: now });
    expect(await found()).toEqual([["untold", "old"]]);
  });
});

describe("of what our roles did, verify finds what no action explains", () => {
  beforeAll(anew);
  const role = (name: string) => `arn:aws:iam::${aws.account}:role/${name}`;
  const call = (given: object = {}, by = "nightshift-log-retention") => ({
    eventID: "e1",
    eventName: "PutRetentionPolicy",
    eventSource: "logs.amazonaws.com",
    eventTime: new Date().toISOString(),
    awsRegion: aws.region,
    readOnly: false,
    userIdentity: {
      type: "AssumedRole",
      arn: `arn:aws:sts::${aws.account}:assumed-role/${by}/x`,
      sessionContext: { sessionIssuer: { type: "Role", arn: role(by) } },
    },
    requestParameters: { logGroupName: "/a", retentionInDays: 90 },
    responseElements: null,
    ...given,
  });
  const trail = (...records: readonly object[]) =>
    file(records.map((one) => JSON.stringify(one)).join("\n"), "jsonl");

  const explained: readonly [what: string, record: () => object][] = [
    ["an action that is recorded", () => call()],
    ["a look", () => call({ eventName: "DescribeLogGroups", readOnly: true })],
    [
      "a look that does not say so",
      () => call({ eventName: "DescribeLogGroups", readOnly: undefined }),
    ],
    [
      "what was denied",
      () => call({ requestParameters: { logGroupName: "/c" }, errorCode: "AccessDenied" }),
    ],
    [
      "our own book-keeping",
      () => call({ eventSource: "dynamodb.amazonaws.com", eventName: "TransactWriteItems" }),
    ],
    ["what a person did", () => call({ requestParameters: { logGroupName: "/c" } }, "developer")],
    [
      "a role of another account",
      () =>
        call({
          userIdentity: {
            sessionContext: {
              sessionIssuer: { arn: "arn:aws:iam::999999999999:role/nightshift-log-retention" },
            },
          },
        }),
    ],
  ];
  const notExplained: typeof explained = [
    [
      "another target",
      () => call({ requestParameters: { logGroupName: "/c", retentionInDays: 90 } }),
    ],
    [
      "a target whose name begins like one",
      () => call({ requestParameters: { logGroupName: "/a2", retentionInDays: 90 } }),
    ],
    ["another operation", () => call({ eventName: "DeleteLogGroup" })],
    ["another time", () => call({ eventTime: before(now, hours(1)).toISOString() })],
    ["another region", () => call({ awsRegion: "us-east-1" })],
    ["another unit's role", () => call({}, "nightshift-idle-instances")],
    ["a role that changes nothing", () => call({}, "nightshift-tell")],
    [
      "whatever the session is called",
      () =>
        call({
          eventName: "DeleteLogGroup",
          userIdentity: {
            arn: "arn:x",
            sessionContext: { sessionIssuer: { arn: role("nightshift-undo-log-retention") } },
          },
        }),
    ],
  ];
  // Told apart by their ids: the whole ledger is read but once.
  let unexplained: readonly (string | undefined)[];
  beforeAll(async () => {
    const records = [...explained, ...notExplained].map(([eventID, record]) => ({
      ...record(),
      eventID,
    }));
    unexplained = (await found("--trail", trail(...records))).map(([kind, what]: string[]) => {
      expect(kind).toBe("unexplained");
      return what;
    });
  });

  test.each(explained)("%s is none", (what) => expect(unexplained).not.toContain(what));

  test.each(notExplained)("%s is one", (what) => expect(unexplained).toContain(what));

  test("in whatever form the trail comes", async () => {
    const [one, two, three, four] = ["1", "2", "3", "4"].map((eventID) =>
      call({ eventID, eventName: "DeleteLogGroup" }),
    );
    const path = trail(
      { Records: [one] },
      { "detail-type": "AWS API Call via CloudTrail", detail: two },
      { CloudTrailEvent: JSON.stringify(three) },
      { Events: [{ CloudTrailEvent: JSON.stringify(four) }] },
      { hello: 1 },
    );
    expect((await found("--trail", path)).map(([, what]: string[]) => what)).toEqual([
      "1",
      "2",
      "3",
      "4",
    ]);
    expect(trailRecords("text")).toEqual([]);
  });

  test("a trail that cannot be read is refused before anything is asked", async () => {
    for (const [path, says] of [
      ["nowhere.jsonl", "does not exist"],
      [file('{"a":1}\n{', "jsonl"), "line 2 of"],
    ] as const) {
      const { code, err } = await cli("verify", "--trail", path);
      expect(code).toBe(2);
      expect(err).toContain(says);
      expect(err).not.toContain("endpoint");
    }
  });
});
