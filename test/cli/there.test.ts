/**
 * A real account: what is handed to the deployed functions, over HTTP, and what is made of their
 * answers.
 */
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isLoopbackEndpoint } from "../../cli/place/account.ts";
import { identityRequestOf, proofIn } from "../../ingest/proof.ts";
import { deployedLedger, testSettings } from "../../testing/host.ts";
import { identifyAmong } from "../../testing/signatures.ts";
import { freshBundles } from "../setup/ask.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { makeGroups, retentions } from "../setup/retention.ts";
import { cli, file, settingsFor } from "./cli.ts";
import { type Answer, type Asked, account } from "./real.ts";

let aws: TestAccount;
let act: string;
let stop = () => {};
// redrive and doctor look at dist/.
beforeAll(freshBundles, 600_000);
beforeEach(async () => {
  // The home region of nightshift.config.ts, which alone counts on a real account.
  aws = await embedded({ region: "eu-central-1" });
  aws.use();
  act = settingsFor(aws, "act");
});
afterEach(() => stop());

async function serving(answer: (asked: Asked) => Answer | undefined) {
  const made = await account(aws, answer);
  stop = made.stop;
  return made;
}

const caller = "whoever has these credentials";
/**
 * Who has signed what a function was invoked with, by the test's own credentials; it throws where
 * the signature is of something else.
 */
async function signerOf(sent: Asked | undefined, to: string, at = new Date()): Promise<string> {
  const { credentials, account: id } = aws;
  const deployed = testSettings(aws, "log-retention");
  const proven = proofIn(sent?.body);
  const request = identityRequestOf(proven, { deployed, account: id, to }, at);
  const identify = identifyAmong([{ arn: caller, account: id, credentials }]);
  return (await identify(request)).arn;
}

const ran = {
  id: "log-retention.20261121T020000.00000000",
  automation: "log-retention",
  account: "1",
  region: "eu-central-1",
  mode: "ask",
  at: "2026-11-21T02:00:00.000Z",
  outcome: "waiting",
  found: 1,
  plan: { id: "p", hash: "h", expires: "2026-11-24T02:00:00.000Z" },
  actions: [],
  calls: { reads: 1, writes: 0 },
};

test.each([
  ["http://127.0.0.1:4566", true],
  ["http://127.8.9.1", true],
  ["http://localhost:5000", true],
  ["http://[::1]:5000", true],
  ["https://sts.eu-central-1.amazonaws.com", false],
  ["http://127.0.0.1.example.com", false],
  ["http://localhost.example.com", false],
  ["https://10.0.0.1", false],
])("%s is this machine: %s", (endpoint, here) => expect(isLoopbackEndpoint(endpoint)).toBe(here));

describe("run", () => {
  test("invokes the unit's function, with nothing of policy in it, and shows its answer", async () => {
    const { asked } = await serving(() => ({ body: { runs: [ran] } }));
    const { code, json } = await cli("run", "log-retention", "--json");
    expect(asked).toMatchObject([
      {
        path: "/2015-03-31/functions/nightshift-log-retention/invocations",
        headers: { "x-amz-invocation-type": "RequestResponse" },
      },
    ]);
    const { proof: _, ...order } = asked[0]?.body ?? {};
    expect(order).toStrictEqual({
      kind: "manual",
      region: "eu-central-1",
      key: expect.any(String),
    });
    expect(await signerOf(asked[0], "log-retention")).toBe(caller);
    expect([code, json.outcome, json.plan.expires]).toEqual([
      3,
      "waiting",
      "2026-11-24T02:00:00.000Z",
    ]);
  });

  test("of a function that is not deployed says how to deploy", async () => {
    await serving(() => undefined);
    const { code, out, err } = await cli("run", "log-retention");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/nightshift-log-retention is not deployed in eu-central-1.*npm run deploy/);
  });

  test("that fails there says what the function said", async () => {
    await serving(() => ({
      headers: { "x-amz-function-error": "Unhandled" },
      body: { errorType: "AccessDeniedException", errorMessage: "no" },
    }));
    const { code, err } = await cli("run", "log-retention");
    expect(code).toBe(1);
    expect(err).toContain(
      "nightshift-log-retention says: no. Its log group is /aws/lambda/nightshift-log-retention",
    );
  });

  test.each([
    ["--mode", "act"],
    ["--config", "{}"],
    ["--at", "2026-11-21"],
  ])("refuses %s: policy is what is deployed", async (...option) => {
    const { asked } = await serving(() => ({ body: { runs: [] } }));
    const { code, err } = await cli("run", "log-retention", ...option);
    expect([code, asked]).toEqual([2, []]);
    expect(err).toContain("on the embedded AWS only");
  });

  test("refuses other settings than those that are deployed", async () => {
    await serving(() => ({ body: { runs: [] } }));
    expect((await cli("run", "log-retention", "--settings", act)).code).toBe(2);
  });
});

