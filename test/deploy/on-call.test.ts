/**
 * On-call as it is deployed: an alarm, the message in Slack, what people press there, and what
 * comes of it, through the deployed functions and queues. Slack and PagerDuty are servers on this
 * machine; every request needs a policy that allows it.
 */
import { setTimeout as pause } from "node:timers/promises";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FakePagerDuty, startPagerDuty } from "../../channels/pagerduty/fake.ts";
import { type FakeSlack, startFakeSlack } from "../../channels/slack/fake.ts";
import type { FakeMessage, UrlEvent } from "../../channels/slack/fake-workspace.ts";
import { names } from "../../testing/deployed.ts";
import { type Account, accountOf } from "./account.ts";
import { type Deployed, deploy } from "./ministack.ts";

const routingKey = "0123456789abcdef0123456789abcdef";
let slack: FakeSlack;
let phone: FakePagerDuty;
let deployed: Deployed;
let account: Account;

beforeAll(async () => {
  slack = await startFakeSlack({ answers: "https://hooks.slack.com" });
  phone = await startPagerDuty(routingKey);
  deployed = await deploy("test/deploy/on-call-settings.ts", {
    "slack.com": slack.url,
    "hooks.slack.com": slack.url,
    "events.pagerduty.com": phone.url,
  });
  account = await accountOf(deployed);
  const vault = new SecretsManagerClient(account.config);
  const { token, signingSecret } = slack;
  for (const [Name, SecretString] of [
    ["nightshift/slack", JSON.stringify({ token, signingSecret })],
    ["nightshift/pagerduty", routingKey],
  ])
    await vault.send(new CreateSecretCommand({ Name, SecretString }));
  // While anybody may still take on a role: Ann's session at the command line.
  await account.signed("incidents", {});
  await deployed.evaluatePolicies();
});
afterAll(async () => {
  await deployed?.stop();
  await slack?.stop();
  await phone?.stop();
});

/** How long the slowest step may take: functions start cold. */
const patience = 30_000;

/** Waits until it is there. */
async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const found = look();
    if (found) return found;
    await pause(100);
  }
  const told = [...slack.messages, ...slack.whispers].map(allOf).join("\n");
  const wrong = deployed.log().match(/^\{.*"level":"(?:WARN|ERROR)".*$/gm) ?? [];
  throw new Error(
    `${what} did not come. In Slack:\n${told}\nLogged:\n${wrong.slice(-5).join("\n")}`,
  );
}

/** All that a message says, as one text. */
const allOf = ({ text, blocks }: Pick<FakeMessage, "text" | "blocks">): string =>
  JSON.stringify([text, blocks]);
const inSlack = (...says: readonly string[]): Promise<FakeMessage> =>
  until(`a message that says ${says.join(" and ")}`, () =>
    slack.messages.findLast((message) => says.every((each) => allOf(message).includes(each))),
  );
/** The message that was posted then is changed, and not another one beside it. */
const restated = ({ ts }: FakeMessage, says: string) =>
  until(`that a message is changed to ${says}`, () =>
    slack.messages.find((message) => message.ts === ts && allOf(message).includes(says)),
  );
const whispered = (says: string) =>
  until(`an answer that says ${says}`, () =>
    slack.whispers.find((whisper) => allOf(whisper).includes(says)),
  );
const alertOn = (state: string) =>
  until(`an alert that is ${state}`, () =>
    [...phone.alerts.values()].find((alert) => alert.state === state),
  );

/** What Slack posts to the address that the deployment has printed. */
const posted = ({ body, headers }: UrlEvent): Promise<number | undefined> =>
  account.post("slack", Buffer.from(body, "base64").toString(), headers);

const alarmed = (name: string) =>
  account.happens("aws.cloudwatch", "CloudWatch Alarm State Change", {
    alarmName: name,
    state: { value: "ALARM", reason: "too long", timestamp: new Date().toISOString() },
    previousState: { value: "OK" },
    configuration: { metrics: [] },
  });

