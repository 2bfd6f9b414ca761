/**
 * `doctor` on a real account: the alarms on our own failure, the secrets of channels, and with
 * `--fire` the ways to people.
 */

import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postTest } from "../../cli/doctor/outbox.ts";
import { deaf } from "../../cli/doctor/regions.ts";
import { features } from "../../features.ts";
import { createStore } from "../../ledger/dynamo.ts";
import { markTold } from "../../messages/outbox.ts";
import { clockAt } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import { names } from "../../testing/deployed.ts";
import { deployedLedger } from "../../testing/host.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { deniedXml, formation } from "../setup/stacks.ts";
import { cli, settingsFile } from "./cli.ts";
import { type Answer, type Asked, account, type Call } from "./real.ts";

const home = "eu-central-1";
let aws: TestAccount;
let topic: string;
let stop = () => {};
beforeEach(async () => {
  aws = await embedded({ region: home });
  aws.use();
  topic = `arn:aws:sns:${home}:${aws.account}:nightshift`;
});
afterEach(() => stop());

async function real(
  instead?: (call: Call) => Answer | undefined,
  answer: (asked: Asked) => Answer | undefined = () => undefined,
) {
  const { answer: stacks } = formation([]);
  const made = await account(aws, answer, (call) => instead?.(call) ?? stacks(call));
  stop = made.stop;
  return made;
}

/** Of what Lambda is asked, that it is to do something. */
const isOrder = ({ path }: Asked): boolean => path.endsWith("/invocations");

const denied = (operation: string): Answer => ({
  status: 400,
  headers: { "x-amzn-errortype": "AccessDeniedException" },
  body: { __type: "AccessDeniedException", message: `not authorized to perform ${operation}` },
});

interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly remedy: string | null;
}
async function doctor(...args: readonly string[]): Promise<(name: string) => Check | undefined> {
  const { json } = await cli("doctor", "--json", ...args);
  return (name) => json.checks.find(({ check }: Check) => check === name);
}

/** An alarm as the stacks make it. */
const alarm = (
  AlarmName: string,
  {
    region = home,
    ...rest
  }: { region?: string; ActionsEnabled?: boolean; AlarmActions?: string[] } = {},
) =>
  aws.client(CloudWatchClient, { region }).send(
    new PutMetricAlarmCommand({
      AlarmName,
      AlarmActions: [topic],
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Statistic: "Maximum",
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      ...rest,
    }),
  );
const failures = `nightshift-failures-${home}`;
const atHome = [
  failures,
  "nightshift-watchdog-silent",
  "nightshift-watchdog-failing",
  "nightshift-tell-failing",
  "nightshift-tell-late",
  "nightshift-untold",
  "nightshift-unfed",
];
const allAlarms = () => Promise.all(atHome.map((name) => alarm(name)));

