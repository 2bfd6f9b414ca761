/**
 * A deployment's channels: what is told through Slack and by mail, and what people press there.
 * Slack is a server on this machine; all else is the embedded AWS, each function with its own role.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateEmailIdentityCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { type FakeSlack, startFakeSlack } from "../../channels/slack/fake.ts";
import type { FakeMessage, FakeView, UrlEvent } from "../../channels/slack/fake-workspace.ts";
import { slackFunction } from "../../channels/slack/slack-function.ts";
import { slackWorkFunction } from "../../channels/slack/slack-work-function.ts";
import { deployedOf } from "../../cli/bundle/shared.ts";
import type { Configured } from "../../cli/bundle/units.ts";
import { deliverFunction } from "../../handlers/app/deliver-function.ts";
import { contextFor } from "../../handlers/app/invocation.ts";
import { noMetrics } from "../../handlers/app/metrics.ts";
import type { CallingPorts } from "../../handlers/app/ports.ts";
import { asStream } from "../../handlers/app/stream.ts";
import { tellFunction } from "../../handlers/app/tell-function.ts";
import { undoFunction } from "../../handlers/app/undo-function.ts";
import { calling } from "../../handlers/calling.ts";
import { createStore } from "../../ledger/dynamo.ts";
import { keys } from "../../ledger/keys.ts";
import { type StoredPlan, storePlan } from "../../ledger/plans.ts";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { runRecord } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { post } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { incidentsFunction } from "../../oncall/incidents/incidents-function.ts";
import { encode } from "../../sdk/codec.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { after, days, minutes, systemClock } from "../../sdk/time.ts";
import { names } from "../../testing/deployed.ts";
import { knownPeople } from "../../testing/signatures.ts";
import { sender, slackSecret, withChannels } from "./channel-settings.ts";
import { quiet } from "./shared-functions.ts";
import type { Stage } from "./stage.ts";

interface Speaking {
  readonly stage: Stage;
  readonly configured: Configured;
  readonly slack: FakeSlack;
  readonly store: Store;
  tell(message: Outgoing, writer: string): Promise<void>;
  /** What lies on a channel's queue is delivered once. */
  deliver(channel: string): Promise<void>;
  press(event: UrlEvent): Promise<void>;
  /** What signals and the channels say is handed to the function of incidents. */
  keep(messages: readonly Outgoing[]): Promise<void>;
}

function functionsOf(stage: Stage, configured: Configured, slack: FakeSlack) {
  const { settings } = configured;
  const { id: account } = stage.account;
  const deployed = deployedOf(configured);
  const people = knownPeople(systemClock);
  const ports = (name: string): CallingPorts => {
    const clients = stage.clientsOf(name);
    return {
      clients,
      clock: systemClock,
      log: quiet,
      metrics: noMetrics,
      identify: people.identify,
      ...calling(clients, settings),
    };
  };
  const context = (name: string) =>
    contextFor(name, { account, deployed: settings, lifetime: minutes(15) });
  const embedded = { url: slack.api, isResponse: slack.isResponse };
  const endpoint = slackFunction(ports("slack"), deployed, embedded);
  const worker = slackWorkFunction(ports("slack-work"), deployed, embedded);
  const telling = tellFunction(ports("tell"), deployed);
  const delivering = deliverFunction(ports("deliver"), deployed, { urls: { slack: slack.api } });
  const assume = () => {
    throw new Error("Nothing is taken back here.");
  };
  const undoing = undoFunction({ ...ports("undo"), assume }, deployed, async () => undefined);
  const keeping = incidentsFunction(ports("incidents"), deployed);
  return {
    endpoint,
    work: (payload: unknown) => worker(payload, context("slack-work")),
    tell: (event: Parameters<typeof telling>[0]) => telling(event, context("tell")),
    deliver: (event: Parameters<typeof delivering>[0]) => delivering(event, context("deliver")),
    order: (name: string, payload: unknown): Promise<unknown> =>
      name === names.function("undo")
        ? undoing(payload, context("undo"))
        : keeping(payload, context("incidents")),
  };
}

/** What the deployment has: queues, the app's secrets, an address that SES has verified. */
async function setUp({ account }: Stage, slack: FakeSlack): Promise<void> {
  const [home = ""] = account.regions;
  const { token, signingSecret } = slack;
  await account.client(SecretsManagerClient, home).send(
    new CreateSecretCommand({
      Name: slackSecret,
      SecretString: JSON.stringify({ token, signingSecret }),
    }),
  );
  for (const channel of Object.keys(withChannels.channels))
    await account
      .client(SQSClient, home)
      .send(new CreateQueueCommand({ QueueName: names.channelQueue(channel) }));
}