test("plan looks with the caller's own credentials, and reads a missing ledger as empty", async () => {
  await makeGroups(aws, "/a");
  const { asked } = await serving(() => undefined);
  const { code, json } = await cli("plan", "log-retention", "--json");
  expect([code, asked, json.proposals.length, json.proposals[0].held]).toEqual([0, [], 1, null]);
  expect(await retentions(aws)).toEqual({ "/a": null });
});

describe("incident", () => {
  const head = {
    id: "inc.1",
    group: "grp.1",
    state: "snoozed",
    title: "cpu is in ALARM",
    labels: { severity: "critical", unit: "alarm", account: "1", region: "eu-central-1" },
    openedAt: { $date: "2026-11-21T02:00:00.000Z" },
    snoozedUntil: { $date: "2026-11-21T04:00:00.000Z" },
    count: 1,
    all: [],
    facts: {},
  };

  test("hands the act to the function of incidents, with who asks", async () => {
    const { asked } = await serving(() => ({ body: { incident: head } }));
    const { code, json } = await cli("incident", "snooze", "inc.1", "--for", "2h", "--json");
    expect(asked[0]).toMatchObject({
      path: "/2015-03-31/functions/nightshift-incidents/invocations",
      body: {
        kind: "act",
        verb: "snooze",
        incident: "inc.1",
        id: expect.any(String),
        until: expect.any(String),
      },
    });
    expect(asked[0]?.body).not.toHaveProperty("by");
    expect(await signerOf(asked[0], "incidents")).toBe(caller);
    expect([code, json.incident.snoozedUntil]).toEqual([0, "2026-11-21T04:00:00.000Z"]);
  });

  test("of what is over says what the function said", async () => {
    await serving(() => ({
      headers: { "x-amz-function-error": "Unhandled" },
      body: { errorType: "NotPossible", errorMessage: "inc.1 is over" },
    }));
    expect(await cli("incident", "ack", "inc.1")).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("inc.1 is over"),
    });
  });

  test("without a function of incidents says that the settings need an on-call, and how to deploy", async () => {
    await serving(() => undefined);
    const { code, err } = await cli("incident", "ack", "inc.1");
    expect(code).toBe(1);
    expect(err).toMatch(/nightshift-incidents is not deployed in eu-central-1.*`onCall`/);
  });
});

