/**
 * The stacks deployed by the CDK's own command line, driven from outside: real rules, real workers,
 * real roles.
 */

import { CloudWatchLogsClient, PutRetentionPolicyCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { DescribeInstancesCommand, EC2Client, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { names } from "../../testing/deployed.ts";
import { type Account, accountOf } from "./account.ts";
import { type Deployed, deploy } from "./ministack.ts";

let deployed: Deployed;
let account: Account;
beforeAll(async () => {
  deployed = await deploy("test/deploy/settings.ts");
  account = await accountOf(deployed);
});
afterAll(() => deployed?.stop());

const opened = (groupId: string) => ({
  eventName: "AuthorizeSecurityGroupIngress",
  eventSource: "ec2.amazonaws.com",
  requestParameters: { groupId },
});
const created = (logGroupName: string) => ({
  eventName: "CreateLogGroup",
  eventSource: "logs.amazonaws.com",
  requestParameters: { logGroupName },
});
const viaCloudTrail = "AWS API Call via CloudTrail";

/** A Function URL's event as Lambda hands it over: whoever IAM has authenticated decides nothing. */
const decided = (order: object) => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: "/",
  headers: { "content-type": "application/json" },
  requestContext: {
    authorizer: { iam: { accountId: deployed.account, userArn: approver() } },
    http: { method: "POST", path: "/" },
  },
  body: JSON.stringify(order),
  isBase64Encoded: false,
});
const approver = () => `arn:aws:sts::${deployed.account}:assumed-role/OnCall/ann`;

/**
 * Each of it twice: as it is, and where every request needs a policy that allows it, ours included.
 */