async function created(logGroupName: string): Promise<void> {
  await account.createLogGroup(logGroupName);
  await account.happens("aws.logs", "AWS API Call via CloudTrail", {
    eventName: "CreateLogGroup",
    eventSource: "logs.amazonaws.com",
    requestParameters: { logGroupName },
  });
}

test("an alarm is told in Slack and on the phone, whoever is on is called, and one press takes it", async () => {
  await alarmed("queue-too-long");
  const opened = await inSlack("queue-too-long", "acknowledge");
  expect(await alertOn("triggered")).toMatchObject({ severity: "critical", triggers: 1 });
  // Nobody takes it: the timer wakes the incident, and whoever is on is called.
  await inSlack("queue-too-long", "Escalated", "U0ANN");

  expect(await posted(slack.press(opened, "acknowledge"))).toBe(200);
  await restated(opened, "*Taken* by <@U0ANN>");
  await alertOn("acknowledged");

  // By its command line, signed: events close nothing here (docs/ministack.md).
  const [incident] = /inc\.[0-9a-f]+/.exec(allOf(opened)) ?? [];
  const ended = { kind: "act", id: "over-1", incident, verb: "resolve", reason: "it was a test" };
  expect(await account.invoke("incidents", await account.signed("incidents", ended))).toMatchObject(
    { failed: false },
  );
  await alertOn("resolved");
  await restated(opened, "*Over*");
});

test("what waits is approved in Slack, carried out, and taken back there", async () => {
  const name = "/shop/orders";
  await created(name);
  const asked = await inSlack(name, "approve");

  expect(await posted(slack.press(asked, "approve", { user: "U0EVE" }))).toBe(200);
  await whispered("Only the approvers");
  expect(await account.retention(name)).toBeUndefined();

  expect(await posted(slack.press(asked, "approve"))).toBe(200);
  const done = await inSlack(name, '"undo"');
  expect(await account.retention(name)).toBe(90);

  expect(await posted(slack.press(done, "undo"))).toBe(200);
  const shown = await inSlack(name, "confirms");
  expect(await account.retention(name)).toBe(90);
  expect(await posted(slack.press(shown, "undo"))).toBe(200);
  await inSlack(name, "1 of 1 change taken back");
  expect(await account.retention(name)).toBeUndefined();
});

test("what Slack did not sign, or sent before, is refused", async () => {
  const command = slack.command("oncall");
  const forged = { ...command.headers, "x-slack-signature": `v0=${"0".repeat(64)}` };
  expect(await posted({ ...command, headers: forged })).toBe(401);
  expect(await posted(command)).toBe(200);
  await whispered("U0ANN");
  expect(await posted(command)).toBe(401);
});

test("what Slack refuses goes another way, and the channel that failed is called out", async () => {
  slack.refuse("chat.postMessage", "token_revoked", 10);
  const name = "/shop/payments";
  await created(name);
  const { facts } = await account.told(({ unit }) => unit === "log-retention");
  expect(facts?.["not told through team"]).toContain("token_revoked");
  await until("an alert on the channel", () =>
    [...phone.alerts.values()].find(({ summary }) =>
      summary.includes("The channel team does not take messages"),
    ),
  );
  slack.refuse("chat.postMessage", "token_revoked", 0);
});

test("nothing is left in a queue, and the watchdog finds nothing", async () => {
  const queues = [names.channelQueue("team"), names.channelQueue("phone"), names.failures];
  const left = async () => (await Promise.all(queues.map(account.lyingIn))).join();
  for (let looks = 0; looks < 50 && (await left()) !== "0,0,0"; looks += 1) await pause(200);
  expect(await left()).toBe("0,0,0");
  expect(await account.invoke("watchdog", { kind: "watch" })).toEqual({
    failed: false,
    body: { takenUp: 0, told: 0, wrong: 0 },
  });
});