test.each([
  ["behind", 20],
  ["ahead of it", -20],
])("an order is signed by AWS's clock where this machine's is %s", async (_, minutes) => {
  const there = () => new Date(Date.now() + minutes * 60_000);
  const known = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${aws.account}:user/ann</Arn><UserId>A</UserId><Account>${aws.account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
  const { asked, stop: end } = await account(
    aws,
    () => ({ body: { ...ran, outcome: "done", plan: null } }),
    ({ operation }) =>
      operation === "GetCallerIdentity"
        ? { headers: { "content-type": "text/xml", date: there().toUTCString() }, body: known }
        : undefined,
  );
  stop = end;
  expect((await cli("undo", "log-retention.20261121T020000.00000000")).code).toBe(0);
  expect(await signerOf(asked[0], "undo", there())).toBe(caller);
  await expect(signerOf(asked[0], "undo")).rejects.toThrow("it was signed at");
});

describe("undo", () => {
  test("invokes the undo function", async () => {
    const { asked } = await serving(() => ({ body: { ...ran, outcome: "done", plan: null } }));
    const { code } = await cli("undo", "log-retention.20261121T020000.00000000");
    expect(code).toBe(0);
    expect(asked[0]).toMatchObject({
      path: "/2015-03-31/functions/nightshift-undo/invocations",
      body: { id: "log-retention.20261121T020000.00000000", key: expect.any(String) },
    });
    expect(asked[0]?.body).not.toHaveProperty("by");
    expect(await signerOf(asked[0], "undo")).toBe(caller);
  });

  test("asks first what it would do, and says that before it orders it", async () => {
    const shows = [
      {
        id: "a",
        target: "/a",
        name: "checkout",
        changes: [{ field: "retentionInDays", before: "90", after: "none" }],
        calls: [{ operation: "logs:DeleteRetentionPolicy", input: { logGroupName: "/a" } }],
        is: "unknown",
        why: "CloudTrail keeps 90 days",
      },
    ];
    const confirm = "f".repeat(64);
    const held = { ...ran, outcome: "held", plan: null, confirm };
    let count = 0;
    const { asked } = await serving(() => {
      count += 1;
      return { body: count === 1 ? { shows, more: 0, confirm } : held };
    });
    const { err } = await cli("undo", "log-retention.20261121T020000.00000000");
    expect(asked.map(({ body }) => body)).toMatchObject([{ show: true }, {}]);
    expect(asked[1]?.body).not.toHaveProperty("show");
    expect(err).toContain("logs:DeleteRetentionPolicy: retentionInDays 90 → none");
    expect(err).toContain('? /a "checkout"');
    expect(err).toContain("waits for your word: CloudTrail keeps 90 days");
    expect(err).toContain(`undo log-retention.20261121T020000.00000000 --confirm ${confirm}`);
  });

  test("of an undo says how many runs do it again", async () => {
    await serving(() => ({ body: { again: 2 } }));
    const { out } = await cli("undo", "log-retention.20261121T020000.00000000.undo");
    expect(out).toContain("2 runs will do again");
  });
});

describe("a decision", () => {
  test("is posted to the Function URL, signed with the caller's own credentials", async () => {
    const decided = {
      plan: "p",
      verdict: "approve",
      by: "arn:aws:iam::1:user/ann",
      at: "2026-11-21T02:00:00.000Z",
    };
    const { asked, url } = await serving(({ path }) => ({
      body: path.startsWith("/decide") ? decided : { FunctionUrl: url },
    }));
    const { code, json } = await cli("approve", "p", "--json");
    expect([code, json]).toEqual([0, { ...decided, run: null }]);
    const [, post] = asked;
    expect(post?.body).toEqual({ plan: "p", verdict: "approve", proof: expect.any(Object) });
    expect(await signerOf(post, "decide")).toBe(caller);
    expect(post?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=\S+\/eu-central-1\/lambda\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/,
    );
    expect(post?.headers["x-amz-security-token"]).toBe(aws.credentials.sessionToken);
  });

  test("that was made before says so: by whom, when, and what became of it", async () => {
    await makeGroups(aws, "/a");
    const asking = await cli("run", "log-retention", "--mode", "ask", "--settings", act, "--json");
    const { id: plan } = asking.json.plan;
    await cli("approve", plan, "--settings", act);
    const by = `arn:aws:sts::${aws.account}:assumed-role/test/test`;
    const { url } = await serving(({ path }) =>
      path.startsWith("/decide")
        ? { body: { plan, verdict: "approve", by, at: "2026-11-21T02:00:00.000Z" } }
        : { body: { FunctionUrl: url } },
    );
    const { code, out } = await cli("approve", plan);
    expect(code).toBe(0);
    expect(out).toContain(`${plan} was approved before, by ${by} at `);
    expect(out).toContain("Carried out: 1 changed.");
    expect(out).not.toContain("carries it out now");
  });

  test.each([
    [403, { Message: "Forbidden" }, "lambda:InvokeFunctionUrl"],
    [403, { error: "who gives this order is not proven" }, /: who gives this order is not proven/],
    [409, { error: "p expired at noon" }, "p expired at noon"],
    [503, { error: "AWS could not be asked" }, /: AWS could not be asked/],
  ])("that is refused with %i says why", async (status, body, says) => {
    const { url } = await serving(({ path }) =>
      path.startsWith("/decide") ? { status, body } : { body: { FunctionUrl: url } },
    );
    const { code, err } = await cli("deny", "p");
    expect(code).toBe(1);
    expect(err).toMatch(says);
  });
});

test("history of an account without a ledger says how to deploy", async () => {
  await serving(() => undefined);
  const { code, err } = await cli("history");
  expect(code).toBe(1);
  expect(err).toMatch(/names, nightshift where absent\) is missing.*npm run deploy/);
});

test("stop and resume write the switch, and only there where it is deployed", async () => {
  await serving(() => undefined);
  expect((await cli("resume")).code).toBe(1);
  expect((await cli("stop")).code).toBe(0);
  expect((await cli("resume")).code).toBe(0);
});

