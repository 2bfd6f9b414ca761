/** One case, carried out by Nightshift and by Cloud Custodian, each in an account of its own. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import { undo } from "../../engine/run/undo.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";

import { NotPossible } from "../../sdk/errors.ts";
import { openAccount, type TestAccount } from "../../testing/account.ts";
import { countedBefore } from "../../testing/counted.ts";
import { openIn, type TestDelivery } from "../../testing/delivery.ts";
import { type FaultProxy, startFaultProxy } from "../../testing/fault-proxy.ts";
import type { ComparedCase } from "./cases.ts";

/** What one of the two did. */
export interface Doing {
  /** Names of what was to be changed, and was. */
  readonly right: readonly string[];
  /** Names of what was to be left alone, and was changed. */
  readonly wrong: readonly string[];
  /** Names that a second run, right after the first, changed again. */
  readonly again: readonly string[];
  /** Calls of AWS in the first run, beside the ledger's. */
  readonly calls: number;
  /** Of the first run, its start included for Custodian, which is a program of its own. */
  readonly seconds: number;
  /** Names that are as they were after what can be undone was; absent: it has no undo. */
  readonly undone?: readonly string[];
  /** What the first run ended with, where it failed. */
  readonly failed?: string;
}

type Looks = Readonly<Record<string, unknown>>;

/** Names of what differs. */
const changedBetween = (before: Looks, after: Looks): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );

const callsIn = ({ calls }: FaultProxy): number =>
  calls.filter(({ service }) => !["dynamodb", "ssm", "sts"].includes(service)).length;

const elapsed = (since: number): number => (performance.now() - since) / 1000;

/** What was to be changed, and what was to be left alone. */
const judged = ({ fixture }: ComparedCase, changed: readonly string[]) => ({
  right: changed.filter((name) => fixture.wrong.includes(name)),
  wrong: changed.filter((name) => !fixture.wrong.includes(name)),
});

/** What cannot be taken back stays as it is. */
async function takenBack(delivery: TestDelivery, unit: AnyAutomation, { id }: RunResult) {
  const order = (confirms?: string) => undo(unit, id, { by: "ann", confirms }, delivery.host());
  try {
    const { confirm } = await order();
    if (confirm !== undefined) await order(confirm);
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error;
  }
}

/** @param endpoint of the embedded AWS */
export async function byNightshift(endpoint: string, compared: ComparedCase): Promise<Doing> {
  const { unit, fixture } = compared;
  const aws = await openAccount(endpoint);
  const { seed, settings = {} } = fixture;
  const delivery = await openIn(aws, unit, { seed, settings, quick: true });
  const { proxy, place, store } = delivery;
  await countedBefore({ unit, place, host: delivery.host() }, fixture.counted);
  const before = await fixture.look(aws, store);
  proxy.reset();
  const began = performance.now();
  const run = await delivery.ended(await delivery.deliver());
  const [seconds, calls] = [elapsed(began), callsIn(proxy)];
  const after = await fixture.look(aws, store);
  await delivery.ended(await delivery.deliver());
  const twice = await fixture.look(aws, store);
  await takenBack(delivery, unit, run);
  const back = await fixture.look(aws, store);
  await delivery.close();
  const changed = changedBetween(before, after);
  const differing = changedBetween(before, back);
  return {
    ...judged(compared, changed),
    again: changedBetween(after, twice),
    calls,
    seconds,
    undone: changed.filter((name) => !differing.includes(name)),
  };
}

interface CustodianRun {
  readonly aws: TestAccount;
  readonly endpoint: string;
  readonly file: string;
  readonly scratch: string;
}

/**
 * Beside the proxy, which is in this process.
 * @returns what it failed with, in its own words
 */
async function custodianRuns(
  custodian: string,
  { aws, endpoint, file, scratch }: CustodianRun,
): Promise<string | undefined> {
  const { accessKeyId, secretAccessKey, sessionToken } = aws.credentials;
  const options = ["run", "--region", aws.region, "--cache-period", "0", "--output-dir", scratch];
  const running = promisify(execFile)(custodian, [...options, file], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_REGION: aws.region,
      AWS_DEFAULT_REGION: aws.region,
      AWS_ENDPOINT_URL: endpoint,
    },
  });
  return running.then(() => undefined, whyItFailed);
}

/** The exception that it printed; ids are others each time. */
function whyItFailed(error: unknown): string {
  const { stderr = "" } = error as { readonly stderr?: string };
  const said = stderr.split("\n").findLast((line) => /^[\w.]+(?:Error|Exception): /.test(line));
  if (said === undefined) throw error;
  return said.replace(/'?\b[a-z]+-[0-9a-f]{8,}\b'?/g, "…");
}

/**
 * @param endpoint of the embedded AWS
 * @param custodian its program
 */
export async function byCustodian(
  endpoint: string,
  compared: ComparedCase,
  custodian: string,
): Promise<Doing> {
  const { unit, fixture, policy } = compared;
  const aws = await openAccount(endpoint);
  // What only the ledger says of an account is nothing to Custodian.
  const delivery = await openIn(aws, unit, { seed: fixture.seed, quick: true });
  await delivery.close();
  const proxy = await startFaultProxy(endpoint);
  const scratch = mkdtempSync(join(tmpdir(), "nightshift-compare-"));
  const file = join(scratch, "policy.json");
  writeFileSync(file, JSON.stringify({ policies: [{ name: unit.id, ...policy }] }));
  const runs = () =>
    custodianRuns(custodian, {
      aws,
      endpoint: proxy.endpoint,
      file,
      scratch: join(scratch, "out"),
    });
  try {
    const before = await fixture.look(aws);
    const began = performance.now();
    const failed = await runs();
    const [seconds, calls] = [elapsed(began), callsIn(proxy)];
    const after = await fixture.look(aws);
    await runs();
    const twice = await fixture.look(aws);
    return {
      ...judged(compared, changedBetween(before, after)),
      again: changedBetween(after, twice),
      calls,
      seconds,
      ...(failed !== undefined && { failed }),
    };
  } finally {
    await proxy.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}