describe.each(["whoever asks", "whoever the policies allow"])("for %s", (whom) => {
  const mark = whom.split(" ")[1];
  beforeAll(async () => {
    if (mark === "the") await deployed.evaluatePolicies();
  });

  test("an event on the default bus has the worker change the account, record it and tell it", async () => {
    const group = await account.openGroup(`open-${mark}`, 22, 443);
    await account.happens("aws.ec2", viaCloudTrail, opened(group));

    const { run } = await account.told(
      ({ unit, run }) => unit === "open-ingress" && run?.outcome === "done",
    );
    expect(await account.openPorts(group)).toEqual([`443 for open-${mark}`]);
    expect(run?.actions).toEqual([expect.objectContaining({ outcome: "applied", verified: true })]);
    expect(
      (await account.ledger(`unit#open-ingress#run#${run?.id}`))
        .map(({ type, state }) => `${type} ${state}`)
        .sort(),
    ).toEqual(["action applied", "run done", "sent undefined"]);
    expect((await account.ledger("unit#open-ingress#claim")).map(({ state }) => state)).toContain(
      "finished",
    );
  });

  test("a failed call, and one that no unit asks for, start nothing", async () => {
    const group = await account.openGroup(`refused-${mark}`, 22);
    const claims = await account.ledger("unit#open-ingress#claim");
    await account.happens("aws.ec2", viaCloudTrail, {
      ...opened(group),
      errorCode: "UnauthorizedOperation",
    });
    await account.happens("aws.ec2", viaCloudTrail, {
      ...opened(group),
      eventName: "RunInstances",
    });
    // What comes after them on the same bus has been told, so they would have been taken up by now.
    const other = await account.openGroup(`after-${mark}`, 3389);
    await account.happens("aws.ec2", viaCloudTrail, opened(other));
    await account.told(({ unit, run }) => unit === "open-ingress" && run?.outcome === "done");
    expect(await account.openPorts(group)).toEqual([`22 for refused-${mark}`]);
    expect((await account.ledger("unit#open-ingress#claim")).length).toBe(claims.length + 1);
  });

  test("what was told may expire, and nothing else of the ledger", async () => {
    const outbox = await account.ledger("unit#open-ingress#outbox");
    expect(outbox.length).toBeGreaterThan(0);
    for (const { type, ttl } of outbox) expect([type, Number(ttl) > 0]).toEqual(["message", true]);
  });

  test("what waits for approval is done when an approver says so, and not before", async () => {
    const name = `/shop/${mark}`;
    await account.createLogGroup(name);
    await account.happens("aws.logs", viaCloudTrail, created(name));
    const waiting = await account.told(
      ({ unit, run }) => unit === "log-retention" && run?.outcome === "waiting",
    );
    const plan = waiting.run?.plan?.id ?? "";
    expect(await account.retention(name)).toBeUndefined();

    const order = { plan, verdict: "approve" };
    const forged = await account.invoke("decide", decided(order));
    expect(forged.body).toMatchObject({ statusCode: 403 });
    const strangers = await account.signed("decide", order, "Stranger");
    const stranger = await account.invoke("decide", decided(strangers));
    expect(stranger.body).toMatchObject({ statusCode: 409 });
    const decidedOn = async () =>
      (await account.ledger(`decision#${plan}`)).map(({ type }) => type);
    expect(await decidedOn()).toEqual(["refusal"]);

    const unsigned = JSON.stringify({ plan, verdict: "approve" });
    const asJson = { "content-type": "application/json" };
    expect(await account.post("decide", unsigned, asJson)).toBe(403);
    expect(await decidedOn()).toEqual(["refusal"]);

    const ours = await account.signed("decide", order);
    const approved = await account.invoke("decide", decided(ours));
    expect(approved.body).toMatchObject({ statusCode: 200 });
    expect(JSON.parse((approved.body as { body: string }).body)).toMatchObject({ by: approver() });
    expect((await account.invoke("decide", decided(ours))).body).toMatchObject({ statusCode: 403 });
    const { run } = await account.told(
      ({ unit, run }) => unit === "log-retention" && run?.outcome === "done",
    );
    expect(run?.actions).toEqual([expect.objectContaining({ target: name, outcome: "applied" })]);
    expect(await account.retention(name)).toBe(90);
  });

  test("undo takes it back with the automation's own undo role, and the next sweep leaves it", async () => {
    const group = await account.openGroup(`taken-back-${mark}`, 5432);
    await account.happens("aws.ec2", viaCloudTrail, opened(group));
    const { run } = await account.told(
      ({ unit, run }) => unit === "open-ingress" && run?.outcome === "done",
    );
    expect(await account.openPorts(group)).toEqual([]);

    const { shown, unconfirmed, confirmed } = await account.undoOf(run?.id ?? "");
    expect(shown).toMatchObject({
      more: 0,
      shows: [
        {
          is: "unknown",
          changes: [{ field: null, before: "gone", after: expect.stringContaining("5432") }],
          calls: [{ operation: "ec2:AuthorizeSecurityGroupIngress", input: { GroupId: group } }],
        },
      ],
    });
    expect(unconfirmed).toMatchObject({
      outcome: "held",
      actions: [{ outcome: "held", held: { by: "unconfirmed" } }],
      confirm: shown.confirm,
    });
    expect(confirmed).toMatchObject({
      outcome: "done",
      actions: [{ outcome: "applied", error: null }],
    });
    expect(await account.openPorts(group)).toEqual([`5432 for taken-back-${mark}`]);

    const slot = account.slot("open-ingress");
    expect(await account.invoke("open-ingress", slot)).toMatchObject({ failed: false });
    expect(await account.openPorts(group)).toEqual([`5432 for taken-back-${mark}`]);
  });

  test("an alarm becomes an incident, and its news is told", async () => {
    await account.happens("aws.cloudwatch", "CloudWatch Alarm State Change", {
      alarmName: `queue-${mark}`,
      state: { value: "ALARM", reason: "too long", timestamp: new Date().toISOString() },
      previousState: { value: "OK" },
      configuration: { metrics: [] },
    });
    const { incidents } = await account.told(
      ({ kind, title }) => kind === "incident" && title.includes(`queue-${mark}`),
    );
    expect(incidents).toMatchObject({
      why: "opened",
      incidents: [{ state: "open", severity: "critical" }],
    });
  });

  test("the watchdog finds nothing that was left behind", async () => {
    expect(await account.invoke("watchdog", { kind: "watch" })).toEqual({
      failed: false,
      body: { takenUp: 0, told: 0, wrong: 0 },
    });
  });

  test("a region that is not configured is not looked at", async () => {
    const slot = account.slot("open-ingress", "ap-south-1");
    expect(await account.invoke("open-ingress", slot)).toEqual({
      failed: false,
      body: { runs: [] },
    });
  });

  test("nothing has ended in the failure queue", async () => {
    expect(await account.lyingIn(names.failures)).toBe(0);
  });
});

