/**
 * What carries flows, deployed by the CDK and started as a unit starts it: by its alias, as a durable
 * execution, with the role and the ledger that it has there.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetAliasCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ActionRecord } from "../../ledger/actions.ts";
import { createStore } from "../../ledger/dynamo.ts";
import { beginFlow } from "../../ledger/flows.ts";
import { intend } from "../../ledger/intents.ts";
import { numbersOf } from "../../ledger/numbers.ts";
import type { RunResult } from "../../ledger/result.ts";
import { runRecord } from "../../ledger/runs.ts";
import { after, days, minutes, systemClock } from "../../sdk/time.ts";
import { flowFunction, liveAlias } from "../../settings/names.ts";
import { names } from "../../testing/deployed.ts";
import { type Account, accountOf } from "./account.ts";
import { type Deployed, deploy } from "./ministack.ts";

const unit = "unattached-volumes";
const region = "eu-central-1";
const carrier = names.function(flowFunction(unit));

let deployed: Deployed;
let account: Account;
const flows = new Map<string, ActionRecord>();
beforeAll(async () => {
  deployed = await deploy("test/deploy/settings.ts");
  account = await accountOf(deployed);
  await makeDurable();
});
afterAll(() => deployed?.stop());

/** Its CloudFormation drops what makes a function durable, and it wants a word more than the SDK sends. */
async function makeDurable(): Promise<void> {
  const DurableConfig = { Enabled: true, ExecutionTimeout: 86_400, RetentionPeriodInDays: 7 };
  const url = `${deployed.endpoint}/2015-03-31/functions/${carrier}/configuration`;
  const Credential = `${deployed.account}/20261121/${region}/lambda/aws4_request`;
  const answer = await fetch(url, {
    method: "PUT",
    headers: {
      "content-type": "application/json",
      authorization: `AWS4-HMAC-SHA256 Credential=${Credential}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ DurableConfig }),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

/** As the unit's own function calls it, but that it waits for the answer. */
async function carried(order: object, name: string) {
  const { Payload, FunctionError, ExecutedVersion } = await new LambdaClient(account.config).send(
    new InvokeCommand({
      FunctionName: carrier,
      Qualifier: liveAlias,
      DurableExecutionName: name,
      Payload: Buffer.from(JSON.stringify(order)),
    }),
  );
  const body = JSON.parse(Buffer.from(Payload ?? []).toString() || "null");
  return { failed: FunctionError !== undefined, body, version: ExecutedVersion };
}

/** The end of its flow waits for the run's own record. */
const runOf = ({ run: id, account: own, at }: ActionRecord): RunResult => ({
  id,
  automation: unit,
  account: own,
  region,
  mode: "act",
  at,
  outcome: "begun",
  found: 1,
  plan: null,
  actions: [],
  numbers: numbersOf([]),
  calls: { reads: 0, writes: 0 },
});

/** A flow that a run has begun, and that nobody has carried yet. */
async function begun(mark: string): Promise<ActionRecord> {
  const now = systemClock.now();
  const store = createStore(new DynamoDBClient(account.config), names.table, systemClock);
  const place = { unit, account: deployed.account, region };
  const run = `${unit}.20261121T023000.${mark.padEnd(8, "0").slice(0, 8)}`;
  const target = `vol-${mark}`;
  const record: ActionRecord = {
    ...place,
    id: `${run}.0000000001`,
    run,
    at: now,
    target,
    within: null,
    because: "nothing has been attached to it for weeks",
    digest: "0000000001",
    call: { operation: "flow:reap-volume", input: { VolumeId: target, spec: { Tags: [] } } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: {},
    kin: "",
    outcome: "intended",
    verified: null,
    held: null,
    error: null,
  };
  const lease = { from: now, until: after(now, minutes(15)) };
  await intend({ store, writer: "unit", lease }, [record]);
  const start = { kind: "sweep", key: `slot-${mark}`, region, at: now } as const;
  const flow = { ...place, run, action: record.id, target, since: now, start, attempt: 1 };
  const until = { lockedUntil: after(now, days(3)), lease: lease.until };
  expect(await beginFlow(store, record, flow, until)).toBe(true);
  await store.transact(runRecord("unit", runOf(record)));
  return record;
}

describe.each(["whoever asks", "whoever the policies allow"])("for %s", (whom) => {
  const mark = whom.split(" ")[1] ?? "";
  let waiting: ActionRecord;
  beforeAll(async () => {
    // A person's own credentials reach all of the ledger only before policies are asked.
    if (mark === "asks") for (const each of ["asks", "the"]) flows.set(each, await begun(each));
    if (mark === "the") await deployed.evaluatePolicies();
    waiting = flows.get(mark) as ActionRecord;
  });

  test("the alias leads to a version, not to what is deployed next", async () => {
    const { FunctionVersion } = await new LambdaClient(account.config).send(
      new GetAliasCommand({ FunctionName: carrier, Name: liveAlias }),
    );
    expect(FunctionVersion).toMatch(/^\d+$/);
  });

  test("a flow that a run has begun is carried to its end: what its unit's mode no longer lets it do is not done, and told", async () => {
    const order = { kind: "carry", region, action: waiting.id, attempt: 1 };
    const { failed, body } = await carried(order, `flow-${mark}`);
    expect([failed, body]).toEqual([false, { Status: "SUCCEEDED", Result: '"over"' }]);
    const told = await account.told(({ run }) => run?.id.startsWith(waiting.run) ?? false);
    expect([told.unit, told.run?.actions]).toMatchObject([unit, [{ outcome: "held" }]]);
  });

  test("one that is over, or never was, is nothing to carry", async () => {
    for (const action of [waiting.id, `${unit}.20261121T023000.ffffffff.0000000001`]) {
      const order = { kind: "carry", region, action, attempt: 1 };
      const { failed, body } = await carried(order, `again-${mark}-${action.length}`);
      expect([failed, body]).toEqual([false, { Status: "SUCCEEDED", Result: '"none"' }]);
    }
  });

  test("what is no order of ours fails, and says so", async () => {
    const { body } = await carried({ kind: "carry", region: 7 }, `wrong-${mark}`);
    expect(body).toMatchObject({ Status: "FAILED" });
    expect(JSON.stringify(body)).toContain("by Nightshift itself");
  });
});