/** Nobody gives such an order is the one refusal that would be wrong. */
const refused =
  (troubles: string[]) =>
  (error: unknown): void => {
    if (!(error instanceof NotPossible) || /nobody has given|another than/.test(error.message))
      troubles.push(String(error));
  };

async function speaking(stage: Stage, configured: Configured, slack: FakeSlack): Promise<Speaking> {
  const { account, troubles } = stage;
  const [home = ""] = account.regions;
  const own = functionsOf(stage, configured, slack);
  // Of whoever looks on: of no role.
  const ledger = account.client(DynamoDBClient, home);
  const store = createStore(ledger, names.table, systemClock);
  stage.recorder.functions(async (name, payload) => {
    if (name === names.function("slack-work"))
      await own.work(payload).catch((error: unknown) => void troubles.push(`${name}: ${error}`));
    // What they are ordered is made up: they read the order, and find nothing to do.
    const isRead = [names.function("undo"), names.function("incidents")].includes(name);
    if (isRead) await own.order(name, payload).catch(refused(troubles));
    return {};
  });
  const queue = account.client(SQSClient, home);
  return {
    stage,
    configured,
    slack,
    store,
    async tell(message, writer) {
      const step = post(writer, message);
      await store.transact([step]);
      if (!("put" in step)) return;
      const { pk, sk } = step.put;
      await own.tell(asStream([{ pk, sk, message }]));
    },
    async deliver(channel) {
      const QueueName = names.channelQueue(channel);
      const { QueueUrl } = await queue.send(new CreateQueueCommand({ QueueName }));
      const { Messages = [] } = await queue.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      const Records = Messages.map(
        ({ MessageId = "", ReceiptHandle = "", Body = "" }) =>
          ({
            messageId: MessageId,
            receiptHandle: ReceiptHandle,
            body: Body,
            attributes: { ApproximateReceiveCount: "1" },
            eventSourceARN: `arn:aws:sqs:${home}:${account.id}:${QueueName}`,
          }) as SQSRecord,
      );
      if (!Records.length) troubles.push(`nothing lies on the queue of ${channel}`);
      await own.deliver({ Records });
    },
    async keep(messages) {
      await own.order(names.function("incidents"), {
        kind: "signals",
        messages: messages.map(encode),
      });
    },
    async press(event) {
      const { statusCode } = await own.endpoint(event);
      if (statusCode !== 200) troubles.push(`Slack was answered ${statusCode}`);
    },
  };
}

const undo = { operation: "logs:DeleteRetentionPolicy", input: {} };
const call = { operation: "logs:PutRetentionPolicy", input: {} };
const because = "it is kept for ever";

/** A plan of a unit that waits, and the run that asks for it. */
function asked(unit: string, { stage, configured }: Speaking) {
  const at = systemClock.now();
  const { home: region } = configured.settings;
  const place = { account: stage.account.id, region };
  const stamp = at.toISOString().replace(/[-:]|\..*/g, "");
  const run = `${unit}.${stamp}.channels`;
  const plan: StoredPlan = {
    unit,
    ...place,
    id: `${run}.plan-0`,
    run,
    hash: "0123456789abcdef0123456789abcdef",
    at,
    expires: after(at, days(3)),
    why: "the mode is ask",
    requester: null,
    proposals: [{ target: "a", because, call, undo, savesPerMonth: 2, held: null, digest: "0" }],
  };
  return { plan, run: runOf(plan, "waiting") };
}

function runOf(
  { unit, account, region, run, at, ...plan }: StoredPlan,
  outcome: "waiting" | "applied",
): RunResult {
  const action: ActionResult = {
    id: `${run}.a`,
    target: "a",
    because,
    call,
    outcome,
    verified: outcome === "applied" || null,
    held: null,
    error: null,
    undo,
    savesPerMonth: 2,
  };
  return {
    id: run,
    automation: unit,
    account,
    region,
    mode: "ask",
    at,
    outcome: outcome === "applied" ? "done" : "waiting",
    found: 1,
    plan: outcome === "applied" ? null : { id: plan.id, hash: plan.hash, expires: plan.expires },
    actions: [action],
    calls: { reads: 1, writes: 0 },
  } as RunResult;
}

