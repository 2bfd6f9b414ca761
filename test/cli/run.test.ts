import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { beforeEach, describe, expect, test } from "vitest";
import { type FaultProxy, startFaultProxy } from "../../testing/fault-proxy.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { makeGroups, retentions, tagGroup } from "../setup/retention.ts";
import { cli, created, file, settingsFor } from "./cli.ts";

let aws: TestAccount;
let act: string;
beforeEach(async () => {
  aws = await embedded();
  aws.use();
  act = settingsFor(aws, "act");
});

const missing = async (): Promise<string[]> => {
  const asked = [
    aws.client(DynamoDBClient).send(new DescribeTableCommand({ TableName: "nightshift" })),
    aws.client(SSMClient).send(new GetParameterCommand({ Name: "/nightshift/kill-switch" })),
  ];
  return (await Promise.allSettled(asked)).flatMap(({ status }, at) =>
    status === "rejected" ? [["table", "kill switch"][at] ?? ""] : [],
  );
};

describe("run", () => {
  test("carries out, and prints exactly the JSON that others rely on", async () => {
    await makeGroups(aws, "/a");
    const { code, json, err } = await cli("run", "log-retention", "--settings", act, "--json");
    const id = expect.stringMatching(/^log-retention\.\d{8}T\d{6}\.[0-9a-f]{8}$/);
    expect(json).toStrictEqual({
      id,
      automation: "log-retention",
      account: aws.account,
      region: aws.region,
      mode: "act",
      outcome: "done",
      found: 1,
      numbers: expect.objectContaining({ applied: 1, held: 0, undoable: 1 }),
      plan: null,
      actions: [
        {
          id: expect.stringContaining(`${json.id}.`),
          target: "/a",
          because: "it keeps its events for ever",
          outcome: "applied",
          verified: true,
          held: null,
          error: null,
          undo: { operation: "logs:DeleteRetentionPolicy", input: { logGroupName: "/a" } },
        },
      ],
      calls: { reads: expect.any(Number), writes: 1 },
    });
    expect(code).toBe(0);
    expect(err).toContain(`account ${aws.account}, region ${aws.region}, endpoint ${aws.endpoint}`);
    expect(await retentions(aws)).toEqual({ "/a": 90 });
  });

  test("says to a person what was changed, what was held by what, and the exact command that takes it back", async () => {
    await makeGroups(aws, "/a", "/exempt");
    await tagGroup(aws, "/exempt", {
      "nightshift:exempt": "until=2099-01-31 owner=ann@example.com reason=audit",
    });
    const { code, out } = await cli("run", "log-retention", "--settings", act);
    expect(code).toBe(3);
    expect(out).toMatch(/CHANGED\s+\/a \(verified\)\n.*because it keeps its events for ever/);
    expect(out).toMatch(/HELD\s+\/exempt\n(.*\n)+.*held by exemption: .*audit/);
    const [, command = ""] = /npx nightshift (undo .*)/.exec(out) ?? [];
    expect((await cli(...command.split(" "))).code).toBe(0);
    expect(await retentions(aws)).toEqual({ "/a": null, "/exempt": null });
  });

  test("exits with 0 when there is nothing to do, and with 3 when the mode only watches", async () => {
    expect((await cli("run", "log-retention", "--settings", act)).code).toBe(0);
    await makeGroups(aws, "/a");
    const { code, json } = await cli(
      "run",
      "log-retention",
      "--settings",
      act,
      "--mode",
      "watch",
      "--json",
    );
    expect([code, json.mode, json.outcome, json.actions[0].held.by]).toEqual([
      3,
      "watch",
      "held",
      "watch",
    ]);
    expect(await retentions(aws)).toEqual({ "/a": null });
  });

  test("takes config and time from the command line", async () => {
    await makeGroups(aws, "/a");
    const { json } = await cli(
      "run",
      "log-retention",
      "--settings",
      act,
      "--config",
      '{"days": 7}',
      "--at",
      "2027-01-01T05:00:00Z",
      "--json",
    );
    expect(json.id).toContain("20270101T0500");
    expect(await retentions(aws)).toEqual({ "/a": 7 });
  });

  test.each([
    ["EventBridge", (event: object) => event],
    [
      "SNS",
      (event: object) => ({
        Records: [
          {
            EventSource: "aws:sns",
            Sns: {
              Type: "Notification",
              TopicArn: "arn:aws:sns:eu-west-1:1:t",
              Message: JSON.stringify(event),
            },
          },
        ],
      }),
    ],
    [
      "SQS",
      (event: object) => ({
        Records: [{ messageId: "1", eventSource: "aws:sqs", body: JSON.stringify(event) }],
      }),
    ],
  ])("looks only where an event points, as %s delivers it", async (_, wrapped) => {
    await makeGroups(aws, "/a", "/b");
    const { code, json } = await cli(
      "run",
      "log-retention",
      "--settings",
      act,
      "--event",
      file(wrapped(created(aws, "/b"))),
      "--json",
    );
    expect([code, json.found]).toEqual([0, 1]);
    expect(await retentions(aws)).toEqual({ "/a": null, "/b": 90 });
  });

  test("of an event that names no target ends quietly", async () => {
    const event = created(aws, "/a", { detail: { eventName: "CreateLogGroup" } });
    const { code, json } = await cli(
      "run",
      "log-retention",
      "--settings",
      act,
      "--event",
      file(event),
      "--json",
    );
    expect([code, json.id, json.outcome]).toEqual([0, null, "nothing"]);
  });

  test("of a signal prints the message", async () => {
    const event = {
      source: "aws.cloudwatch",
      "detail-type": "CloudWatch Alarm State Change",
      account: aws.account,
      region: aws.region,
      time: "2026-11-21T02:00:00Z",
      id: "1",
      resources: [],
    };
    const detail = {
      alarmName: "cpu-high",
      state: { value: "ALARM", reason: "99 % > 90 %", timestamp: "2026-11-21T02:00:00.000+0000" },
    };
    const alarm = file({ ...event, detail });
    const { code, json } = await cli("run", "alarm", "--settings", act, "--event", alarm, "--json");
    expect([code, json.outcome, json.actions]).toEqual([0, "done", []]);
    expect(json.message.title).toContain("cpu-high");
    const planned = await cli("plan", "alarm", "--settings", act, "--event", alarm);
    expect(planned.out).toContain("cpu-high");
    const linked = settingsFor(aws, "act", { runbooks: "https://example.com/docs/" });
    const { out } = await cli("plan", "alarm", "--settings", linked, "--event", alarm);
    expect(out).toContain("What to do: https://example.com/docs/runbooks.md#alarm");
  });

  test("sends everything to the one endpoint that it says, whatever a variable of one service names", async () => {
    process.env.AWS_ENDPOINT_URL_DYNAMODB = "http://127.0.0.1:9";
    process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS = "http://127.0.0.1:9";
    expect((await cli("run", "log-retention", "--settings", act)).code).toBe(0);
  });

  test("of a report prints what it tells", async () => {
    const { code, json } = await cli("run", "cost-report", "--settings", act, "--json");
    expect([code, json.automation, json.actions]).toEqual([0, "cost-report", []]);
    expect(json.message.title).toEqual(expect.any(String));
  });
});