describe("the alarms on our own failure", () => {
  test("are all there, enabled, and lead to the topic", async () => {
    await allAlarms();
    await real();
    expect((await doctor())("alarms")).toEqual({
      check: "alarms",
      ok: true,
      found: "7 on Nightshift's own failure, those in eu-central-1 straight to the topic",
      remedy: null,
    });
  });

  test("that are missing, disabled or lead elsewhere are named, each with its remedy", async () => {
    const others = ["watchdog-failing", "tell-late", "untold", "unfed"];
    await Promise.all(others.map((name) => alarm(`nightshift-${name}`)));
    await alarm("nightshift-watchdog-silent", { ActionsEnabled: false });
    await alarm("nightshift-tell-failing", { AlarmActions: [`${topic}-of-others`] });
    await real();
    const { ok, found, remedy } = (await doctor())("alarms") as Check;
    expect([ok, found.split("; ")]).toEqual([
      false,
      [
        "nightshift-failures-eu-central-1 in eu-central-1 is missing",
        "the actions of nightshift-watchdog-silent are disabled: it tells nobody",
        `nightshift-tell-failing does not name the topic as its action: it tells ${topic}-of-others`,
      ],
    ]);
    const remedies = (remedy ?? "").split("\n");
    expect(remedies[0]).toContain("npm run deploy");
    expect(remedies[1]).toBe(
      "`aws cloudwatch enable-alarm-actions --region eu-central-1 --alarm-names nightshift-watchdog-silent`",
    );
    expect(remedies[2]).toContain(`add ${topic} to its actions`);
  });

  test("of other regions need no action, but must be there", async () => {
    await allAlarms();
    await alarm("nightshift-failures-eu-west-1", {
      region: "eu-west-1",
      ActionsEnabled: false,
      AlarmActions: [],
    });
    await real();
    const there = await doctor("--settings", settingsFile({ home, regions: [home, "eu-west-1"] }));
    expect(there("alarms")?.ok).toBe(true);
    const lacking = await doctor(
      "--settings",
      settingsFile({ home, regions: ["eu-west-1", "us-east-1"] }),
    );
    expect(lacking("alarms")).toMatchObject({
      ok: false,
      found: "nightshift-failures-us-east-1 in us-east-1 is missing",
    });
  });

  test("that may not be looked at are a problem that says so", async () => {
    await real(({ operation }) =>
      operation === "DescribeAlarms" ? denied("cloudwatch:DescribeAlarms") : undefined,
    );
    const { ok, found, remedy } = (await doctor())("alarms") as Check;
    expect([ok, found, remedy]).toEqual([
      false,
      expect.stringContaining("cloudwatch:DescribeAlarms"),
      expect.stringContaining("permission denied"),
    ]);
  });
});

describe("a region that the account has not enabled", () => {
  const unknown = ({ service, region }: Call): Answer | undefined => {
    if (service !== "sts" || region !== "ap-east-1") return undefined;
    const error = "<Code>InvalidClientTokenId</Code><Message>The token is invalid</Message>";
    return {
      status: 403,
      headers: { "content-type": "text/xml" },
      body: `<ErrorResponse><Error><Type>Sender</Type>${error}</Error></ErrorResponse>`,
    };
  };
  const named = () => settingsFile({ home, regions: [home, "us-east-1", "ap-east-1"] });

  test("is a problem with its remedy, of the settings that name it", async () => {
    await real(unknown);
    const { ok, found, remedy } = (await doctor("--settings", named()))("enabled regions") as Check;
    expect([ok, found, remedy]).toEqual([
      false,
      "ap-east-1 is not enabled for this account, or no region at all: every run there fails",
      expect.stringContaining("or take it out of `regions`"),
    ]);
  });

  test("is no problem where all are enabled", async () => {
    await real();
    expect((await doctor("--settings", named()))("enabled regions")).toMatchObject({
      ok: true,
      found: "eu-central-1, us-east-1, ap-east-1",
    });
  });

  test("is said to be that by a plan, not wrong credentials", async () => {
    await real(unknown);
    const args = ["plan", "log-retention", "--region", "ap-east-1", "--settings", named()];
    const { code, err: stderr } = await cli(...args);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("ap-east-1 is not enabled for this account"),
    ]);
    expect(stderr).toContain("or take it out of `regions`");
    expect(stderr).not.toContain("check AWS_ACCESS_KEY_ID");
  });
});