describe("what the deployed roles may not do", () => {
  const refused = {
    name: expect.stringMatching(/AccessDenied|UnauthorizedOperation|AuthorizationError/),
  };
  const put = (pk: string) =>
    new PutItemCommand({ TableName: names.table, Item: { pk: { S: pk }, sk: { S: "forged" } } });

  test("a worker writes no other's part of the ledger, and cannot read it all", async () => {
    const ledger = new DynamoDBClient(account.as("open-ingress"));
    await ledger.send(put("unit#open-ingress#seen#forged"));
    for (const pk of [
      "unit#log-retention#plan",
      "decision#plan",
      "undo#open-ingress#hold#x",
      "told#x",
    ])
      await expect(ledger.send(put(pk)), pk).rejects.toMatchObject(refused);
    await expect(ledger.send(new ScanCommand({ TableName: names.table }))).rejects.toMatchObject(
      refused,
    );
  });

  test("a worker makes no call that its unit does not declare", async () => {
    await account.createLogGroup("/shop/undeclared");
    const call = { logGroupName: "/shop/undeclared", retentionInDays: 90 };
    await expect(
      new CloudWatchLogsClient(account.as("open-ingress")).send(
        new PutRetentionPolicyCommand(call),
      ),
    ).rejects.toMatchObject(refused);
    await new CloudWatchLogsClient(account.as("log-retention")).send(
      new PutRetentionPolicyCommand(call),
    );
  });

  test("a unit that watches cannot change anything", async () => {
    await account.invoke("idle-instances", account.slot("idle-instances", "ap-south-1"));
    const ec2 = new EC2Client(account.as("idle-instances"));
    await ec2.send(new DescribeInstancesCommand({}));
    await expect(
      ec2.send(new StopInstancesCommand({ InstanceIds: ["i-0123456789abcdef0"] })),
    ).rejects.toMatchObject(refused);
  });

  test("what is exempt by its tag is refused even to the unit that may change the others", async () => {
    await account.createLogGroup("/shop/exempt", {
      "nightshift:exempt": "until=2099-01-31 owner=ann@example.com",
    });
    const call = new PutRetentionPolicyCommand({
      logGroupName: "/shop/exempt",
      retentionInDays: 90,
    });
    await expect(
      new CloudWatchLogsClient(account.as("log-retention")).send(call),
    ).rejects.toMatchObject(refused);
  });

  test("no worker turns the kill switch", async () => {
    const turn = new PutParameterCommand({ Name: names.killSwitch, Value: "run", Overwrite: true });
    await expect(new SSMClient(account.as("open-ingress")).send(turn)).rejects.toMatchObject(
      refused,
    );
  });

  test("nobody but the undo function assumes an undo role", async () => {
    const assume = () =>
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${deployed.account}:role/nightshift-undo-open-ingress`,
        RoleSessionName: "eve",
      });
    await expect(account.sts.send(assume())).rejects.toMatchObject(refused);
    await expect(new STSClient(account.as("open-ingress")).send(assume())).rejects.toMatchObject(
      refused,
    );
  });
});