describe("a plan that waits", () => {
  const asked = async (): Promise<string> => {
    await makeGroups(aws, "/a");
    const { code, json } = await cli(
      "run",
      "log-retention",
      "--settings",
      act,
      "--mode",
      "ask",
      "--json",
    );
    expect(code).toBe(3);
    expect(json).toMatchObject({
      outcome: "waiting",
      plan: {
        id: expect.any(String),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        expires: expect.stringMatching(/Z$/),
      },
    });
    return json.plan.id;
  };

  test("is carried out when it is approved, once", async () => {
    const plan = await asked();
    const { code, json } = await cli("approve", plan, "--settings", act, "--json");
    expect([code, json.plan, json.verdict, json.run.outcome, json.run.mode]).toEqual([
      0,
      plan,
      "approve",
      "done",
      "act",
    ]);
    expect(await retentions(aws)).toEqual({ "/a": 90 });
    const denied = await cli("deny", plan, "--settings", act);
    expect([denied.code, denied.out]).toEqual([1, ""]);
    expect(denied.err).toContain("was already decided on: approve by");
  });

  test("that was asked for by hand is carried out although the settings only watch", async () => {
    const plan = await asked();
    const { code, json } = await cli(
      "approve",
      plan,
      "--settings",
      settingsFor(aws, "watch"),
      "--json",
    );
    expect([code, json.run.outcome, json.run.mode]).toEqual([0, "done", "ask"]);
    expect(await retentions(aws)).toEqual({ "/a": 90 });
  });

  test("that is denied is left undone", async () => {
    const plan = await asked();
    const { code, json } = await cli("deny", plan, "--settings", act, "--json");
    expect([code, json.run]).toEqual([0, null]);
    expect((await cli("history", plan, "--settings", act)).out).toContain("Denied by");
    expect(await retentions(aws)).toEqual({ "/a": null });
  });

  test("may be decided on by whom the settings name, and nobody else", async () => {
    const plan = await asked();
    const { code, err } = await cli(
      "approve",
      plan,
      "--settings",
      settingsFor(aws, "act", { approvers: [] }),
    );
    expect(code).toBe(1);
    expect(err).toContain("the settings' `approvers` is empty, so nobody may");
    expect(await retentions(aws)).toEqual({ "/a": null });
  });

  test("may be refused to whoever ran it by hand, which history shows", async () => {
    const two = settingsFor(aws, "act", { twoPersonRule: true });
    const plan = await asked();
    const { code, err } = await cli("approve", plan, "--settings", two);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(
        "asked for it, and the settings' `twoPersonRule` wants somebody else to approve",
      ),
    ]);
    expect((await cli("history", plan, "--settings", two)).out).toMatch(
      /Asked for by arn:.*\nRefused to approve it, .* UTC: arn:/,
    );
    expect(await retentions(aws)).toEqual({ "/a": null });
  });
});