describe("invokers", () => {
  const functionIn = (path: string) => /functions\/nightshift-([\w-]+)\/(policy|urls)/.exec(path);
  /** What Lambda says of functions: their policies' statements and the authorisation of their addresses. */
  interface Deployed {
    readonly statements?: Readonly<Record<string, readonly object[]>>;
    readonly urls?: Readonly<Record<string, string>>;
  }
  const usual: Deployed["urls"] = { decide: "AWS_IAM" };
  const functions =
    ({ statements = {}, urls = usual }: Deployed = {}) =>
    ({ path }: Asked): Answer | undefined => {
      const [, name = "", what] = functionIn(path) ?? [];
      if (what === "urls") {
        const AuthType = urls[name];
        return { body: { FunctionUrlConfigs: AuthType ? [{ AuthType }] : [] } };
      }
      const own = statements[name];
      return own && { body: { Policy: JSON.stringify({ Version: "2012-10-17", Statement: own }) } };
    };
  const letting = (Principal: unknown, Condition?: object) => ({
    Sid: "mallory",
    Effect: "Allow",
    Principal,
    Action: "lambda:InvokeFunction",
    ...(Condition && { Condition }),
  });
  const from = (service: string, SourceArn: string, SourceAccount = aws.account) =>
    letting(
      { Service: service },
      {
        StringEquals: { "AWS:SourceAccount": SourceAccount },
        ArnLike: { "AWS:SourceArn": SourceArn },
      },
    );
  const look = async (deployed?: Deployed) => {
    await real(undefined, functions(deployed));
    return (await doctor())("invokers") as Check;
  };

  test("before anything is deployed there is nobody to name, and no problem", async () => {
    await real();
    expect((await doctor())("invokers")).toMatchObject({
      ok: true,
      found: "no function is there yet",
      remedy: expect.stringContaining("deploy"),
    });
  });

  test("where only the deployment's own are let in, what cannot be read is still said: it is a note, never a plain ok", async () => {
    const rule = `arn:aws:events:${home}:${aws.account}:rule/nightshift/nightshift-Signal1`;
    const alarms = `arn:aws:cloudwatch:${home}:${aws.account}:alarm:*`;
    const { ok, found, remedy } = await look({
      statements: {
        "open-ingress": [from("events.amazonaws.com", rule)],
        signals: [
          from("events.amazonaws.com", rule),
          from("lambda.alarms.cloudwatch.amazonaws.com", alarms),
        ],
        decide: [],
      },
    });
    expect([ok, found]).toEqual([true, expect.stringContaining("let in nobody")]);
    expect(found).toContain("whether a service control policy holds administrators back");
    expect(remedy).toContain("npx nightshift scp");
    expect(remedy).toContain("lambda:InvokedViaFunctionUrl");
  });

  const other = "999999999999";
  test.each<[string, string, (account: string) => object, string]>([
    ["decide", "a role", () => letting({ AWS: "arn:aws:iam::1:role/x" }), "arn:aws:iam::1:role/x"],
    ["undo", "an account", () => letting({ AWS: other }), other],
    ["decide", "everybody", () => letting("*"), "*"],
    ["tell", "everybody of AWS", () => letting({ AWS: "*" }), "*"],
    [
      "undo",
      "everybody through an address",
      () => letting("*", { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } }),
      "*",
    ],
    [
      "open-ingress",
      "a service without a source",
      () => letting({ Service: "s3.amazonaws.com" }),
      "s3.amazonaws.com",
    ],
    [
      "open-ingress",
      "a rule of another account",
      () =>
        from("events.amazonaws.com", `arn:aws:events:${home}:${other}:rule/nightshift/a`, other),
      other,
    ],
    [
      "open-ingress",
      "a rule that is none of ours",
      (account) => from("events.amazonaws.com", `arn:aws:events:${home}:${account}:rule/mine`),
      "rule/mine",
    ],
    [
      "undo",
      "a topic",
      (account) => from("sns.amazonaws.com", `arn:aws:sns:${home}:${account}:alarms`),
      "sns.amazonaws.com",
    ],
    [
      "signals",
      "a topic that the settings do not name",
      (account) => from("sns.amazonaws.com", `arn:aws:sns:${home}:${account}:alarms`),
      "sns.amazonaws.com",
    ],
    [
      "signals",
      "every topic there is",
      () => letting({ Service: "sns.amazonaws.com" }),
      "sns.amazonaws.com",
    ],
  ])("%s that lets in %s is a problem, with how to take it away", async (name, _, made, who) => {
    const { ok, found, remedy } = await look({ statements: { [name]: [made(aws.account)] } });
    expect([ok, found]).toEqual([false, expect.stringContaining(`nightshift-${name} lets in `)]);
    expect(found).toContain(who);
    expect(remedy).toContain(
      `aws lambda remove-permission --region ${home} --function-name nightshift-${name} --statement-id mallory`,
    );
  });

  test.each([
    ["decide", "NONE", "which the deployment makes as AWS_IAM"],
    ["undo", "AWS_IAM", "which the deployment does not make"],
    ["undo", "NONE", "which the deployment does not make"],
  ])("%s with an address with the authorisation %s is a problem", async (name, auth, says) => {
    const { ok, found, remedy } = await look({ urls: { ...usual, [name]: auth } });
    expect([ok, found]).toEqual([
      false,
      `nightshift-${name} has an address with the authorisation ${auth}, ${says}`,
    ]);
    expect(remedy).toContain("delete-function-url-config");
  });

  test("that may not be looked at are a problem that says so", async () => {
    await real(undefined, ({ path }) =>
      functionIn(path) ? denied("lambda:GetPolicy") : undefined,
    );
    expect((await doctor())("invokers")).toMatchObject({
      ok: false,
      found: expect.stringContaining("lambda:GetPolicy"),
    });
  });
});

