// @module-tag proof
/** A renewal dies at any of its requests, to AWS and to the directory, and is carried to its end. */
import { describe, expect, test } from "vitest";
import { carryByLedger } from "../../../engine/flows/ledger-steps.ts";
import { workplaceOf } from "../../../engine/run/attempt.ts";
import type { RunResult } from "../../../ledger/result.ts";
import { minutes } from "../../../sdk/time.ts";
import { inAcm, type RenewalAccount, renewals, textRecords } from "../../../test/setup/renewals.ts";
import type { Fault } from "../../../testing/fault-proxy.ts";
import { renewCertificates } from "./index.ts";

const world = renewals(renewCertificates);

/** `npm run prove` tries each. */
const strideOf = (stride: number): number => (process.env.FC_RUNS ? 1 : stride);

const awsCalls = ({ proxy }: RenewalAccount): number =>
  proxy.calls.filter(({ service }) => service !== "dynamodb").length;

/** A run that died is delivered again. */
async function begun(account: RenewalAccount): Promise<RunResult> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await account.deliver();
    } catch (error) {
      if (attempt === 3) throw error;
      account.proxy.revive();
      await account.later(minutes(20));
    }
}

/** As Lambda does when a process has died: another one takes it up. */
async function carried(account: RenewalAccount): Promise<string[]> {
  const run = await begun(account);
  await account.flows.carryAll((order, wake) => {
    account.proxy.revive();
    return carryByLedger(workplaceOf(account.unit, order.region, account.host()), order, wake);
  });
  const { actions } = await account.ended(run);
  return actions.map(({ outcome, error }) => `${outcome} ${error ?? ""}`.trim());
}

/** What is not as after one clean renewal. */
async function wrongIn(account: RenewalAccount, ended: readonly string[]): Promise<string[]> {
  const wrong: string[] = [];
  if (ended.join() !== "applied") wrong.push(`it is ${ended}`);
  if (!(await inAcm(account)).issuer.includes("Pebble")) wrong.push("ACM has the old one");
  const left = await textRecords(account);
  if (left.length) wrong.push(`left ${left}`);
  const { seen } = await world.keysSeen(account, [ended]);
  if (seen.length) wrong.push(`a key in ${seen}`);
  return wrong;
}

const opened = () => world.opened({ certificate: { endpoints: [] } });

describe("a renewal", { timeout: 600_000 }, () => {
  test.each<[Fault, number]>([
    ["killed", 23],
    ["killedAfter", 19],
  ])("that is %s at any request to AWS ends as if nothing had been", async (fault, stride) => {
    const clean = await opened();
    expect(await carried(clean)).toEqual(["applied"]);
    const requests = awsCalls(clean);
    expect(requests).toBeGreaterThan(30);
    const wrong: string[] = [];
    for (let at = 0; at < requests; at += strideOf(stride)) {
      const account = await opened();
      account.proxy.fault(() => awsCalls(account) === at + 1, fault, { times: 1 });
      const found = await wrongIn(account, await carried(account));
      if (found.length) wrong.push(`at request ${at}: ${found.join(", ")}`);
    }
    expect(wrong).toEqual([]);
  });

  test("whose connection to the directory breaks at any request goes on", async () => {
    const clean = await opened();
    const from = world.proxy.requests.length;
    expect(await carried(clean)).toEqual(["applied"]);
    const requests = world.proxy.requests.length - from;
    expect(requests).toBeGreaterThan(20);
    const wrong: string[] = [];
    for (let at = 0; at < requests; at += strideOf(13)) {
      const account = await opened();
      const begun = world.proxy.requests.length;
      world.proxy.fault = ({ index }) =>
        index === begun + at ? { status: 0, reset: true } : undefined;
      const found = await wrongIn(account, await carried(account));
      if (found.length) wrong.push(`at request ${at}: ${found.join(", ")}`);
    }
    expect(wrong).toEqual([]);
  });
});