describe("undo", () => {
  test("takes back a run, after which a sweep leaves it alone until the undo is taken back", async () => {
    await makeGroups(aws, "/a");
    const { json: ran } = await cli("run", "log-retention", "--settings", act, "--json");
    const undone = await cli("undo", ran.id, "--settings", act, "--json");
    expect([undone.code, undone.json.outcome, undone.json.actions[0].verified]).toEqual([
      0,
      "done",
      true,
    ]);
    expect(await retentions(aws)).toEqual({ "/a": null });
    const swept = await cli("run", "log-retention", "--settings", act, "--json");
    expect([swept.code, swept.json.actions[0].held.by]).toEqual([3, "hold"]);
    expect((await cli("undo", undone.json.id, "--settings", act)).code).toBe(0);
    expect(await retentions(aws)).toEqual({ "/a": 90 });
  });

  test("of an undo says so where nothing is left to be done again", async () => {
    await makeGroups(aws, "/a");
    const { json: ran } = await cli("run", "log-retention", "--settings", act, "--json");
    const { json: undone } = await cli("undo", ran.id, "--settings", act, "--json");
    const { CloudWatchLogsClient, PutRetentionPolicyCommand } = await import(
      "@aws-sdk/client-cloudwatch-logs"
    );
    await aws
      .client(CloudWatchLogsClient)
      .send(new PutRetentionPolicyCommand({ logGroupName: "/a", retentionInDays: 7 }));
    const again = await cli("undo", undone.id, "--settings", act);
    expect(again.code).toBe(0);
    expect(again.err).toContain("Nothing is done again now, as nothing wrong is found there.");
  });

  test("is refused with the difference when somebody has changed it since", async () => {
    await makeGroups(aws, "/a");
    const { json: ran } = await cli("run", "log-retention", "--settings", act, "--json");
    const { CloudWatchLogsClient, PutRetentionPolicyCommand } = await import(
      "@aws-sdk/client-cloudwatch-logs"
    );
    await aws
      .client(CloudWatchLogsClient)
      .send(new PutRetentionPolicyCommand({ logGroupName: "/a", retentionInDays: 7 }));
    const { code, out } = await cli("undo", ran.actions[0].id, "--settings", act);
    expect(code).toBe(3);
    expect(out).toContain("retentionInDays was 90 and is 7");
  });

  test.each([
    ["log-retention.20261121T000000.00000000"],
    ["log-retention.20261121T000000.00000000.0123456789"],
    ["nobody.1.2"],
  ])("of %s, which is unknown, exits with 1", async (id) => {
    const { code, err, out } = await cli("undo", id, "--settings", act);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("npx nightshift history");
  });
});