describe("subscriptions", () => {
  const listed = (...arns: readonly string[]): Answer => ({
    headers: { "content-type": "text/xml" },
    body: `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${arns
      .map(
        (arn, at) =>
          `<member><SubscriptionArn>${arn}</SubscriptionArn><Endpoint>a${at}@example.com</Endpoint></member>`,
      )
      .join(
        "",
      )}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
  });
  test.each<[what: string, arns: readonly string[], ok: boolean, found: string]>([
    ["none", [], false, "nobody is subscribed to the topic: messages reach no one"],
    [
      "one that is not confirmed",
      ["arn:aws:sns:eu-central-1:1:nightshift:1", "PendingConfirmation"],
      false,
      "not confirmed: a1@example.com",
    ],
    [
      "one that is confirmed",
      ["arn:aws:sns:eu-central-1:1:nightshift:1"],
      true,
      "1 confirmed subscription",
    ],
  ])("%s", async (_, arns, ok, found) => {
    await real(({ operation }) =>
      operation === "ListSubscriptionsByTopic" ? listed(...arns) : undefined,
    );
    expect((await doctor())("subscriptions")).toMatchObject({ ok, found });
  });
});

describe("the secrets that channels name", () => {
  const channels = {
    team: { kind: "slack-webhook", url: "secretsmanager:nightshift/slack#url" },
    pager: { kind: "pagerduty", routingKey: "ssm:/nightshift/pager" },
    also: {
      kind: "webhook",
      url: "secretsmanager:nightshift/hook#url",
      secret: "secretsmanager:nightshift/hook#secret",
    },
  };
  const settings = () => settingsFile({ home, channels });

  test("are looked for, never read", async () => {
    const secrets = aws.client(SecretsManagerClient);
    for (const Name of ["nightshift/slack", "nightshift/hook"])
      await secrets.send(new CreateSecretCommand({ Name, SecretString: "{}" }));
    await aws
      .client(SSMClient)
      .send(
        new PutParameterCommand({ Name: "/nightshift/pager", Type: "SecureString", Value: "key" }),
      );
    const operations: string[] = [];
    await real(({ service, operation, text }) => {
      if (service === "secretsmanager" || text.includes("/nightshift/pager"))
        operations.push(`${operation} ${text}`);
      return undefined;
    });
    expect((await doctor("--settings", settings()))("secrets")).toMatchObject({
      ok: true,
      found: "3 secrets of the channels",
    });
    expect(operations.sort()).toEqual([
      'DescribeSecret {"SecretId":"nightshift/hook"}',
      'DescribeSecret {"SecretId":"nightshift/slack"}',
      'GetParameter {"Name":"/nightshift/pager","WithDecryption":false}',
    ]);
  });

  test("and that are absent or about to be deleted are named, with the command that makes them", async () => {
    const secrets = aws.client(SecretsManagerClient);
    await secrets.send(new CreateSecretCommand({ Name: "nightshift/slack", SecretString: "{}" }));
    await secrets.send(new CreateSecretCommand({ Name: "nightshift/hook", SecretString: "{}" }));
    await secrets.send(new DeleteSecretCommand({ SecretId: "nightshift/hook" }));
    await real();
    const { ok, found, remedy } = (await doctor("--settings", settings()))("secrets") as Check;
    expect([ok, found]).toEqual([
      false,
      "not in eu-central-1: ssm:/nightshift/pager, which pager needs; secretsmanager:nightshift/hook, which also needs",
    ]);
    expect(remedy).toContain(
      "aws ssm put-parameter --region eu-central-1 --type SecureString --name /nightshift/pager --value file://",
    );
  });

  test("and that may not be looked at are a problem that says so", async () => {
    await real(({ service }) =>
      service === "secretsmanager" ? denied("secretsmanager:DescribeSecret") : undefined,
    );
    expect((await doctor("--settings", settings()))("secrets")).toMatchObject({
      ok: false,
      remedy: expect.stringContaining("permission denied"),
    });
  });
});

test.each<[home: string, regions: readonly string[], disabled: string, deaf: readonly string[]]>([
  ["eu-central-1", ["eu-central-1"], "", ["trusted-advisor", "cost-anomaly", "sign-in"]],
  ["eu-central-1", ["eu-central-1"], "sign-in", ["trusted-advisor", "cost-anomaly"]],
  ["eu-central-1", ["eu-central-1", "us-east-1"], "", []],
  ["cn-north-1", ["cn-north-1"], "", []],
])(
  "with home %s and regions %j, and without the signal %j, AWS tells nothing of %j",
  (at, regions, disabled, expected) => {
    const units = ["sign-in", "cost-anomaly", "trusted-advisor", "alarm"].map((id) => ({
      id,
      enabled: id !== disabled,
    }));
    expect(deaf({ home: at, regions }, units)).toEqual(expected);
  },
);

describe("what is deployed and what the settings say", () => {
  const own = { name: "nightshift", deployment: "nightshift", functions: ["nightshift-tell"] };

  test("agree", async () => {
    await real(formation([own]).answer);
    expect((await doctor())("stacks")).toEqual({
      check: "stacks",
      ok: true,
      found: "1 stack with the tag nightshift:deployment=nightshift, all in the settings",
      remedy: null,
    });
  });

  test("who is on call now would move: said before anybody deploys it, and no problem yet", async () => {
    const rotation = {
      from: "2026-01-05",
      handover: { every: "day", at: "09:00" },
      timeZone: "Europe/Berlin",
    };
    const kept = { oncall: { rotations: { primary: { people: ["ann"], ...rotation } } } };
    const metadata = { nightshift: { deployment: "nightshift", kept } };
    const file = settingsFile({
      home,
      people: { ben: { email: "ben@example.com" } },
      onCall: { rotations: { primary: { people: ["ben"], ...rotation } } },
    });
    await real(formation([{ ...own, metadata }]).answer);
    expect((await doctor("--settings", file))("moves at once")).toMatchObject({
      ok: true,
      found: "rotation primary: on now is ann; with these settings it would be ben from now on",
      remedy: expect.stringContaining('write people: ["ann"], changes: [{ from: "'),
    });
    await real(formation([own]).answer);
    expect((await doctor("--settings", file))("moves at once")).toMatchObject({
      ok: true,
      found: expect.stringContaining("not known whether these settings move who is on call now"),
    });
    const { answer } = formation([{ ...own, metadata }]);
    await real((call) =>
      call.operation === "GetTemplateSummary"
        ? deniedXml("cloudformation:GetTemplateSummary")
        : answer(call),
    );
    expect((await doctor("--settings", file))("moves at once")).toMatchObject({
      ok: false,
      found: expect.stringContaining("cloudformation:GetTemplateSummary is denied"),
    });
  });

  test("differ: what was removed is named with the remedy; other deployments' stacks are not", async () => {
    const { answer, deleted } = formation([
      own,
      { name: "nightshift-former", deployment: "nightshift", functions: ["nightshift-bygone"] },
      { name: "nightshift-forward-ap-south-1", region: "ap-south-1", deployment: "nightshift" },
      { name: "nightshift-dev", deployment: "nightshift-dev", functions: ["nightshift-dev-tell"] },
      { name: "nightshift-of-somebody", region: "eu-west-1" },
    ]);
    await real(answer);
    const { ok, found, remedy } = (await doctor())("stacks") as Check;
    expect([ok, found.split("; ").toSorted()]).toEqual([
      false,
      [
        "nightshift-former in eu-central-1, of the family former (bygone), is no longer deployed by the settings",
        "nightshift-forward-ap-south-1 in ap-south-1, of a region that the settings do not name, is no longer deployed by the settings",
      ],
    ]);
    expect(remedy).toContain("nightshift deploy");
    expect(deleted).toEqual([]);
  });

  test("in regions that may not be looked at: a note where the settings do not name them, else a problem", async () => {
    let refused = "ap-south-1";
    const { answer } = formation([own]);
    await real((call) =>
      call.operation === "DescribeStacks" && call.region === refused
        ? deniedXml("cloudformation:DescribeStacks")
        : answer(call),
    );
    expect((await doctor())("stacks")).toMatchObject({
      ok: true,
      found: expect.stringContaining("denied: ap-south-1"),
    });
    refused = home;
    expect((await doctor())("stacks")).toMatchObject({
      ok: false,
      remedy: expect.stringContaining("permission denied"),
    });
  });
});

describe("--fire", () => {
  const history = (summary: string): Answer => ({
    body: {
      AlarmHistoryItems: [
        { AlarmName: failures, HistoryItemType: "Action", HistorySummary: summary },
      ],
    },
  });
  /**
   * Answers for CloudWatch's own record, which the embedded AWS does not keep, and notes the states
   * that were set.
   */
  async function firing(
    summary: string,
    more: (call: Call) => Answer | undefined = () => undefined,
  ) {
    const states: (readonly [state: string, reason: string])[] = [];
    const { asked } = await real((call) => {
      if (call.operation === "SetAlarmState") {
        const { StateValue, StateReason } = JSON.parse(call.text);
        states.push([StateValue, StateReason]);
      }
      return (
        more(call) ?? (call.operation === "DescribeAlarmHistory" ? history(summary) : undefined)
      );
    });
    return { states, asked };
  }
  const stateOf = async () =>
    (await aws.client(CloudWatchClient).send(new DescribeAlarmsCommand({ AlarmNames: [failures] })))
      .MetricAlarms?.[0]?.StateValue;

  test("sets our own alarm to ALARM, says whose test it is, and sets it back once CloudWatch has published it", async () => {
    await allAlarms();
    const { states } = await firing(`Successfully executed action ${topic}`);
    expect((await doctor("--fire"))("test alarm")).toMatchObject({
      ok: true,
      found: expect.stringContaining(`the mail 'ALARM: "${failures}"'`),
    });
    expect(states).toEqual([
      [
        "ALARM",
        expect.stringMatching(
          `^A test by arn:aws:sts::${aws.account}:.*doctor --fire.*nothing is wrong$`,
        ),
      ],
      ["OK", expect.stringMatching(/^The test by .* is over$/)],
    ]);
    expect(await stateOf()).toBe("OK");
  });

  test("is never without being asked for", async () => {
    await allAlarms();
    const { states, asked } = await firing("");
    const found = await doctor(
      "--settings",
      settingsFile({
        home,
        channels: { pager: { kind: "pagerduty", routingKey: "ssm:/nightshift/pager" } },
      }),
    );
    expect([found("test alarm"), states, asked.filter(isOrder)]).toEqual([undefined, [], []]);
  });

  test("says what keeps CloudWatch from publishing, and leaves the alarm OK", async () => {
    await allAlarms();
    await firing(
      `Failed to execute action ${topic}. Received error: "null (Service: AWSKMS; Error Code: AccessDeniedException)"`,
    );
    expect((await doctor("--fire"))("test alarm")).toMatchObject({
      ok: false,
      found: expect.stringContaining("AWSKMS"),
      remedy: expect.stringContaining("alias/nightshift"),
    });
    expect(await stateOf()).toBe("OK");
  });

  test("leaves an alarm alone that is missing, disabled, or tells of something real", async () => {
    const { states } = await firing("");
    expect((await doctor("--fire"))("test alarm")).toMatchObject({
      ok: false,
      found: expect.stringMatching(/^not fired: .* is missing$/),
    });
    await alarm(failures, { ActionsEnabled: false });
    expect((await doctor("--fire"))("test alarm")).toMatchObject({
      ok: false,
      found: expect.stringMatching(/^not fired: the actions of .* are disabled/),
    });
    await alarm(failures);
    await aws.client(CloudWatchClient).send(
      new SetAlarmStateCommand({
        AlarmName: failures,
        StateValue: "ALARM",
        StateReason: "3 messages",
      }),
    );
    expect((await doctor("--fire"))("test alarm")).toMatchObject({
      ok: false,
      found: expect.stringContaining("in ALARM already"),
      remedy: expect.stringContaining("redrive"),
    });
    expect([states, await stateOf()]).toEqual([[], "ALARM"]);
  });

  test("says which permission is missing", async () => {
    await allAlarms();
    await firing("", ({ operation }) =>
      operation === "SetAlarmState" ? denied("cloudwatch:SetAlarmState") : undefined,
    );
    const { ok, found, remedy } = (await doctor("--fire"))("test alarm") as Check;
    expect([ok, found, remedy]).toEqual([
      false,
      expect.stringContaining("cloudwatch:SetAlarmState"),
      expect.stringContaining("permission denied"),
    ]);
  });

  test("sends through every channel, by the function that always sends, and says which took it", async () => {
    const channels = Object.fromEntries(
      ["pager", "duty", "newer"].map((name) => [
        name,
        { kind: "pagerduty", routingKey: `ssm:/nightshift/${name}` },
      ]),
    );
    const checked = [
      { channel: "pager", taken: true },
      { channel: "duty", taken: false, why: "answered 403" },
    ];
    const { asked } = await real(undefined, (call) =>
      isOrder(call) ? { body: { checked } } : undefined,
    );
    const found = await doctor("--fire", "--settings", settingsFile({ home, channels }));
    expect(asked.filter(isOrder)).toMatchObject([
      { path: "/2015-03-31/functions/nightshift-deliver/invocations", body: { kind: "check" } },
    ]);
    expect(found("channel pager")).toMatchObject({ ok: true });
    expect(found("channel duty")).toMatchObject({
      ok: false,
      found: expect.stringContaining("answered 403"),
      remedy: expect.stringContaining("docs/channels.md"),
    });
    expect(found("channel newer")).toMatchObject({ ok: false, remedy: "run `npm run deploy`" });
  });

  test("without a function that delivers says how to deploy it", async () => {
    await real();
    const found = await doctor(
      "--fire",
      "--settings",
      settingsFile({
        home,
        channels: { pager: { kind: "pagerduty", routingKey: "ssm:/nightshift/pager" } },
      }),
    );
    expect(found("test of channels")).toMatchObject({
      ok: false,
      found: expect.stringContaining("nightshift-deliver is not deployed"),
    });
  });

  test("posts a message with the caller's own credentials, and sees it told", async () => {
    await deployedLedger(aws);
    const store = createStore(aws.client(DynamoDBClient), names.table, clockAt(new Date()));
    let posted = "";
    await real(({ operation, text }) => {
      if (operation !== "PutItem" || !text.includes('"watch#outbox"')) return undefined;
      [posted = ""] = /doctor\.\d{4}-[\w:.-]+Z/.exec(text) ?? [];
      void markTold(store, posted, "sns", new Date());
      return undefined;
    });
    expect((await doctor("--fire"))("test message")).toMatchObject({
      ok: true,
      found: "went the whole way: outbox, stream, tell, and sns",
    });
    expect(posted).not.toBe("");
  });

  test("on the embedded AWS sends nothing, and finds nothing wrong in that", async () => {
    await deployedLedger(aws);
    const found = await doctor(
      "--fire",
      "--settings",
      settingsFile({
        home,
        channels: { pager: { kind: "pagerduty", routingKey: "ssm:/nightshift/pager" } },
      }),
    );
    for (const check of ["alarms", "test alarm", "test message", "test of channels"])
      expect(found(check)).toEqual({ check, ok: true, found: "not deployed here", remedy: null });
  });
});

describe("the test message", () => {
  const now = new Date("2026-11-21T02:00:00Z");
  const by = { account: "123456789012", caller: "arn:aws:iam::123456789012:user/ann" };
  const settings = (rest: object = {}) =>
    parseSettings(
      {
        home,
        channels: { pager: { kind: "pagerduty", routingKey: "ssm:/nightshift/pager" } },
        routes: [{ channel: "sns" }, { channel: "pager" }],
        ...rest,
      },
      { features, units: [] },
    );

  test("lies in an outbox that the stream hands to tell, wakes nobody, and has arrived once all have told it", async () => {
    const clock = clockAt(now);
    const { store } = memoryLedger(clock);
    let body: unknown;
    const told = {
      now: () => now,
      sleep: async () => {
        for await (const item of store.query("watch#outbox")) {
          body = item.body;
          for (const channel of ["sns", "pager"])
            await markTold(store, (item.body as { id: string }).id, channel, now);
        }
      },
    };
    expect(await postTest(store, settings(), by, told)).toEqual({
      check: "test message",
      ok: true,
      found: "went the whole way: outbox, stream, tell, and sns, pager",
      remedy: null,
    });
    expect(body).toMatchObject({
      unit: "doctor",
      kind: "watchdog",
      severity: "info",
      facts: { "asked for by": by.caller },
    });
    expect(body).not.toHaveProperty("key");
  });

  test("that a channel does not tell in time says which, and where to look", async () => {
    const clock = clockAt(now);
    const { store } = memoryLedger(clock);
    const answer = await postTest(store, settings(), by, clock);
    expect(answer).toMatchObject({
      ok: false,
      found: "was posted, and sns, pager have not told it in 30 seconds",
    });
    expect(answer.remedy).toContain("nightshift-tell and nightshift-deliver");
  });

  test("that a mute or quiet hours keep says so", async () => {
    const clock = clockAt(now);
    const post = (rest: object) => postTest(memoryLedger(clock).store, settings(rest), by, clock);
    expect(
      await post({
        mutes: [
          { match: { severity: ["info"] }, until: "2026-12-01", owner: "ann", reason: "moving" },
        ],
      }),
    ).toMatchObject({
      ok: true,
      found: "was posted, and a mute of ann keeps it from being told: moving",
    });
    const onCall = {
      rotations: {
        primary: { people: ["ann"], from: "2026-11-02", handover: { every: "day", at: "09:00" } },
      },
      quietHours: { from: "22:00", until: "07:00" },
    };
    expect(await post({ people: { ann: { email: "ann@example.com" } }, onCall })).toMatchObject({
      ok: true,
      remedy: "look for it after 2026-11-21T07:00:00.000Z",
    });
  });
});