const told = (run: RunResult, severity: Outgoing["severity"] = "warning"): Outgoing => ({
  id: `${run.id}.m`,
  at: run.at,
  account: run.account,
  region: run.region,
  unit: run.automation,
  kind: "run",
  severity,
  title: `${run.automation}: something waits`,
  run,
});

const last = ({ slack }: Speaking): FakeMessage => slack.messages.at(-1) as FakeMessage;

/** It waits for a person, who approves it with a tap. */
async function approves(it: Speaking, unit: string): Promise<void> {
  const { plan, run } = asked(unit, it);
  await storePlan(it.store, plan);
  await it.store.transact(runRecord("unit", run));
  await it.tell(told(run), `unit#${unit}`);
  await it.deliver("team");
  for (const button of ["approve", "exempt"])
    await it.press(it.slack.press(last(it), button, { user: "U0EVE" }));
  await it.press(it.slack.press(last(it), "targets"));
  await it.press(it.slack.press(last(it), "exempt"));
  const [view] = it.slack.views.slice(-1);
  await it.press(
    it.slack.submit(view as FakeView, {
      target: { option: "0" },
      until: { date: after(systemClock.now(), days(3)).toISOString().slice(0, 10) },
      reason: { text: "kept" },
    }),
  );
  await it.press(it.slack.press(last(it), "approve"));
}

/** What was done is taken back with a tap, and an incident taken. */
async function takes(it: Speaking, unit: string): Promise<void> {
  const { plan } = asked(unit, it);
  const done = runOf({ ...plan, run: `${plan.run}.done` }, "applied");
  await it.store.transact(runRecord("unit", done));
  await it.tell(told(done), `unit#${unit}`);
  await it.deliver("team");
  await it.press(it.slack.press(last(it), "undo"));
  await it.tell(incident(done), "incident");
  await it.deliver("team");
  await it.press(it.slack.press(last(it), "acknowledge"));
}

const incident = ({ at, account, region }: RunResult): Outgoing => ({
  id: "incident.channels.1",
  at,
  account,
  region,
  unit: "incidents",
  kind: "incident",
  severity: "warning",
  title: "api is in ALARM",
  news: {
    why: "opened",
    group: "channels",
    calls: ["ann"],
    incidents: [
      {
        id: "inc.channels",
        state: "open",
        severity: "warning",
        title: "api is in ALARM",
        openedAt: at,
        count: 1,
      },
    ],
  },
});

/** Slack is away for a moment, then for good; the mail is not taken at first; the topic has it. */
async function fails(it: Speaking, unit: string): Promise<void> {
  const { stage, slack } = it;
  const { run } = asked(unit, it);
  const message = (id: string): Outgoing => ({ ...told(run, "critical"), id: `${run.id}.${id}` });
  slack.refuse("chat.postMessage", "internal_error", 9);
  await it.tell(message("later"), `unit#${unit}`);
  await it.deliver("team");
  slack.refuse("chat.postMessage", "is_archived", 9);
  await it.tell({ ...message("never"), severity: "warning" }, `unit#${unit}`);
  await it.deliver("team");
  await it.deliver("mail");
  const [home = ""] = stage.account.regions;
  await stage.account
    .client(SESv2Client, home)
    .send(new CreateEmailIdentityCommand({ EmailIdentity: sender }));
  slack.refuse("chat.postMessage", "", 0);
  await it.tell(message("mail"), `unit#${unit}`);
  await it.deliver("mail");
  // That it takes messages again ends the incident of it: that is looked up where it was written.
  const said = await Array.fromAsync(it.store.query(keys.outbox("deliver")));
  const ends = said.map(({ body }) => body as Outgoing).filter(({ closes }) => closes);
  if (!ends.length) stage.troubles.push("no channel took messages again");
  await it.keep(ends);
}

/** @param configured with channels, and a member of Slack among the approvers */
export async function speaksThroughChannels(stage: Stage, configured: Configured): Promise<void> {
  const slack = await startFakeSlack();
  try {
    await setUp(stage, slack);
    const it = await speaking(stage, configured, slack);
    const automations = configured.units.flatMap(({ id, kind, enabled }) =>
      kind === "automation" && enabled ? [id] : [],
    );
    for (const unit of automations) await approves(it, unit);
    const [first = ""] = automations;
    await takes(it, first);
    const open = { pk: keys.incidentsOpen, sk: "inc.channels", type: "open", body: null };
    await it.store.put(open);
    for (const text of ["status", "plan", "history", "history a", "oncall"])
      await it.press(slack.command(text));
    await fails(it, first);
  } finally {
    await slack.stop();
  }
}