test("doctor says what is not deployed, and that nothing tells of API calls", async () => {
  await serving(() => undefined);
  const { code, json } = await cli("doctor", "--json");
  const ill = json.checks
    .filter(({ ok }: { ok: boolean }) => !ok)
    .map(({ check }: { check: string }) => check);
  expect([code, ill]).toEqual([
    1,
    expect.arrayContaining(["ledger", "kill switch", "trail", "subscriptions"]),
  ]);
});

test("redrive hands each dead letter to its function, and takes out of the queue what Lambda has taken", async () => {
  const sqs = aws.client(SQSClient);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "nightshift-failures" }));
  const letter = (name: string) => ({
    requestContext: {
      functionArn: `arn:aws:lambda:eu-central-1:${aws.account}:function:nightshift-${name}:$LATEST`,
      condition: "RetriesExhausted",
    },
    requestPayload: { kind: "slot", of: name },
  });
  for (const name of ["log-retention", "open-ingress"])
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(letter(name)) }));
  const { asked } = await serving(({ path }) =>
    path.includes("log-retention") ? { status: 202, body: "" } : undefined,
  );
  const { code, json } = await cli("redrive", "--json");
  expect([code, json.letters.map(({ outcome }: { outcome: string }) => outcome).sort()]).toEqual([
    1,
    ["failed", "taken"],
  ]);
  const taken = asked.find(({ path }) => path.includes("log-retention"));
  expect([taken?.headers["x-amz-invocation-type"], taken?.body]).toEqual([
    "Event",
    { kind: "slot", of: "log-retention" },
  ]);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages.map(({ Body = "" }) => JSON.parse(Body).requestPayload.of)).toEqual([
    "open-ingress",
  ]);
});

const madeGroup = (time: string) => ({
  version: "0",
  id: "e1",
  "detail-type": "AWS API Call via CloudTrail",
  source: "aws.logs",
  account: aws.account,
  time,
  region: "eu-central-1",
  resources: [],
  detail: {
    eventSource: "logs.amazonaws.com",
    eventName: "CreateLogGroup",
    userIdentity: { arn: "arn:x" },
    requestParameters: { logGroupName: "/a" },
  },
});

test("replay only plans, and neither changes nor records anything", async () => {
  await deployedLedger(aws);
  await makeGroups(aws, "/a");
  const { asked } = await serving(() => undefined);
  const { code, json, err } = await cli(
    "replay",
    file(JSON.stringify(madeGroup("2026-10-01T09:00:00Z")), "jsonl"),
    "--json",
  );
  expect([code, json.replayed]).toMatchObject([
    0,
    [
      {
        automation: "log-retention",
        runs: [],
        plans: [{ at: "2026-10-01T09:00:00.000Z", proposals: [{ target: "/a", held: null }] }],
      },
    ],
  ]);
  expect(err).toContain("Nothing was changed");
  expect([asked, await retentions(aws), (await cli("history", "--json")).json.runs]).toEqual([
    [],
    { "/a": null },
    [],
  ]);
});

describe("verify asks CloudTrail, in every region, for all that changed something", () => {
  test("and says what no action explains", async () => {
    await deployedLedger(aws);
    const issuer = `arn:aws:iam::${aws.account}:role/nightshift-log-retention`;
    const record = {
      eventID: "e1",
      eventName: "DeleteLogGroup",
      eventSource: "logs.amazonaws.com",
      eventTime: "2026-11-21T02:00:00Z",
      awsRegion: "eu-central-1",
      userIdentity: { sessionContext: { sessionIssuer: { arn: issuer } } },
    };
    const { asked } = await serving(({ body }) => ({
      body: body.NextToken
        ? { Events: [{ CloudTrailEvent: JSON.stringify(record) }] }
        : { Events: [], NextToken: "more" },
    }));
    const { code, json } = await cli("verify", "--json");
    expect(code).toBe(1);
    expect(json.findings[0]).toMatchObject({
      kind: "unexplained",
      unit: "log-retention",
      what: "e1",
    });
    expect(asked[0]?.body).toMatchObject({
      LookupAttributes: [{ AttributeKey: "ReadOnly", AttributeValue: "false" }],
    });
  });

  test("and says so where it may not", async () => {
    await deployedLedger(aws);
    await serving(() => ({
      status: 400,
      headers: { "x-amzn-errortype": "AccessDeniedException" },
      body: { message: "no" },
    }));
    const { code, json } = await cli("verify", "--json");
    expect([code, json.findings]).toMatchObject([1, [{ kind: "unreadable", what: "CloudTrail" }]]);
  });
});
