/**
 * On a real account the deployed functions carry things out: policy is theirs, and so is the power
 * (rule: policy-not-in-payload).
 */
import { randomUUID } from "node:crypto";
import { GetFunctionUrlConfigCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SignatureV4 } from "@smithy/signature-v4";
import type { UndoPreview } from "../../engine/run/undo.ts";
import type { RunResult } from "../../ledger/result.ts";
import { NotPossible, TryAgain, UsageError } from "../../sdk/errors.ts";
import type { Deployed } from "../../settings/arns.ts";
import { type Named, namesOf } from "../../settings/names.ts";
import type { CallerAccount } from "./account.ts";
import type { DecisionAnswer } from "./here.ts";
import { signedFor } from "./signed.ts";

/** Longer than any of the functions lives. */
const patience = 16 * 60_000;

function notDeployed(name: string, deployed: Deployed, account: string): NotPossible {
  const remedy =
    name === "incidents"
      ? "give nightshift.config.ts an `onCall`, then run `npm run deploy`"
      : "run `npm run deploy`, or enable the unit in nightshift.config.ts first";
  const what = `the function ${namesOf(deployed).function(name)} is not deployed in ${deployed.home}`;
  return new NotPossible(`${what} of account ${account}: ${remedy}`);
}

/** Lambda knows of no such function, policy or address. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === "ResourceNotFoundException";

const lambdaIn = (home: string): LambdaClient =>
  new LambdaClient({
    region: home,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5000, requestTimeout: patience },
  });

/** What a function threw, as what it was. */
function thrown(name: string, payload: string, deployed: Named): Error {
  const names = namesOf(deployed);
  const { errorType = "", errorMessage = payload } = JSON.parse(payload || "{}") as {
    errorType?: string;
    errorMessage?: string;
  };
  const said = `${names.function(name)} says: ${errorMessage}`;
  if (errorType === "UsageError" || errorType === "SettingsError" || errorType === "EnvelopeError")
    return new UsageError(said);
  if (errorType === "TryAgain") return new TryAgain(said);
  return new NotPossible(
    errorType === "NotPossible" ? said : `${said}. Its log group is ${names.logGroup(name)}.`,
  );
}

/**
 * Invokes one of our functions and waits for its answer.
 * @throws {NotPossible} when it is not deployed, or failed
 */
export async function invokeFunction(
  name: string,
  payload: unknown,
  deployed: Deployed,
  account: CallerAccount,
): Promise<unknown> {
  const lambda = lambdaIn(deployed.home);
  try {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({
        FunctionName: namesOf(deployed).function(name),
        InvocationType: "RequestResponse",
        Payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
    const text = Payload ? Buffer.from(Payload).toString() : "null";
    if (FunctionError) throw thrown(name, text, deployed);
    return JSON.parse(text);
  } catch (error) {
    throw isMissing(error) ? notDeployed(name, deployed, account.id) : error;
  } finally {
    lambda.destroy();
  }
}

/** Lambda's answer is JSON: the times of a run are dates again. */
export const revived = (run: RunResult): RunResult => ({
  ...run,
  at: new Date(run.at),
  plan: run.plan && { ...run.plan, expires: new Date(run.plan.expires) },
});

export async function runThere(
  name: string,
  { region, event }: { readonly region: string; readonly event: unknown },
  deployed: Deployed,
  account: CallerAccount,
): Promise<readonly RunResult[]> {
  const order = {
    kind: "manual",
    region,
    key: randomUUID(),
    ...(event !== undefined && { event }),
  };
  const signed = await signedFor(name, order, deployed, account);
  const { runs } = (await invokeFunction(name, signed, deployed, account)) as {
    readonly runs: readonly RunResult[];
  };
  return runs.map(revived);
}

/** @returns what was taken back, or how many runs do again what had been */
export async function undoThere(
  { id, confirms }: { readonly id: string; readonly confirms?: string | undefined },
  deployed: Deployed,
  account: CallerAccount,
): Promise<RunResult | { readonly again: number }> {
  const asked = { id, key: randomUUID(), ...(confirms && { confirms }) };
  const signed = await signedFor("undo", asked, deployed, account);
  const answer = (await invokeFunction("undo", signed, deployed, account)) as
    | RunResult
    | { readonly again: number };
  return "again" in answer ? answer : revived(answer);
}

/**
 * What an undo would do; nothing is changed. A function that was deployed before it could be asked so
 * takes back at once, and answers that.
 */
export async function previewUndoThere(
  id: string,
  deployed: Deployed,
  account: CallerAccount,
): Promise<UndoPreview | RunResult> {
  const asked = { id, key: randomUUID(), show: true };
  const signed = await signedFor("undo", asked, deployed, account);
  const answer = (await invokeFunction("undo", signed, deployed, account)) as
    | UndoPreview
    | RunResult;
  return "shows" in answer ? answer : revived(answer);
}

/** What somebody says to a plan: with its hash, where they could read it. */
export interface DecisionOrder {
  readonly plan: string;
  readonly verdict: DecisionAnswer["verdict"];
  readonly hash?: string;
}

/**
 * Posts a decision to the Function URL of decide. The request is signed, so that IAM lets it
 * through; the decision itself is signed too, which alone says whose it is.
 */
export async function decideThere(
  order: DecisionOrder,
  deployed: Deployed,
  account: CallerAccount,
): Promise<DecisionAnswer> {
  const { home } = deployed;
  const lambda = lambdaIn(home);
  try {
    const { FunctionUrl } = await lambda.send(
      new GetFunctionUrlConfigCommand({ FunctionName: namesOf(deployed).function("decide") }),
    );
    const url = new URL(FunctionUrl ?? "");
    const { credentials, sha256 } = lambda.config;
    const body = JSON.stringify(await signedFor("decide", order, deployed, account));
    const signer = new SignatureV4({ credentials, sha256, region: home, service: "lambda" });
    const request = {
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, "content-type": "application/json" },
      body,
    };
    const signed = await signer.sign(request, { signingDate: account.signer.now() });
    const answer = await fetch(url, {
      method: "POST",
      headers: signed.headers,
      body,
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as DecisionAnswer;
    throw refused(answer.status, text, account, deployed);
  } catch (error) {
    throw isMissing(error) ? notDeployed("decide", deployed, account.id) : error;
  } finally {
    lambda.destroy();
  }
}

function refused(status: number, text: string, { caller }: CallerAccount, deployed: Named): Error {
  let said = text;
  let isOurs = false;
  try {
    const { error, Message } = JSON.parse(text) as { error?: string; Message?: string };
    said = error ?? Message ?? text;
    isOurs = error !== undefined;
  } catch {
    // Not JSON: told as it is.
  }
  // What the function itself refuses stands in `error`; IAM's own refusal in `Message`.
  if (status === 403 && !isOurs)
    return new NotPossible(
      `permission denied: ${caller} may not call the Function URL of ${namesOf(deployed).function("decide")} (${said}). It needs lambda:InvokeFunctionUrl and lambda:InvokeFunction on it.`,
    );
  if (status === 503 && isOurs) return new TryAgain(said);
  const isSaid = isOurs && (status === 409 || status === 403);
  return new NotPossible(isSaid ? said : `the decision was refused with ${status}: ${said}`);
}