describe("plan", () => {
  test("shows exactly the JSON that others rely on, and creates nothing", async () => {
    await makeGroups(aws, "/a");
    const { code, json } = await cli("plan", "log-retention", "--settings", act, "--json");
    expect(code).toBe(0);
    expect(json).toStrictEqual({
      automation: "log-retention",
      account: aws.account,
      region: aws.region,
      at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
      found: 1,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      proposals: [
        {
          target: "/a",
          because: "it keeps its events for ever",
          call: {
            operation: "logs:PutRetentionPolicy",
            input: { logGroupName: "/a", retentionInDays: 90 },
          },
          undo: { operation: "logs:DeleteRetentionPolicy", input: { logGroupName: "/a" } },
          savesPerMonth: null,
          held: null,
        },
      ],
    });
    expect(await retentions(aws)).toEqual({ "/a": null });
    expect(await missing()).toEqual(["table", "kill switch"]);
  });

  test("names the guard that would hold, and exits with 0 all the same", async () => {
    await makeGroups(aws, "/a");
    await cli("stop", "--settings", act);
    const { code, json } = await cli("plan", "log-retention", "--settings", act, "--json");
    expect([code, json.proposals[0].held.by]).toEqual([0, "kill-switch"]);
  });

  test("of an event shows what it would look at", async () => {
    await makeGroups(aws, "/a", "/b");
    const { json } = await cli(
      "plan",
      "log-retention",
      "--settings",
      act,
      "--event",
      file(created(aws, "/b")),
      "--json",
    );
    expect(json.proposals.map(({ target }: { target: string }) => target)).toEqual(["/b"]);
  });
});

describe("where AWS refuses", () => {
  let proxy: FaultProxy;
  const through = async (): Promise<void> => {
    proxy = await startFaultProxy(aws.endpoint);
    process.env.AWS_ENDPOINT_URL = proxy.endpoint;
  };

  test("a denied change is failed, with 1, and told with what AWS said", async () => {
    await makeGroups(aws, "/a");
    await through();
    proxy.fault(({ operation }) => operation === "PutRetentionPolicy", "denied");
    const { code, json } = await cli("run", "log-retention", "--settings", act, "--json");
    expect([code, json.outcome, json.actions[0].outcome]).toEqual([1, "failed", "failed"]);
    expect(json.actions[0].error).toContain("AccessDenied");
    await proxy.stop();
  });

  test("a denied read names the operation and how to find what is needed, without a stack trace", async () => {
    await through();
    proxy.fault(({ operation }) => operation === "DescribeLogGroups", "denied");
    const { code, out, err } = await cli("plan", "log-retention", "--settings", act);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("logs:DescribeLogGroups");
    expect(err).toContain("npx nightshift policy");
    expect(err).not.toContain("    at ");
    await proxy.stop();
  });
});
